#include "logql/syntax/pipeline_parser.h"

#include <algorithm>

#include "extract/pattern.h"
#include "gotext/regex/go_regex.h"
#include "logql/syntax/label_filter_parser.h"

namespace logsvc::logql {
namespace {

std::optional<LineFilterOp> line_filter_op(const Token& t) {
  if (t.is("|=")) return LineFilterOp::kContains;
  if (t.is("!=")) return LineFilterOp::kNotContains;
  if (t.is("|~")) return LineFilterOp::kRegex;
  if (t.is("!~")) return LineFilterOp::kNotRegex;
  if (t.is("|>")) return LineFilterOp::kPattern;
  if (t.is("!>")) return LineFilterOp::kNotPattern;
  return {};
}

bool is_positive(LineFilterOp op) {
  return op == LineFilterOp::kContains || op == LineFilterOp::kRegex ||
         op == LineFilterOp::kPattern;
}

bool is_ip(const Token& t) { return t.kind == TokenKind::kFunction && t.text == "ip"; }

Status parse_line_filter(Cursor& in, LineFilterOp op, std::vector<Stage>& stages) {
  in.take();
  LineFilter filter;
  filter.op = op;
  do {
    LineFilterOperand operand;
    if (is_ip(in.now())) {
      in.take();
      operand.ip = true;
      RETURN_IF_ERROR(in.expect("(", "("));
      if (in.now().kind != TokenKind::kString) return in.unexpected("STRING");
      operand.text = in.take().value;
      RETURN_IF_ERROR(in.expect(")", ")"));
    } else if (in.now().kind == TokenKind::kString) {
      operand.text = in.take().value;
    } else {
      return in.unexpected("STRING or ip");
    }
    const bool ends_chain = operand.ip && !filter.operands.empty();
    filter.operands.push_back(std::move(operand));
    // In Loki's grammar an ip() ends a chain, and another one takes its place.
    if (ends_chain && is_positive(op) && in.now().is("or")) filter.operands.resize(1);
  } while (in.accept("or"));
  stages.emplace_back(std::move(filter));
  return {};
}

Result<std::vector<LabelPick>> parse_picks(Cursor& in) {
  std::vector<LabelPick> picks;
  do {
    if (in.now().kind != TokenKind::kIdentifier) return in.unexpected("IDENTIFIER");
    const Token name = in.take();
    LabelPick pick{name.value, {}};
    if (is_match_operator(in.now())) {
      if (!is_label_name(pick.name)) {
        return parse_error(name.line, name.column,
                           "syntax error: unexpected STRING, expecting IDENTIFIER");
      }
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
    stage.formats.push_back(std::move(format));
  } while (in.accept(","));
  return stage;
}

// Parses name="expression", name, … after json and logfmt; empty if there are none.
Result<std::vector<Extraction>> parse_extractions(Cursor& in) {
  std::vector<Extraction> out;
  if (in.now().kind != TokenKind::kIdentifier) return out;
  do {
    if (in.now().kind != TokenKind::kIdentifier) return in.unexpected("IDENTIFIER");
    Extraction extraction;
    extraction.name = extraction.expression = in.take().value;
    if (in.accept("=")) {
      if (in.now().kind != TokenKind::kString) return in.unexpected("STRING");
      extraction.expression = in.take().value;
    }
    out.push_back(std::move(extraction));
  } while (in.accept(","));
  return out;
}

Result<LogfmtStage> parse_logfmt(Cursor& in) {
  LogfmtStage stage;
  while (in.now().kind == TokenKind::kFlag) {
    const Token flag = in.take();
    stage.strict |= flag.text == "--strict";
    stage.keep_empty |= flag.text == "--keep-empty";
  }
  ASSIGN_OR_RETURN(stage.extractions, parse_extractions(in));
  return stage;
}

Result<RegexpStage> parse_regexp(Cursor& in) {
  if (in.now().kind != TokenKind::kString) return in.unexpected("STRING");
  RegexpStage stage{in.take().value};
  const auto refuse = [](const std::string& message) {
    return parse_error(0, 0, "invalid regexp parser: " + message);
  };
  const auto regex = GoRegex::compile(stage.expression);
  if (!regex.ok()) return refuse(regex.error().message);
  std::vector<std::string> names;
  for (const std::string& name : regex->group_names()) {
    if (name.empty()) continue;
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      return refuse("duplicate extracted label name '" + name + "'");
    }
    names.push_back(name);
  }
  if (names.empty()) return refuse("at least one named capture must be supplied");
  return stage;
}

Result<PatternStage> parse_pattern(Cursor& in) {
  if (in.now().kind != TokenKind::kString) return in.unexpected("STRING");
  PatternStage stage{in.take().value};
  const auto pattern = extract::Pattern::parse(stage.pattern);
  const Status usable = pattern.ok() ? pattern->check_parser() : Status(pattern.error());
  if (!usable.ok()) {
    return parse_error(0, 0, "invalid pattern parser: " + usable.error().message);
  }
  return stage;
}

// Parses the stage after a `|` that was taken.
Status parse_pipe_stage(Cursor& in, std::vector<Stage>& stages) {
  if (in.accept("json")) {
    JsonStage stage;
    ASSIGN_OR_RETURN(stage.extractions, parse_extractions(in));
    stages.emplace_back(std::move(stage));
  } else if (in.accept("logfmt")) {
    ASSIGN_OR_RETURN(LogfmtStage stage, parse_logfmt(in));
    stages.emplace_back(std::move(stage));
  } else if (in.accept("regexp")) {
    ASSIGN_OR_RETURN(RegexpStage stage, parse_regexp(in));
    stages.emplace_back(std::move(stage));
  } else if (in.accept("pattern")) {
    ASSIGN_OR_RETURN(PatternStage stage, parse_pattern(in));
    stages.emplace_back(std::move(stage));
  } else if (in.accept("unpack")) {
    stages.emplace_back(UnpackStage{});
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
  } else {
    ASSIGN_OR_RETURN(auto filter, parse_label_filter(in));
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
    const Token written = in.take();
    const std::string name = written.value;
    if (!is_match_operator(in.now())) return in.unexpected("= or =~ or !~ or !=");
    const Token op = in.take();
    if (in.now().kind != TokenKind::kString) return in.unexpected("STRING");
    if (!is_label_name(name)) {
      return parse_error(written.line, written.column,
                         std::string("syntax error: unexpected STRING, expecting IDENTIFIER") +
                             (matchers.empty() ? " or }" : ""));
    }
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
    } else if (conversion == "duration") {
      unwrap.conversion = Unwrap::Conversion::kDuration;
    } else if (conversion == "duration_seconds") {
      unwrap.conversion = Unwrap::Conversion::kDurationSeconds;
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
    if (in.now().kind != TokenKind::kIdentifier && !in.now().is("(")) {
      return in.unexpected("IDENTIFIER or (");
    }
    ASSIGN_OR_RETURN(auto filter, parse_label_filter(in));
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
