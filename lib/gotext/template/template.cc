#include "gotext/template/template.h"

#include "gotext/template/functions.h"
#include "gotext/template/parser.h"

namespace logsvc::tmpl {
namespace {

void collect_fields(const Node* node, std::vector<std::string>& out) {
  if (!node || node->kind == Node::Kind::kTemplate) return;
  if (node->kind == Node::Kind::kField) out.push_back(node->names[0]);
  for (const NodePtr& child : node->children) collect_fields(child.get(), out);
  collect_fields(node->pipe.get(), out);
  collect_fields(node->body.get(), out);
  collect_fields(node->otherwise.get(), out);
}

std::optional<std::string> only_field(const Node& main) {
  if (main.children.size() != 1 || main.children[0]->kind != Node::Kind::kAction) return {};
  const Node& pipe = *main.children[0]->pipe;
  if (!pipe.variables.empty() || pipe.children.size() != 1) return {};
  const Node& command = *pipe.children[0];
  if (command.children.size() != 1) return {};
  const Node& field = *command.children[0];
  if (field.kind != Node::Kind::kField || field.names.size() != 1) return {};
  return field.names[0];
}

std::optional<std::string> only_text(const Node& main) {
  if (main.children.empty()) return "";
  if (main.children.size() > 1 || main.children[0]->kind != Node::Kind::kText) return {};
  return main.children[0]->text;
}

}  // namespace

Result<Template> Template::parse(std::string_view name, std::string_view text, Dialect dialect) {
  Template out(dialect);
  ASSIGN_OR_RETURN(Tree tree, parse_template(name, text, [&](std::string_view function) {
                     return find_function(function, dialect) != nullptr;
                   }));
  out.tree_ = std::make_shared<const Tree>(std::move(tree));
  const Node& main = *out.tree_->templates.at("");
  out.single_field_ = only_field(main);
  out.constant_ = only_text(main);
  collect_fields(&main, out.fields_);
  return out;
}

Status Template::render(Timestamp timestamp, std::string_view line,
                        const std::shared_ptr<const Labels>& labels, std::string& out) {
  context_.timestamp = timestamp;
  context_.line = line;
  return execute(*tree_, Value(labels), context_, out);
}

Status Template::render(const Value& data, std::string& out) {
  return execute(*tree_, data, context_, out);
}

}  // namespace logsvc::tmpl
