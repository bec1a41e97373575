#include "logql/syntax/printer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "gotext/units.h"
#include "logql/regex/text_regex.h"

namespace logsvc::logql {
namespace {

std::string fixed_number(double v) {
  char buffer[400];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::fixed).ptr;
  return {buffer, end};
}

// Writes Go's time.Duration: 1h30m0s, 1.5s, 250ms.
std::string duration_text(Duration d) {
  if (d == 0) return "0s";
  const std::string sign = d < 0 ? "-" : "";
  const auto size = static_cast<double>(d < 0 ? -d : d);
  if (size < 1e3) return sign + fixed_number(size) + "ns";
  if (size < 1e6) return sign + fixed_number(size / 1e3) + "\xC2\xB5s";
  if (size < 1e9) return sign + fixed_number(size / 1e6) + "ms";
  const int64_t whole = d < 0 ? -d : d;
  const int64_t minutes = whole / kMinute;
  std::string out = fixed_number(static_cast<double>(whole % kMinute) / 1e9) + "s";
  if (minutes > 0) out = std::to_string(minutes % 60) + "m" + out;
  if (minutes >= 60) out = std::to_string(minutes / 60) + "h" + out;
  return sign + out;
}

const char* compare_text(CompareOp op) {
  static constexpr const char* kTexts[] = {"==", "!=", ">", ">=", "<", "<="};
  return kTexts[static_cast<size_t>(op)];
}

template <typename Items, typename Print>
std::string joined(const Items& items, const char* separator, Print print) {
  std::string out;
  for (const auto& item : items) {
    if (&item != &items.front()) out += separator;
    out += print(item);
  }
  return out;
}

std::string picks_text(const std::vector<LabelPick>& picks) {
  return joined(picks, ",",
                [](const LabelPick& p) { return p.matcher ? p.matcher->to_string() : p.name; });
}

std::string extractions_text(const std::vector<Extraction>& extractions) {
  if (extractions.empty()) return "";
  return " " + joined(extractions, ",",
                      [](const Extraction& e) { return e.name + "=" + quote(e.expression); });
}

struct Print {
  std::string operator()(const LineFilter& f) const {
    static constexpr const char* kOps[] = {"|=", "!=", "|~", "!~", "|>", "!>"};
    const std::string op = kOps[static_cast<size_t>(f.op)];
    // A negative filter with several operands is written as several filters.
    const std::string separator = op[0] == '|' ? " or " : " " + op + " ";
    return op + " " + joined(f.operands, separator.c_str(), [](const LineFilterOperand& o) {
             return o.ip ? "ip(" + quote(o.text) + ")" : quote(o.text);
           });
  }
  std::string operator()(const std::unique_ptr<LabelFilter>& f) const {
    return "| " + print_label_filter(*f);
  }
  std::string operator()(const JsonStage& s) const {
    return "| json" + extractions_text(s.extractions);
  }
  std::string operator()(const LogfmtStage& s) const {
    return std::string("| logfmt") + (s.strict ? " --strict" : "") +
           (s.keep_empty ? " --keep-empty" : "") + extractions_text(s.extractions);
  }
  std::string operator()(const RegexpStage& s) const { return "| regexp " + quote(s.expression); }
  std::string operator()(const PatternStage& s) const { return "| pattern " + quote(s.pattern); }
  std::string operator()(const UnpackStage&) const { return "| unpack"; }
  std::string operator()(const LineFormatStage& s) const {
    return "| line_format " + quote(s.text);
  }
  std::string operator()(const LabelFormatStage& s) const {
    return "| label_format " + joined(s.formats, ",", [](const LabelFormat& f) {
             return f.name + "=" + (f.rename ? f.source : quote(f.source));
           });
  }
  std::string operator()(const DecolorizeStage&) const { return "| decolorize"; }
  std::string operator()(const DropStage& s) const { return "| drop " + picks_text(s.picks); }
  std::string operator()(const KeepStage& s) const { return "| keep " + picks_text(s.picks); }
};

// Whether a regular expression that is run as such stands in backquotes.
bool shown_raw(const LabelFilter& f) {
  if (f.match != MatchType::kRegex || f.text.find('`') != std::string::npos) return false;
  const auto regex = TextRegex::compile(f.text, true);
  return regex.ok() && !regex->tests();
}

std::string grouping_text(const Grouping& g, const char* separator = ",") {
  return std::string(g.without ? " without (" : " by (") + print_names(g.names, separator) + ")";
}

std::string count_text(const VectorAggregation& a) {
  return std::to_string(static_cast<int64_t>(a.parameter));
}

bool has_labels(const Grouping& g) { return g.without || !g.names.empty(); }

std::string operator_text(const BinaryOperation& o) {
  std::string out = o.name;
  if (o.return_bool) out += " bool";
  if (!o.on && o.matching.empty()) return out;
  out += std::string(o.on ? " on (" : " ignoring (") + print_names(o.matching, ",") + ") ";
  if (o.group == BinaryOperation::Group::kLeft) out += "group_left";
  if (o.group == BinaryOperation::Group::kRight) out += "group_right";
  if (!o.include.empty()) out += " (" + print_names(o.include, ",") + ")";
  return out;
}

struct PrintLine {
  std::string operator()(const LogExpr& log) const { return print_log(log); }
  std::string operator()(const RangeAggregation& a) const {
    std::string out = a.name + "(";
    if (a.parameter) out += fixed_number(*a.parameter) + ",";
    out += print_log_range(a) + ")";
    return a.grouping.given ? out + grouping_text(a.grouping) : out;
  }
  std::string operator()(const VectorAggregation& a) const {
    std::string out = a.name;
    if (has_labels(a.grouping)) out += grouping_text(a.grouping);
    out += "(";
    if (takes_count(a.op)) out += count_text(a) + ",";
    return out + print(*a.inner) + ")";
  }
  std::string operator()(const BinaryOperation& o) const {
    return "(" + print(*o.left) + " " + operator_text(o) + " " + print(*o.right) + ")";
  }
  std::string operator()(const Literal& l) const { return print_number(l.value); }
  std::string operator()(const VectorLiteral& v) const {
    char text[400];
    (void)std::snprintf(text, sizeof text, "vector(%f)", v.value);
    return text;
  }
  std::string operator()(const LabelReplace& r) const {
    return "label_replace(" + print(*r.inner) + "," + quote(r.target) + "," + quote(r.replacement) +
           "," + quote(r.source) + "," + quote(r.regex) + ")";
  }
  std::string operator()(const Variants& v) const {
    return "variants(" + joined(v.metrics, ", ", [](const ExprPtr& m) { return print(*m); }) +
           ") of (" + print_log_range(*v.range) + ")";
  }
};

}  // namespace

