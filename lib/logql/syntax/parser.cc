#include "logql/syntax/parser.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "logql/syntax/cursor.h"
#include "logql/syntax/pipeline_parser.h"

namespace logsvc::logql {
namespace {

const std::map<std::string, RangeOp> kRangeOps = {
    {"count_over_time", RangeOp::kCount},   {"rate", RangeOp::kRate},
    {"bytes_over_time", RangeOp::kBytes},   {"bytes_rate", RangeOp::kBytesRate},
    {"absent_over_time", RangeOp::kAbsent}, {"sum_over_time", RangeOp::kSum},
    {"avg_over_time", RangeOp::kAvg},       {"min_over_time", RangeOp::kMin},
    {"max_over_time", RangeOp::kMax},       {"stddev_over_time", RangeOp::kStddev},
    {"stdvar_over_time", RangeOp::kStdvar}, {"quantile_over_time", RangeOp::kQuantile},
    {"first_over_time", RangeOp::kFirst},   {"last_over_time", RangeOp::kLast},
    {"rate_counter", RangeOp::kRateCounter}};

const std::map<std::string, VectorOp> kVectorOps = {
    {"sum", VectorOp::kSum},           {"avg", VectorOp::kAvg},
    {"count", VectorOp::kCount},       {"min", VectorOp::kMin},
    {"max", VectorOp::kMax},           {"stddev", VectorOp::kStddev},
    {"stdvar", VectorOp::kStdvar},     {"topk", VectorOp::kTopk},
    {"bottomk", VectorOp::kBottomk},   {"sort", VectorOp::kSort},
    {"sort_desc", VectorOp::kSortDesc}};

struct Operator {
  BinaryOp op;
  int precedence;
};
const std::map<std::string, Operator> kOperators = {
    {"or", {BinaryOp::kOr, 1}},           {"and", {BinaryOp::kAnd, 2}},
    {"unless", {BinaryOp::kUnless, 2}},   {"==", {BinaryOp::kEqual, 3}},
    {"!=", {BinaryOp::kNotEqual, 3}},     {">", {BinaryOp::kGreater, 3}},
    {">=", {BinaryOp::kGreaterEqual, 3}}, {"<", {BinaryOp::kLess, 3}},
    {"<=", {BinaryOp::kLessEqual, 3}},    {"+", {BinaryOp::kAdd, 4}},
    {"-", {BinaryOp::kSubtract, 4}},      {"*", {BinaryOp::kMultiply, 5}},
    {"/", {BinaryOp::kDivide, 5}},        {"%", {BinaryOp::kModulo, 5}},
    {"^", {BinaryOp::kPower, 6}}};

template <typename T>
ExprPtr make_expr(T node) {
  return std::make_unique<Expr>(Expr{std::move(node)});
}

bool needs_unwrap(RangeOp op) { return op >= RangeOp::kSum; }
bool allows_unwrap(RangeOp op) {
  return needs_unwrap(op) || op == RangeOp::kRate || op == RangeOp::kAbsent;
}
bool allows_grouping(RangeOp op) {
  return op == RangeOp::kAvg || op == RangeOp::kStddev || op == RangeOp::kStdvar ||
         op == RangeOp::kQuantile || op == RangeOp::kMax || op == RangeOp::kMin ||
         op == RangeOp::kFirst || op == RangeOp::kLast;
}

std::string number_text(double v) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.10g", v);
  return buffer;
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : in_(std::move(tokens)) {}

  Result<ExprPtr> run() {
    if (in_.now().kind == TokenKind::kEnd) return in_.unexpected();
    ASSIGN_OR_RETURN(ExprPtr expr, expression(0));
    if (in_.now().kind != TokenKind::kEnd) return in_.unexpected();
    return expr;
  }

