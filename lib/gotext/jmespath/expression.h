// Runs JMESPath as go-jmespath does: paths, projections, filters, functions. Safe from several
// threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gotext/jmespath/value.h"

namespace logsvc::jmespath {

class Expression {
 public:
  // Returns kInvalid: "SyntaxError: …" with the place in the expression.
  static Result<Expression> parse(std::string_view text);

  // Evaluates the expression on a value; kInvalid where a function is given what it cannot take.
  Result<Value> search(const Value& root) const;

 private:
  std::shared_ptr<const Node> root_;
};

// ---- shared by the parts ----

// Returns the result of a node on a value.
Result<Value> evaluate(const Node& node, const Value& value);
// Calls a function; returns kInvalid also for an unknown name.
Result<Value> call_function(const Node& call, const List& arguments);
bool is_function(std::string_view name);
Result<std::unique_ptr<Node>> parse_expression(std::string_view text);

}  // namespace logsvc::jmespath
