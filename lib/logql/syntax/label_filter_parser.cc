#include "logql/syntax/label_filter_parser.h"

#include <cmath>

#include "gotext/regex/go_regex.h"
#include "gotext/units.h"

namespace logsvc::logql {
namespace {

using FilterPtr = std::unique_ptr<LabelFilter>;

std::optional<CompareOp> compare_op(const Token& t) {
  if (t.is("=") || t.is("==")) return CompareOp::kEqual;
  if (t.is("!=")) return CompareOp::kNotEqual;
  if (t.is(">")) return CompareOp::kGreater;
  if (t.is(">=")) return CompareOp::kGreaterEqual;
  if (t.is("<")) return CompareOp::kLess;
  if (t.is("<=")) return CompareOp::kLessEqual;
  return {};
}

// Parses the text after =, !=, =~ or !~.
Result<FilterPtr> text_predicate(Cursor& in, const Token& op, FilterPtr filter) {
  filter->kind = LabelFilter::Kind::kMatch;
  filter->match = match_type(op);
  filter->text = in.take().value;
  if (op.is("=~") || op.is("!~")) {
    const auto regex = GoRegex::compile(filter->text);
    if (!regex.ok()) return parse_error(0, 0, regex.error().message);
  }
  return filter;
}

// Parses ip("…") after = or !=.
Result<FilterPtr> ip_predicate(Cursor& in, FilterPtr filter) {
  in.take();
  RETURN_IF_ERROR(in.expect("(", "("));
  if (in.now().kind != TokenKind::kString) return in.unexpected("STRING");
  filter->kind = LabelFilter::Kind::kIp;
  filter->text = in.take().value;
  RETURN_IF_ERROR(in.expect(")", ")"));
  return filter;
}

Result<FilterPtr> number_predicate(Cursor& in, FilterPtr filter) {
  const bool negative = in.now().is("-");
  const bool sign = negative || in.now().is("+");
  if (sign) in.take();
  const Token value = in.now();
  if (sign && value.kind != TokenKind::kNumber) return in.unexpected("NUMBER");
  switch (value.kind) {
    case TokenKind::kNumber:
      filter->kind = LabelFilter::Kind::kNumber;
      // Loki reads a hexadecimal literal as 0 here.
      filter->value = std::isnan(value.number) ? 0 : value.number;
      if (negative) filter->value = -filter->value;
      break;
    case TokenKind::kDuration:
      filter->kind = LabelFilter::Kind::kDuration;
      filter->duration = value.duration;
      filter->value = seconds_of(value.duration);
      break;
    case TokenKind::kBytes:
      filter->kind = LabelFilter::Kind::kBytes;
      filter->value = value.number;
      break;
    default:
      return in.unexpected();
  }
  in.take();
  return filter;
}

Result<FilterPtr> predicate(Cursor& in) {
  if (in.accept("(")) {
    RETURN_IF_ERROR(in.enter());
    ASSIGN_OR_RETURN(FilterPtr inner, parse_label_filter(in));
    in.leave();
    RETURN_IF_ERROR(in.expect(")", ""));
    return inner;
  }
  if (in.now().kind != TokenKind::kIdentifier) return in.unexpected();
  RETURN_IF_ERROR(in.grow());
  auto filter = std::make_unique<LabelFilter>();
  const Token name = in.take();
  filter->name = name.value;
  const Token op = in.now();
  const bool regex = op.is("=~") || op.is("!~");
  const auto compare = compare_op(op);
  if (!regex && !compare) return in.unexpected();
  in.take();
  if (in.now().kind == TokenKind::kString && is_match_operator(op)) {
    if (!is_label_name(filter->name)) {
      return parse_error(name.line, name.column, "syntax error: unexpected STRING");
    }
    return text_predicate(in, op, std::move(filter));
  }
  if (regex) return in.unexpected("STRING");
  filter->op = *compare;
  const bool ip = in.now().kind == TokenKind::kFunction && in.now().text == "ip";
  if (ip && is_match_operator(op)) return ip_predicate(in, std::move(filter));
  return number_predicate(in, std::move(filter));
}

FilterPtr join(LabelFilter::Kind kind, FilterPtr left, FilterPtr right) {
  auto out = std::make_unique<LabelFilter>();
  out->kind = kind;
  out->left = std::move(left);
  out->right = std::move(right);
  return out;
}

// `and` binds tighter than `or`; a comma or nothing takes everything to its right.
Result<FilterPtr> conjunction(Cursor& in) {
  ASSIGN_OR_RETURN(FilterPtr left, predicate(in));
  while (true) {
    if (in.accept("and")) {
      ASSIGN_OR_RETURN(FilterPtr right, predicate(in));
      left = join(LabelFilter::Kind::kAnd, std::move(left), std::move(right));
      continue;
    }
    const bool comma = in.accept(",");
    if (!comma && in.now().kind != TokenKind::kIdentifier && !in.now().is("(")) return left;
    RETURN_IF_ERROR(in.enter());
    ASSIGN_OR_RETURN(FilterPtr right, parse_label_filter(in));
    in.leave();
    return join(LabelFilter::Kind::kAnd, std::move(left), std::move(right));
  }
}

}  // namespace

bool is_match_operator(const Token& t) {
  return t.is("=") || t.is("!=") || t.is("=~") || t.is("!~");
}

MatchType match_type(const Token& t) {
  if (t.is("!=")) return MatchType::kNotEqual;
  if (t.is("=~")) return MatchType::kRegex;
  if (t.is("!~")) return MatchType::kNotRegex;
  return MatchType::kEqual;
}

Result<Matcher> make_matcher(const Token& op, const std::string& name, const std::string& value) {
  auto matcher = Matcher::make(match_type(op), name, value);
  if (!matcher.ok()) return parse_error(0, 0, matcher.error().message);
  return matcher;
}

Result<FilterPtr> parse_label_filter(Cursor& in) {
  ASSIGN_OR_RETURN(FilterPtr left, conjunction(in));
  while (in.accept("or")) {
    ASSIGN_OR_RETURN(FilterPtr right, conjunction(in));
    left = join(LabelFilter::Kind::kOr, std::move(left), std::move(right));
  }
  return left;
}

}  // namespace logsvc::logql
