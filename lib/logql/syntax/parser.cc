#include "logql/syntax/parser.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "gotext/regex/go_regex.h"
#include "logql/syntax/cursor.h"
#include "logql/syntax/expression_checks.h"
#include "logql/syntax/operators.h"
#include "logql/syntax/pipeline_parser.h"
#include "logql/syntax/printer.h"

namespace logsvc::logql {
namespace {

template <typename T>
ExprPtr make_expr(T node) {
  return std::make_unique<Expr>(Expr{std::move(node)});
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : in_(std::move(tokens)) {}

  Result<ExprPtr> run() {
    if (in_.now().kind == TokenKind::kEnd) return in_.unexpected();
    ASSIGN_OR_RETURN(ExprPtr expr, expression(0));
    if (in_.now().kind != TokenKind::kEnd) return in_.unexpected();
    if (error_) return *error_;
    return expr;
  }

 private:
  // Errors of meaning are reported when the syntax is right; of several, that of the outermost
  // expression, then of the leftmost. A node is built after its parts, so its own error takes the
  // place of theirs, unless there was one before it began.
  class Errors {
   public:
    explicit Errors(std::optional<Error>& error) : error_(error), before_(error.has_value()) {}
    void note(const Status& status) {
      if (!status.ok() && !before_) error_ = status.error();
    }

   private:
    std::optional<Error>& error_;
    const bool before_;
  };

  Result<ExprPtr> expression(int min_precedence) {
    RETURN_IF_ERROR(in_.enter());
    Errors errors(error_);
    ASSIGN_OR_RETURN(ExprPtr left, operand());
    while (in_.now().kind == TokenKind::kSymbol || in_.now().kind == TokenKind::kKeyword) {
      const auto found = find_operator(in_.now().text);
      if (!found || found->precedence < min_precedence) break;
      RETURN_IF_ERROR(in_.grow());
      BinaryOperation binary;
      binary.op = found->op;
      binary.name = in_.take().text;
      RETURN_IF_ERROR(modifiers(binary));
      const int next = found->precedence + (binary.op == BinaryOp::kPower ? 0 : 1);
      ASSIGN_OR_RETURN(binary.right, expression(next));
      binary.left = std::move(left);
      errors.note(check_operands(binary));
      left = folded(std::move(binary));
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
        binary.include_given = true;
        ASSIGN_OR_RETURN(binary.include, label_list());
      }
    }
    return {};
  }

  // Two literals become one.
  static ExprPtr folded(BinaryOperation binary) {
    const auto* left = std::get_if<Literal>(&binary.left->node);
    const auto* right = std::get_if<Literal>(&binary.right->node);
    if (left && right) {
      return make_expr(Literal{apply_binary(binary.op, left->value, right->value)});
    }
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
    if (token.is("variants")) return variants();
    if (token.kind != TokenKind::kFunction) return in_.unexpected();
    const std::string spelled = token_spelling(token);
    const std::string name = in_.take().text;
    if (const auto range = find_range_op(name)) return range_aggregation(*range, name);
    if (const auto vector = find_vector_op(name)) return vector_aggregation(*vector, name);
    if (name == "vector") return vector_literal();
    if (name == "label_replace") return label_replace();
    return parse_error(token.line, token.column, "syntax error: unexpected " + spelled);
  }

  Result<LogExpr> selector() {
    LogExpr log;
    ASSIGN_OR_RETURN(log.matchers, parse_matchers(in_));
    Errors(error_).note(check_matchers(log.matchers));
    return log;
  }

  Result<double> signed_number() {
    bool negative = false;
    if (in_.now().is("-") || in_.now().is("+")) negative = in_.take().is("-");
    if (in_.now().kind != TokenKind::kNumber) return in_.unexpected("NUMBER");
    const Token token = in_.take();
    if (std::isnan(token.number)) {
      Errors(error_).note(
          parse_error(0, 0,
                      "unable to parse literal as a float: strconv.ParseFloat: parsing " +
                          quote(token.text) + ": invalid syntax"));
      return 0.0;
    }
    return negative ? -token.number : token.number;
  }