 private:
  Result<ExprPtr> expression(int min_precedence) {
    RETURN_IF_ERROR(in_.enter());
    ASSIGN_OR_RETURN(ExprPtr left, operand());
    while (in_.now().kind == TokenKind::kSymbol || in_.now().kind == TokenKind::kKeyword) {
      const auto found = kOperators.find(in_.now().text);
      if (found == kOperators.end() || found->second.precedence < min_precedence) break;
      BinaryOperation binary;
      binary.op = found->second.op;
      binary.name = in_.take().text;
      RETURN_IF_ERROR(modifiers(binary));
      const int next = found->second.precedence + (binary.op == BinaryOp::kPower ? 0 : 1);
      ASSIGN_OR_RETURN(binary.right, expression(next));
      binary.left = std::move(left);
      ASSIGN_OR_RETURN(left, checked(std::move(binary)));
    }
    in_.leave();
    return left;
  }

  Status modifiers(BinaryOperation& binary) {
    binary.return_bool = in_.accept("bool");
    if (!in_.now().is("on") && !in_.now().is("ignoring")) return {};
    binary.matching_given = true;
    binary.on = in_.take().text == "on";
    ASSIGN_OR_RETURN(binary.matching, label_list());
    if (in_.now().is("group_left") || in_.now().is("group_right")) {
      binary.group = in_.take().text == "group_left" ? BinaryOperation::Group::kLeft
                                                     : BinaryOperation::Group::kRight;
      if (in_.now().is("(")) {
        ASSIGN_OR_RETURN(binary.include, label_list());
      }
    }
    return {};
  }

  // Two literals fold; log queries are no operands.
  Result<ExprPtr> checked(BinaryOperation binary) {
    for (const auto& [side, expr] : {std::pair<const char*, const Expr*>{"left", binary.left.get()},
                                     {"right", binary.right.get()}}) {
      if (expr->is_log()) {
        const bool bare = std::get<LogExpr>(expr->node).stages.empty();
        return parse_error(0, 0,
                           std::string("unexpected type for ") + side +
                               " leg of binary operation (" + binary.name + "): *syntax." +
                               (bare ? "MatchersExpr" : "PipelineExpr"));
      }
      const auto* literal = std::get_if<Literal>(&expr->node);
      const bool set = binary.op == BinaryOp::kOr || binary.op == BinaryOp::kAnd ||
                       binary.op == BinaryOp::kUnless;
      if (literal && set) {
        char value[64];
        std::snprintf(value, sizeof value, "%f", literal->value);
        return parse_error(0, 0,
                           std::string("unexpected literal for ") + side +
                               " leg of logical/set binary operation (" + binary.name +
                               "): " + value);
      }
    }
    const auto* left = std::get_if<Literal>(&binary.left->node);
    const auto* right = std::get_if<Literal>(&binary.right->node);
    if (left && right)
      return make_expr(Literal{apply_binary(binary.op, left->value, right->value)});
    return make_expr(std::move(binary));
  }

  Result<ExprPtr> operand() {
    const Token& token = in_.now();
    if (token.is("{")) {
      ASSIGN_OR_RETURN(LogExpr log, selector());
      RETURN_IF_ERROR(parse_stages(in_, log.stages));
      if (in_.now().is("|")) {
        in_.take();
        return in_.unexpected();
      }
      return make_expr(std::move(log));
    }
    if (in_.accept("(")) {
      ASSIGN_OR_RETURN(ExprPtr inner, expression(0));
      RETURN_IF_ERROR(in_.expect(")", ""));
      return inner;
    }
    if (token.kind == TokenKind::kNumber || token.is("-") || token.is("+")) {
      ASSIGN_OR_RETURN(const double value, signed_number());
      return make_expr(Literal{value});
    }
    if (token.kind != TokenKind::kFunction) return in_.unexpected();
    const std::string name = in_.take().text;
    if (const auto range = kRangeOps.find(name); range != kRangeOps.end()) {
      return range_aggregation(range->second, name);
    }
    if (const auto vector = kVectorOps.find(name); vector != kVectorOps.end()) {
      return vector_aggregation(vector->second, name);
    }
    if (name == "vector") return vector_literal();
    return parse_error(token.line, token.column, name + " is not supported by this release");
  }

