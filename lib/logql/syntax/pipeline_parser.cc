#include "logql/syntax/pipeline_parser.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>

namespace logsvc::logql {
namespace {

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

std::optional<LineFilterOp> line_filter_op(const Token& t) {
  if (t.is("|=")) return LineFilterOp::kContains;
  if (t.is("!=")) return LineFilterOp::kNotContains;
  if (t.is("|~")) return LineFilterOp::kRegex;
  if (t.is("!~")) return LineFilterOp::kNotRegex;
  return {};
}

Status check_regex(const std::string& expression, const std::string& stage) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  const re2::RE2 regex(expression, options);
  if (regex.ok()) return {};
  return parse_error(0, 0, "stage '" + stage + "' : " + go_regexp_error(regex));
}

Status parse_line_filter(Cursor& in, LineFilterOp op, std::vector<Stage>& stages) {
  const std::string spelled = in.take().text;
  LineFilter filter;
  filter.op = op;
  do {
    if (in.now().kind == TokenKind::kFunction && in.now().text == "ip") {
      return parse_error(in.now().line, in.now().column,
                         "ip() in line filters is not supported by this release");
    }
    if (in.now().kind != TokenKind::kString) return in.unexpected("STRING or ip");
    filter.operands.push_back(in.take().value);
  } while (in.accept("or"));
  if (op == LineFilterOp::kRegex || op == LineFilterOp::kNotRegex) {
    for (const std::string& operand : filter.operands) {
      RETURN_IF_ERROR(check_regex(operand, spelled + " " + quote(operand)));
    }
  }
  stages.emplace_back(std::move(filter));
  return {};
}

std::optional<CompareOp> compare_op(const Token& t) {
  if (t.is("=") || t.is("==")) return CompareOp::kEqual;
  if (t.is("!=")) return CompareOp::kNotEqual;
  if (t.is(">")) return CompareOp::kGreater;
  if (t.is(">=")) return CompareOp::kGreaterEqual;
  if (t.is("<")) return CompareOp::kLess;
  if (t.is("<=")) return CompareOp::kLessEqual;
  return {};
}

using FilterPtr = std::unique_ptr<LabelFilter>;
Result<FilterPtr> parse_label_filter(Cursor& in);

Result<FilterPtr> parse_predicate(Cursor& in) {
  if (in.accept("(")) {
    RETURN_IF_ERROR(in.enter());
    ASSIGN_OR_RETURN(FilterPtr inner, parse_label_filter(in));
    in.leave();
    RETURN_IF_ERROR(in.expect(")", ""));
    return inner;
  }
  if (in.now().kind != TokenKind::kIdentifier) return in.unexpected();
  auto filter = std::make_unique<LabelFilter>();
  filter->name = in.take().value;
  const Token op = in.now();
  const bool regex = op.is("=~") || op.is("!~");
  const auto compare = compare_op(op);
  if (!regex && !compare) return in.unexpected();
  in.take();
  if (in.now().kind == TokenKind::kString && is_match_operator(op)) {
    filter->kind = LabelFilter::Kind::kMatch;
    ASSIGN_OR_RETURN(filter->matcher, make_matcher(op, filter->name, in.take().value));
    return filter;
  }
  if (regex) return in.unexpected("STRING");
  filter->op = *compare;
  const bool negative = in.now().is("-");
  if (negative || in.now().is("+")) in.take();
  switch (in.now().kind) {
    case TokenKind::kNumber:
      filter->kind = LabelFilter::Kind::kNumber;
      filter->value = std::isnan(in.now().number) ? 0 : in.now().number;
      if (negative) filter->value = -filter->value;
      break;
    case TokenKind::kDuration:
      filter->kind = LabelFilter::Kind::kDuration;
      filter->value = static_cast<double>(in.now().duration) / 1e9;
      break;
    case TokenKind::kBytes:
      filter->kind = LabelFilter::Kind::kBytes;
      filter->value = in.now().number;
      break;
    default:
      return in.unexpected();
  }
  in.take();
  return filter;
}

FilterPtr join(LabelFilter::Kind kind, FilterPtr left, FilterPtr right) {
  auto out = std::make_unique<LabelFilter>();
  out->kind = kind;
  out->left = std::move(left);
  out->right = std::move(right);
  return out;
}

// `and` binds tighter than `or`; a comma or nothing takes everything to its right.
Result<FilterPtr> parse_conjunction(Cursor& in) {
  ASSIGN_OR_RETURN(FilterPtr left, parse_predicate(in));
  while (true) {
    if (in.accept("and")) {
      ASSIGN_OR_RETURN(FilterPtr right, parse_predicate(in));
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

Result<FilterPtr> parse_label_filter(Cursor& in) {
  ASSIGN_OR_RETURN(FilterPtr left, parse_conjunction(in));
  while (in.accept("or")) {
    ASSIGN_OR_RETURN(FilterPtr right, parse_conjunction(in));
    left = join(LabelFilter::Kind::kOr, std::move(left), std::move(right));
  }
  return left;
}

Result<std::vector<LabelPick>> parse_picks(Cursor& in) {
  std::vector<LabelPick> picks;
  do {
    if (in.now().kind != TokenKind::kIdentifier) return in.unexpected("IDENTIFIER");
    LabelPick pick{in.take().value, {}};
    if (is_match_operator(in.now())) {
      const Token op = in.take();
      if (in.now().kind != TokenKind::kString) return in.unexpected("STRING");
      ASSIGN_OR_RETURN(pick.matcher, make_matcher(op, pick.name, in.take().value));
    }
    picks.push_back(std::move(pick));
  } while (in.accept(","));
  return picks;
}

Result<LabelFormatStage> parse_label_formats(Cursor& in) {
  LabelFormatStage stage;
  do {
    if (in.now().kind != TokenKind::kIdentifier) return in.unexpected("IDENTIFIER");
    LabelFormat format;
    format.name = in.take().value;
    RETURN_IF_ERROR(in.expect("=", "="));
    format.rename = in.now().kind == TokenKind::kIdentifier;
    if (!format.rename && in.now().kind != TokenKind::kString) {
      return in.unexpected("IDENTIFIER or STRING");
    }
    format.source = in.take().value;
    if (std::any_of(stage.formats.begin(), stage.formats.end(),
                    [&](const LabelFormat& f) { return f.name == format.name; })) {
      return parse_error(0, 0,
                         "stage '| label_format' : multiple label name '" + format.name +
                             "' not allowed in a single format operation");
    }
    stage.formats.push_back(std::move(format));
  } while (in.accept(","));
  return stage;
}

Result<RegexpStage> parse_regexp(Cursor& in) {
  if (in.now().kind != TokenKind::kString) return in.unexpected("STRING");
  RegexpStage stage{in.take().value};
  re2::RE2::Options options;
  options.set_log_errors(false);
  const re2::RE2 regex(stage.expression, options);
  if (!regex.ok()) return parse_error(0, 0, "invalid regexp parser: " + go_regexp_error(regex));
  if (regex.NamedCapturingGroups().empty()) {
    return parse_error(0, 0, "invalid regexp parser: at least one named capture must be supplied");
  }
  return stage;
}

// The stage behind a `|` that was taken.
Status parse_pipe_stage(Cursor& in, std::vector<Stage>& stages) {
  if (in.accept("json")) {
    stages.emplace_back(JsonStage{});
  } else if (in.accept("logfmt")) {
    LogfmtStage stage;
    while (in.now().kind == TokenKind::kFlag) {
      const Token flag = in.take();
      stage.strict |= flag.text == "--strict";
      stage.keep_empty |= flag.text == "--keep-empty";
    }
    stages.emplace_back(stage);
  } else if (in.accept("regexp")) {
    ASSIGN_OR_RETURN(RegexpStage stage, parse_regexp(in));
    stages.emplace_back(std::move(stage));
  } else if (in.accept("line_format")) {
    if (in.now().kind != TokenKind::kString) return in.unexpected("STRING");
    stages.emplace_back(LineFormatStage{in.take().value});
  } else if (in.accept("label_format")) {
    ASSIGN_OR_RETURN(LabelFormatStage stage, parse_label_formats(in));
    stages.emplace_back(std::move(stage));
  } else if (in.accept("decolorize")) {
    stages.emplace_back(DecolorizeStage{});
  } else if (in.accept("drop")) {
    DropStage stage;
    ASSIGN_OR_RETURN(stage.picks, parse_picks(in));
    stages.emplace_back(std::move(stage));
  } else if (in.accept("keep")) {
    KeepStage stage;
    ASSIGN_OR_RETURN(stage.picks, parse_picks(in));
    stages.emplace_back(std::move(stage));
  } else if (in.now().is("unpack") || in.now().is("pattern")) {
    return parse_error(in.now().line, in.now().column,
                       "| " + in.now().text + " is not supported by this release");
  } else {
    ASSIGN_OR_RETURN(FilterPtr filter, parse_label_filter(in));
    stages.emplace_back(std::move(filter));
  }
  return {};
}

}  // namespace

Result<std::vector<Matcher>> parse_matchers(Cursor& in) {
  in.take();  // {
  std::vector<Matcher> matchers;
  if (in.accept("}")) return matchers;
  while (true) {
    if (in.now().kind != TokenKind::kIdentifier) {
      return in.unexpected(matchers.empty() ? "IDENTIFIER or }" : "IDENTIFIER");
    }
    const std::string name = in.take().value;
    if (!is_match_operator(in.now())) return in.unexpected("= or =~ or !~ or !=");
    const Token op = in.take();
    if (in.now().kind != TokenKind::kString) return in.unexpected("STRING");
    ASSIGN_OR_RETURN(Matcher matcher, make_matcher(op, name, in.take().value));
    matchers.push_back(std::move(matcher));
    if (in.accept("}")) return matchers;
    RETURN_IF_ERROR(in.expect(",", "} or ,"));
  }
}

Status parse_stages(Cursor& in, std::vector<Stage>& stages) {
  while (true) {
    if (const auto op = line_filter_op(in.now())) {
      RETURN_IF_ERROR(parse_line_filter(in, *op, stages));
    } else if (in.now().is("|>") || in.now().is("!>")) {
      return parse_error(in.now().line, in.now().column,
                         "pattern filters are not supported by this release");
    } else if (in.now().is("|") && !in.ahead().is("unwrap")) {
      in.take();
      RETURN_IF_ERROR(parse_pipe_stage(in, stages));
    } else {
      return {};
    }
  }
}

Status parse_unwrap(Cursor& in, std::optional<Unwrap>& out) {
  if (!in.now().is("|") || !in.ahead().is("unwrap")) return {};
  in.take();
  in.take();
  Unwrap unwrap;
  if (in.now().kind == TokenKind::kFunction) {
    const std::string conversion = in.now().text;
    if (conversion == "bytes") {
      unwrap.conversion = Unwrap::Conversion::kBytes;
    } else if (conversion == "duration" || conversion == "duration_seconds") {
      unwrap.conversion = Unwrap::Conversion::kDuration;
    } else {
      return in.unexpected();
    }
    in.take();
    RETURN_IF_ERROR(in.expect("(", "("));
    if (in.now().kind != TokenKind::kIdentifier) return in.unexpected("IDENTIFIER");
    unwrap.name = in.take().value;
    RETURN_IF_ERROR(in.expect(")", ")"));
  } else {
    if (in.now().kind != TokenKind::kIdentifier) return in.unexpected();
    unwrap.name = in.take().value;
  }
  while (in.accept("|")) {
    ASSIGN_OR_RETURN(FilterPtr filter, parse_label_filter(in));
    unwrap.filters.push_back(std::move(filter));
  }
  out = std::move(unwrap);
  return {};
}

Status check_matchers(const std::vector<Matcher>& matchers) {
  if (std::any_of(matchers.begin(), matchers.end(),
                  [](const Matcher& m) { return !m.matches_empty(); })) {
    return {};
  }
  return parse_error(0, 0,
                     "queries require at least one regexp or equality matcher that does not have "
                     "an empty-compatible value. For instance, app=~\".*\" does not meet this "
                     "requirement, but app=~\".+\" will");
}

}  // namespace logsvc::logql