  Result<std::vector<std::string>> label_list() {
    RETURN_IF_ERROR(in_.expect("(", "("));
    std::vector<std::string> names;
    if (in_.accept(")")) return names;
    while (true) {
      if (in_.now().kind != TokenKind::kIdentifier) {
        return in_.unexpected(names.empty() ? "IDENTIFIER or )" : "IDENTIFIER");
      }
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
    if (std::isnan(in_.now().number)) {
      Errors(error_).note(
          parse_error(0, 0,
                      "unable to parse vectorExpr as a float: strconv.ParseFloat: parsing " +
                          quote(in_.now().text) + ": invalid syntax"));
    }
    ASSIGN_OR_RETURN(const double value, signed_number());
    RETURN_IF_ERROR(in_.expect(")", ")"));
    return make_expr(VectorLiteral{value});
  }

  Result<ExprPtr> label_replace() {
    LabelReplace out;
    Errors errors(error_);
    RETURN_IF_ERROR(in_.expect("(", "("));
    ASSIGN_OR_RETURN(out.inner, expression(0));
    if (out.inner->is_log()) return in_.unexpected();
    bool first = true;
    for (std::string* text : {&out.target, &out.replacement, &out.source, &out.regex}) {
      RETURN_IF_ERROR(in_.expect(",", first ? "" : ","));
      first = false;
      if (in_.now().kind != TokenKind::kString) return in_.unexpected("STRING");
      *text = in_.take().value;
    }
    RETURN_IF_ERROR(in_.expect(")", ")"));
    // It is anchored as text, which its errors show.
    const auto regex = GoRegex::compile("^(?:" + out.regex + ")$");
    if (!regex.ok()) {
      errors.note(parse_error(0, 0, "invalid regex in label_replace: " + regex.error().message));
    }
    return make_expr(std::move(out));
  }

  Result<ExprPtr> variants() {
    in_.take();
    Variants out;
    RETURN_IF_ERROR(in_.expect("(", "("));
    do {
      ASSIGN_OR_RETURN(ExprPtr metric, expression(0));
      if (metric->is_log()) return in_.unexpected();
      out.metrics.push_back(std::move(metric));
    } while (in_.accept(","));
    RETURN_IF_ERROR(in_.expect(")", ""));
    RETURN_IF_ERROR(in_.expect("of", "of"));
    RETURN_IF_ERROR(in_.expect("(", "("));
    out.range = std::make_unique<RangeAggregation>();
    RETURN_IF_ERROR(log_range(*out.range));
    RETURN_IF_ERROR(in_.expect(")", ")"));
    return make_expr(std::move(out));
  }

  // Parses { … } stages [unwrap] [5m] offset, in any of the orders that Loki takes.
  Status log_range(RangeAggregation& out) {
    if (!in_.now().is("(") && !in_.now().is("{")) return in_.unexpected("{ or (");
    bool ranged = false;
    RETURN_IF_ERROR(log_range_part(out, ranged));
    if (!ranged) return in_.unexpected(out.unwrap ? "RANGE or |" : "");
    return {};
  }

  Status log_range_part(RangeAggregation& out, bool& ranged) {
    if (in_.accept("(")) {
      RETURN_IF_ERROR(in_.enter());
      RETURN_IF_ERROR(log_range_part(out, ranged));
      in_.leave();
      if (!ranged && out.unwrap && !in_.now().is(")")) return in_.unexpected("RANGE or |");
      RETURN_IF_ERROR(in_.expect(")", ""));
      if (ranged) return {};
      // Only one pair of parentheses may stand around what has no range yet.
      if (in_.now().kind != TokenKind::kRange) return in_.unexpected("RANGE");
      RETURN_IF_ERROR(take_range(out, ranged));
      if (!out.unwrap && out.log.stages.empty()) return parse_unwrap(in_, out.unwrap);
      return {};
    }
    if (!in_.now().is("{")) return in_.unexpected();
    ASSIGN_OR_RETURN(out.log, selector());
    if (in_.now().kind == TokenKind::kRange) RETURN_IF_ERROR(take_range(out, ranged));
    RETURN_IF_ERROR(parse_stages(in_, out.log.stages));
    RETURN_IF_ERROR(parse_unwrap(in_, out.unwrap));
    if (!ranged && in_.now().kind == TokenKind::kRange) return take_range(out, ranged);
    return {};
  }

  Status take_range(RangeAggregation& out, bool& ranged) {
    ranged = true;
    out.range = in_.take().duration;
    if (!in_.accept("offset")) return {};
    if (in_.now().kind != TokenKind::kDuration) return in_.unexpected("DURATION");
    out.offset = in_.take().duration;
    return {};
  }

  Result<ExprPtr> range_aggregation(RangeOp op, const std::string& name) {
    RangeAggregation out;
    Errors errors(error_);
    out.op = op;
    out.name = name;
    RETURN_IF_ERROR(in_.expect("(", "("));
    std::string parameter;
    if (in_.now().kind == TokenKind::kNumber) {
      parameter = in_.now().text;
      if (std::isnan(in_.now().number)) {
        errors.note(parse_error(0, 0,
                                "invalid parameter for operation " + name +
                                    ": strconv.ParseFloat: parsing " + quote(parameter) +
                                    ": invalid syntax"));
      }
      ASSIGN_OR_RETURN(out.parameter, signed_number());
      RETURN_IF_ERROR(in_.expect(",", ","));
    } else if (!in_.now().is("{") && !in_.now().is("(")) {
      return in_.unexpected("NUMBER or { or (");
    }
    RETURN_IF_ERROR(log_range(out));
    RETURN_IF_ERROR(in_.expect(")", ")"));
    RETURN_IF_ERROR(grouping(out.grouping));
    errors.note(check_range_aggregation(out));
    return make_expr(std::move(out));
  }

  Result<ExprPtr> vector_aggregation(VectorOp op, const std::string& name) {
    VectorAggregation out;
    Errors errors(error_);
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
    if (out.inner->is_log()) return in_.unexpected();
    RETURN_IF_ERROR(in_.expect(")", ""));
    if (!out.grouping.given) RETURN_IF_ERROR(grouping(out.grouping));
    errors.note(check_vector_aggregation(out, has_parameter ? &parameter : nullptr));
    return make_expr(std::move(out));
  }

  Cursor in_;
  std::optional<Error> error_;
};

}  // namespace

Result<ExprPtr> parse(std::string_view query) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, lex(query));
  return Parser(std::move(tokens)).run();
}

}  // namespace logsvc::logql