  Result<LogExpr> selector() {
    LogExpr log;
    ASSIGN_OR_RETURN(log.matchers, parse_matchers(in_));
    RETURN_IF_ERROR(check_matchers(log.matchers));
    return log;
  }

  Result<double> signed_number() {
    bool negative = false;
    if (in_.now().is("-") || in_.now().is("+")) negative = in_.take().is("-");
    if (in_.now().kind != TokenKind::kNumber) return in_.unexpected("NUMBER");
    const Token token = in_.take();
    if (std::isnan(token.number)) {
      return parse_error(0, 0,
                         "unable to parse literal as a float: strconv.ParseFloat: parsing " +
                             quote(token.text) + ": invalid syntax");
    }
    return negative ? -token.number : token.number;
  }

  Result<std::vector<std::string>> label_list() {
    RETURN_IF_ERROR(in_.expect("(", "("));
    std::vector<std::string> names;
    if (in_.accept(")")) return names;
    while (true) {
      if (in_.now().kind != TokenKind::kIdentifier) return in_.unexpected("IDENTIFIER");
      names.push_back(in_.take().value);
      if (in_.accept(")")) return names;
      RETURN_IF_ERROR(in_.expect(",", ", or )"));
    }
  }

  Status grouping(Grouping& out) {
    if (!in_.now().is("by") && !in_.now().is("without")) return {};
    out.given = true;
    out.without = in_.take().text == "without";
    ASSIGN_OR_RETURN(out.names, label_list());
    return {};
  }

  Result<ExprPtr> vector_literal() {
    RETURN_IF_ERROR(in_.expect("(", "("));
    if (in_.now().kind != TokenKind::kNumber) return in_.unexpected("NUMBER");
    ASSIGN_OR_RETURN(const double value, signed_number());
    RETURN_IF_ERROR(in_.expect(")", ")"));
    return make_expr(VectorLiteral{value});
  }

  // { … } stages [unwrap] [5m] offset, in any of the orders that Loki takes.
  Status log_range(RangeAggregation& out) {
    if (in_.accept("(")) {
      RETURN_IF_ERROR(in_.enter());
      RETURN_IF_ERROR(log_range_body(out, false));
      in_.leave();
      RETURN_IF_ERROR(in_.expect(")", ""));
      if (out.range == 0 || in_.now().kind == TokenKind::kRange) RETURN_IF_ERROR(take_range(out));
      if (!out.unwrap) RETURN_IF_ERROR(parse_unwrap(in_, out.unwrap));
      return {};
    }
    return log_range_body(out, true);
  }

  Status log_range_body(RangeAggregation& out, bool range_required) {
    if (in_.now().is("(")) return log_range(out);
    if (!in_.now().is("{")) return in_.unexpected();
    ASSIGN_OR_RETURN(out.log, selector());
    if (in_.now().kind == TokenKind::kRange) RETURN_IF_ERROR(take_range(out));
    RETURN_IF_ERROR(parse_stages(in_, out.log.stages));
    RETURN_IF_ERROR(parse_unwrap(in_, out.unwrap));
    if (out.range == 0 && (range_required || in_.now().kind == TokenKind::kRange)) {
      return take_range(out);
    }
    return {};
  }

  Status take_range(RangeAggregation& out) {
    if (in_.now().kind != TokenKind::kRange) {
      return in_.unexpected(out.unwrap ? "RANGE or |" : "");
    }
    out.range = in_.take().duration;
    if (!in_.accept("offset")) return {};
    if (in_.now().kind != TokenKind::kDuration) return in_.unexpected("DURATION");
    out.offset = in_.take().duration;
    return {};
  }

