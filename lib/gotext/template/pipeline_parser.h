// Reads what stands between {{ and }}: pipelines of commands and their operands. Private to
// template/.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gotext/template/node.h"
#include "gotext/template/token_cursor.h"

namespace logsvc::tmpl {

NodePtr make_node(Node::Kind kind, size_t position);

class PipelineParser : public TokenCursor {
 public:
  // Names of unknown functions are errors.
  PipelineParser(std::string_view name, std::string_view text,
                 const std::function<bool(std::string_view)>& has_function)
      : TokenCursor(name, text), has_function_(has_function) {}

 protected:
  using NodeResult = Result<NodePtr>;

  // Reads up to and including `end`; context is what messages call it.
  NodeResult pipeline(const std::string& context, ItemKind end);
  // Returns the text of a string's token.
  Result<std::string> unquoted(const Item& item) const;

  std::vector<std::string> variables_{"$"};  // those in scope

 private:
  Status declarations(Node& pipe, const std::string& context);
  void declare(Node& pipe, const std::string& name);
  NodeResult command();
  NodeResult operand();
  NodeResult term();
  Status character(const Item& item, Node& node) const;
  Status number(const Item& item, Node& node) const;

  const std::function<bool(std::string_view)>& has_function_;
};

}  // namespace logsvc::tmpl