// Follows Go's %v: an exponent below -4 and from 21 on.
std::string print_number(double v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
  if (v == 0) return std::signbit(v) ? "-0" : "0";
  const double size = std::abs(v);
  if (size >= 1e-4 && size < 1e21) return fixed_number(v);
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::scientific);
  return {buffer, end.ptr};
}

// Follows Prometheus: years and weeks where they are whole, milliseconds at the end.
std::string print_prometheus_duration(Duration d) {
  struct Unit {
    const char* name;
    Duration size;
    bool exact;
  };
  static constexpr std::array<Unit, 7> kUnits = {{{"y", 365 * kDay, true},
                                                  {"w", 7 * kDay, true},
                                                  {"d", kDay, false},
                                                  {"h", kHour, false},
                                                  {"m", kMinute, false},
                                                  {"s", kSecond, false},
                                                  {"ms", kMillisecond, false}}};
  std::string out;
  Duration left = d < 0 ? -d : d;
  for (const Unit& u : kUnits) {
    if (left < u.size || (u.exact && left % u.size != 0)) continue;
    out += std::to_string(left / u.size) + u.name;
    left %= u.size;
  }
  if (out.empty()) return "0s";
  return (d < 0 ? "-" : "") + out;
}

std::string print_names(const std::vector<std::string>& names, const char* separator) {
  return joined(names, separator, [](const std::string& n) { return n; });
}

std::string print_selector(const LogExpr& log) {
  return "{" + joined(log.matchers, ", ", [](const Matcher& m) { return m.to_string(); }) + "}";
}

std::string print_log(const LogExpr& log) {
  std::string out = print_selector(log);
  for (const Stage& stage : log.stages) out += " " + print_stage(stage);
  return out;
}

std::string print_unwrap(const Unwrap& u) {
  static constexpr const char* kConversions[] = {"", "bytes", "duration", "duration_seconds"};
  const std::string conversion = kConversions[static_cast<size_t>(u.conversion)];
  return "| unwrap " + (conversion.empty() ? u.name : conversion + "(" + u.name + ")");
}

std::string print_log_range(const RangeAggregation& a) {
  std::string out = print_log(a.log);
  if (a.unwrap) {
    out += " " + print_unwrap(*a.unwrap);
    for (const auto& filter : a.unwrap->filters) out += " | " + print_label_filter(*filter);
  }
  out += "[" + print_prometheus_duration(a.range) + "]";
  if (a.offset != 0) out += " offset " + duration_text(a.offset);
  return out;
}

bool takes_count(VectorOp op) {
  return op == VectorOp::kTopk || op == VectorOp::kBottomk || op == VectorOp::kApproxTopk;
}

std::string print(const Expr& expr) { return std::visit(PrintLine{}, expr.node); }

std::string print_label_filter(const LabelFilter& f) {
  static constexpr const char* kMatches[] = {"=", "!=", "=~", "!~"};
  switch (f.kind) {
    case LabelFilter::Kind::kAnd:
      return "( " + print_label_filter(*f.left) + " , " + print_label_filter(*f.right) + " )";
    case LabelFilter::Kind::kOr:
      return "( " + print_label_filter(*f.left) + " or " + print_label_filter(*f.right) + " )";
    case LabelFilter::Kind::kMatch:
      return f.name + kMatches[static_cast<size_t>(f.match)] +
             (shown_raw(f) ? "`" + f.text + "`" : quote(f.text));
    case LabelFilter::Kind::kIp:
      return f.name + (f.op == CompareOp::kEqual ? "=" : "!=") + "ip(" + quote(f.text) + ")";
    case LabelFilter::Kind::kNumber:
      return f.name + compare_text(f.op) + fixed_number(f.value);
    case LabelFilter::Kind::kDuration:
      return f.name + compare_text(f.op) + duration_text(f.duration);
    case LabelFilter::Kind::kBytes:
      return f.name + compare_text(f.op) + size_text(f.value);
  }
  return "";
}

std::string print_stage(const Stage& stage) { return std::visit(Print{}, stage); }

}  // namespace logsvc::logql