  Result<ExprPtr> range_aggregation(RangeOp op, const std::string& name) {
    RangeAggregation out;
    out.op = op;
    out.name = name;
    RETURN_IF_ERROR(in_.expect("(", "("));
    bool has_parameter = false;
    if (in_.now().kind == TokenKind::kNumber) {
      has_parameter = true;
      ASSIGN_OR_RETURN(out.parameter, signed_number());
      RETURN_IF_ERROR(in_.expect(",", ","));
    }
    RETURN_IF_ERROR(log_range(out));
    RETURN_IF_ERROR(in_.expect(")", out.range ? ")" : ""));
    RETURN_IF_ERROR(grouping(out.grouping));
    if (op == RangeOp::kQuantile && !has_parameter) {
      return parse_error(0, 0, "parameter required for operation " + name);
    }
    if (op != RangeOp::kQuantile && has_parameter) {
      return parse_error(
          0, 0, "parameter " + number_text(out.parameter) + " not supported for operation " + name);
    }
    if (needs_unwrap(op) && !out.unwrap) {
      return parse_error(0, 0, "invalid aggregation " + name + " without unwrap");
    }
    if (out.unwrap && !allows_unwrap(op)) {
      return parse_error(0, 0, "invalid aggregation " + name + " with unwrap");
    }
    if (out.grouping.given && !allows_grouping(op)) {
      return parse_error(0, 0, "grouping not allowed for " + name + " aggregation");
    }
    return make_expr(std::move(out));
  }

  Result<ExprPtr> vector_aggregation(VectorOp op, const std::string& name) {
    VectorAggregation out;
    out.op = op;
    out.name = name;
    RETURN_IF_ERROR(grouping(out.grouping));
    RETURN_IF_ERROR(in_.expect("(", "("));
    const bool has_parameter = in_.now().kind == TokenKind::kNumber && in_.ahead().is(",");
    std::string parameter;
    if (has_parameter) {
      parameter = in_.now().text;
      ASSIGN_OR_RETURN(out.parameter, signed_number());
      in_.take();
    }
    ASSIGN_OR_RETURN(out.inner, expression(0));
    RETURN_IF_ERROR(in_.expect(")", ""));
    if (!out.grouping.given) RETURN_IF_ERROR(grouping(out.grouping));
    const bool takes_k = op == VectorOp::kTopk || op == VectorOp::kBottomk;
    if (takes_k && !has_parameter) {
      return parse_error(0, 0, "parameter required for operation " + name);
    }
    if (takes_k && out.parameter != std::floor(out.parameter)) {
      return parse_error(0, 0, "invalid parameter " + name + "(" + parameter + ",");
    }
    if (takes_k && out.parameter <= 0) {
      return parse_error(0, 0,
                         "invalid parameter (must be greater than 0) " + name + "(" + parameter);
    }
    if (!takes_k && has_parameter) {
      return parse_error(0, 0,
                         "unsupported parameter for operation " + name + "(" + parameter + ",");
    }
    if ((op == VectorOp::kSort || op == VectorOp::kSortDesc) && !out.grouping.names.empty()) {
      return parse_error(0, 0, "sort and sort_desc doesn't allow grouping by ");
    }
    if (out.inner->is_log()) return in_.unexpected();
    return make_expr(std::move(out));
  }

  Cursor in_;
};

}  // namespace

double apply_binary(BinaryOp op, double l, double r) {
  switch (op) {
    case BinaryOp::kAdd:
      return l + r;
    case BinaryOp::kSubtract:
      return l - r;
    case BinaryOp::kMultiply:
      return l * r;
    case BinaryOp::kDivide:
      return r == 0 ? std::nan("") : l / r;
    case BinaryOp::kModulo:
      return r == 0 ? std::nan("") : std::fmod(l, r);
    case BinaryOp::kPower:
      return std::pow(l, r);
    case BinaryOp::kEqual:
      return l == r;
    case BinaryOp::kNotEqual:
      return l != r;
    case BinaryOp::kGreater:
      return l > r;
    case BinaryOp::kGreaterEqual:
      return l >= r;
    case BinaryOp::kLess:
      return l < r;
    case BinaryOp::kLessEqual:
      return l <= r;
    case BinaryOp::kOr:
    case BinaryOp::kAnd:
    case BinaryOp::kUnless:
      break;
  }
  return std::nan("");
}

Result<ExprPtr> parse(std::string_view query) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, lex(query));
  return Parser(std::move(tokens)).run();
}

}  // namespace logsvc::logql
