#include "gotext/template/node.h"

namespace logsvc::tmpl {
namespace {

std::string joined(const std::vector<NodePtr>& nodes, const char* separator) {
  std::string out;
  for (const NodePtr& n : nodes) {
    if (!out.empty()) out += separator;
    // A pipeline stands in parentheses as an argument or operand.
    out += n->kind == Node::Kind::kPipe ? "(" + n->to_string() + ")" : n->to_string();
  }
  return out;
}

}  // namespace

std::string Node::to_string() const {
  std::string out;
  switch (kind) {
    case Kind::kPipe:
      for (const std::string& v : variables) out += out.empty() ? v : ", " + v;
      if (!variables.empty()) out += assign ? " = " : " := ";
      return out + joined(children, " | ");
    case Kind::kCommand:
      return joined(children, " ");
    case Kind::kField:
      for (const std::string& n : names) out += "." + n;
      return out;
    case Kind::kVariable:
      for (const std::string& n : names) out += out.empty() ? n : "." + n;
      return out;
    case Kind::kChain:
      out = joined(children, "");
      for (const std::string& n : names) out += "." + n;
      return out;
    case Kind::kDot:
      return ".";
    case Kind::kNil:
      return "nil";
    case Kind::kIdentifier:
    case Kind::kConstant:
      return text;
    case Kind::kTemplate:
      return "{{template " + quote(text) + (pipe ? " " + pipe->to_string() : "") + "}}";
    case Kind::kBreak:
      return "{{break}}";
    case Kind::kContinue:
      return "{{continue}}";
    case Kind::kText:
      return quote(text);
    case Kind::kAction:
      return "{{" + pipe->to_string() + "}}";
    case Kind::kIf:
    case Kind::kWith:
    case Kind::kRange:
      return "{{" +
             std::string(kind == Kind::kIf     ? "if "
                         : kind == Kind::kWith ? "with "
                                               : "range ") +
             pipe->to_string() + "}}";
    case Kind::kList:
      break;
  }
  return "";
}

}  // namespace logsvc::tmpl
