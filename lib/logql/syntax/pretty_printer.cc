// Lays out queries for format_query. Where Loki's own layout would change the query (it leaves
// parentheses, `or` operands and empty groupings out of long ones), they are kept.
#include "logql/syntax/printer.h"

namespace logsvc::logql {
namespace {

constexpr size_t kLongestLine = 100;

std::string indent(size_t level) { return std::string(2 * level, ' '); }

bool fits(const std::string& line) { return line.size() <= kLongestLine; }

std::string pretty(const Expr& expr, size_t level);

// Counts the expressions in the tree, each of at least one byte.
size_t count_expressions(const Expr& expr) {
  if (const auto* a = std::get_if<VectorAggregation>(&expr.node)) {
    return 1 + count_expressions(*a->inner);
  }
  if (const auto* r = std::get_if<LabelReplace>(&expr.node))
    return 1 + count_expressions(*r->inner);
  if (const auto* o = std::get_if<BinaryOperation>(&expr.node)) {
    return 1 + count_expressions(*o->left) + count_expressions(*o->right);
  }
  return 1;
}

bool fits(const Expr& expr) { return count_expressions(expr) <= kLongestLine && fits(print(expr)); }

std::string pretty_grouping(const Grouping& g) {
  return std::string(g.without ? " without (" : " by (") + print_names(g.names, ", ") + ")";
}

// Writes one line filter after the other, on one line if they fit.
std::string pretty_line_filters(const std::vector<std::string>& filters, size_t level) {
  std::string line, lines;
  for (const std::string& f : filters) {
    line += (line.empty() ? "" : " ") + f;
    lines += (lines.empty() ? "" : "\n") + indent(level) + f;
  }
  return fits(line) ? indent(level) + line : lines;
}

std::string pretty_log(const LogExpr& log, size_t level) {
  const std::string line = print_log(log);
  if (log.stages.empty() || fits(line)) return indent(level) + line;
  std::string out = indent(level) + print_selector(log);
  std::vector<std::string> line_filters;
  const auto flush = [&] {
    if (!line_filters.empty()) out += "\n" + pretty_line_filters(line_filters, level + 1);
    line_filters.clear();
  };
  for (const Stage& stage : log.stages) {
    if (std::holds_alternative<LineFilter>(stage)) {
      line_filters.push_back(print_stage(stage));
      continue;
    }
    flush();
    const bool bare = std::holds_alternative<DecolorizeStage>(stage);
    out += "\n" + (bare ? "" : indent(level + 1)) + print_stage(stage);
  }
  flush();
  return out;
}

std::string pretty_log_range(const RangeAggregation& a, size_t level) {
  std::string out = pretty_log(a.log, level);
  if (a.unwrap) {
    out += "\n" + indent(level + 1) + print_unwrap(*a.unwrap);
    for (const auto& filter : a.unwrap->filters) {
      out += "\n" + indent(level + 1) + "| " + print_label_filter(*filter);
    }
  }
  out += " [" + print_prometheus_duration(a.range) + "]";
  if (a.offset != 0) out += " offset " + print_prometheus_duration(a.offset);
  return out;
}

int precedence(BinaryOp op) {
  switch (op) {
    case BinaryOp::kOr:
      return 1;
    case BinaryOp::kAnd:
    case BinaryOp::kUnless:
      return 2;
    case BinaryOp::kAdd:
    case BinaryOp::kSubtract:
      return 4;
    case BinaryOp::kMultiply:
    case BinaryOp::kDivide:
    case BinaryOp::kModulo:
      return 5;
    case BinaryOp::kPower:
      return 6;
    default:
      return 3;
  }
}

// Whether the query would mean something else without parentheses around the operand.
bool needs_parentheses(const BinaryOperation& parent, const Expr& operand, bool is_left) {
  const auto* child = std::get_if<BinaryOperation>(&operand.node);
  if (!child) return false;
  const int outer = precedence(parent.op), inner = precedence(child->op);
  if (inner != outer) return inner < outer;
  return is_left == (parent.op == BinaryOp::kPower);
}

std::string pretty_operand(const BinaryOperation& parent, const Expr& operand, bool is_left,
                           size_t level) {
  if (fits(operand) || !needs_parentheses(parent, operand, is_left)) {
    return pretty(operand, level);
  }
  return indent(level) + "(\n" + pretty(operand, level + 1) + "\n" + indent(level) + ")";
}

std::string pretty_operator(const BinaryOperation& o) {
  std::string out = o.name;
  if (o.return_bool) out += " bool";
  if (!o.on && o.matching.empty()) return out;
  out += std::string(o.on ? " on (" : " ignoring (") + print_names(o.matching, ", ") + ") ";
  if (o.group == BinaryOperation::Group::kLeft) out += "group_left";
  if (o.group == BinaryOperation::Group::kRight) out += "group_right";
  if (!o.include.empty()) out += " (" + print_names(o.include, ", ") + ")";
  return out;
}

// Writes what does not fit on a line.
struct PrettyLines {
  size_t level;

  std::string operator()(const LogExpr& log) const { return pretty_log(log, level); }
  std::string operator()(const RangeAggregation& a) const {
    std::string out = indent(level) + a.name + "(\n";
    if (a.parameter) out += indent(level + 1) + print_number(*a.parameter) + ",\n";
    out += pretty_log_range(a, level + 1) + "\n" + indent(level) + ")";
    return a.grouping.given ? out + pretty_grouping(a.grouping) : out;
  }
  std::string operator()(const VectorAggregation& a) const {
    std::string out = indent(level) + a.name;
    if (a.grouping.without || !a.grouping.names.empty()) out += pretty_grouping(a.grouping);
    out += "(\n";
    if (takes_count(a.op)) {
      out += indent(level + 1) + std::to_string(static_cast<int64_t>(a.parameter)) + ",\n";
    }
    return out + pretty(*a.inner, level + 1) + "\n" + indent(level) + ")";
  }
  std::string operator()(const BinaryOperation& o) const {
    return pretty_operand(o, *o.left, true, level + 1) + "\n" + indent(level) + pretty_operator(o) +
           "\n" + pretty_operand(o, *o.right, false, level + 1);
  }
  std::string operator()(const LabelReplace& r) const {
    std::string out = indent(level) + "label_replace(\n" + pretty(*r.inner, level + 1);
    for (const std::string* text : {&r.target, &r.replacement, &r.source, &r.regex}) {
      out += ",\n" + indent(level + 1) + quote(*text);
    }
    return out + "\n" + indent(level) + ")";
  }
  template <typename Short>
  std::string operator()(const Short& s) const {
    return indent(level) + print_short(s);
  }

 private:
  static std::string print_short(const Literal& l) { return print_number(l.value); }
  static std::string print_short(const VectorLiteral& v) { return print(Expr{v}); }
  static std::string print_short(const Variants& v) {
    std::string out = "variants(";
    for (const ExprPtr& m : v.metrics) {
      out += (out.back() == '(' ? "" : ", ") + print(*m);
    }
    return out + ") of (" + print_log_range(*v.range) + ")";
  }
};

std::string pretty(const Expr& expr, size_t level) {
  if (fits(expr)) return indent(level) + print(expr);
  return std::visit(PrettyLines{level}, expr.node);
}

}  // namespace

std::string pretty_print(const Expr& expr) { return pretty(expr, 0); }

}  // namespace logsvc::logql
