#include <algorithm>
#include <cstring>
#include <optional>

#include "extract/pattern.h"
#include "logql/regex/text_regex.h"
#include "logql/stages/ip_matcher.h"
#include "logql/stages/pipeline.h"
#include "logql/stages/required_literals.h"

namespace logsvc::logql {
namespace {

bool contains(std::string_view text, std::string_view needle) {
  return needle.empty() ||
         memmem(text.data(), text.size(), needle.data(), needle.size()) != nullptr;
}

// An always-true operand of an `or` chain counts only when it stands alone.
std::vector<std::string> effective(const LineFilter& filter, bool positive) {
  std::vector<std::string> out;
  for (const LineFilterOperand& o : filter.operands) out.push_back(o.text);
  const auto is_empty = [](const std::string& o) { return o.empty(); };
  if (positive && !std::all_of(out.begin(), out.end(), is_empty)) std::erase_if(out, is_empty);
  return out;
}

class ContainsFilter : public CompiledStage {
 public:
  ContainsFilter(std::vector<std::string> needles, bool positive)
      : needles_(std::move(needles)), positive_(positive) {}
  bool process(Timestamp, std::string_view& line, LabelState&) override {
    const bool any = std::any_of(needles_.begin(), needles_.end(),
                                 [&](const std::string& n) { return contains(line, n); });
    return any == positive_;
  }

 private:
  const std::vector<std::string> needles_;
  const bool positive_;
};

// Passes if any of several tests does, or if none of them does.
template <typename Test>
class AnyFilter : public CompiledStage {
 public:
  AnyFilter(std::vector<Test> tests, bool positive)
      : tests_(std::move(tests)), positive_(positive) {}
  bool process(Timestamp, std::string_view& line, LabelState&) override {
    return std::any_of(tests_.begin(), tests_.end(),
                       [&](const Test& t) { return t.passes(line); }) == positive_;
  }

 private:
  const std::vector<Test> tests_;
  const bool positive_;
};

struct RegexTest {
  TextRegex regex;
  bool passes(std::string_view line) const { return regex.matches(line); }
};

struct PatternTest {
  std::optional<extract::Pattern> pattern;  // nullopt: only empty lines
  bool passes(std::string_view line) const {
    return pattern ? pattern->passes(line) : line.empty();
  }
};

// Looks for a text or an address; only negative chains and single ip() know addresses.
struct AddressTest {
  std::string text;
  std::optional<IpMatcher> ip;
  bool passes(std::string_view line) const { return ip ? ip->matches(line) : contains(line, text); }
};

Result<std::unique_ptr<CompiledStage>> compile_patterns(const LineFilter& filter, bool positive) {
  std::vector<PatternTest> tests;
  for (const LineFilterOperand& o : filter.operands) {
    if (o.ip) return invalid("ip: invalid operation");
    PatternTest test;
    if (!o.text.empty()) {
      ASSIGN_OR_RETURN(test.pattern, extract::Pattern::parse(o.text));
      RETURN_IF_ERROR(test.pattern->check_filter());
    }
    tests.push_back(std::move(test));
  }
  return std::unique_ptr<CompiledStage>(new AnyFilter<PatternTest>(std::move(tests), positive));
}

Result<std::unique_ptr<CompiledStage>> compile_addresses(const LineFilter& filter, bool positive) {
  std::vector<AddressTest> tests;
  for (const LineFilterOperand& o : filter.operands) {
    AddressTest test{o.text, {}};
    if (o.ip && (!positive || filter.operands.size() == 1)) {
      ASSIGN_OR_RETURN(test.ip, IpMatcher::parse(o.text));
    }
    tests.push_back(std::move(test));
  }
  return std::unique_ptr<CompiledStage>(new AnyFilter<AddressTest>(std::move(tests), positive));
}

LinePredicate test_of_texts(const LineFilter& filter, bool& exact) {
  const bool positive = filter.op == LineFilterOp::kContains;
  exact = true;
  std::vector<LinePredicate> parts;
  for (const LineFilterOperand& o : filter.operands) {
    if (o.ip && (!positive || filter.operands.size() == 1)) {
      exact = false;  // an address cannot be searched for as text
      if (positive) return {};
      continue;
    }
    if (!positive || !o.text.empty()) parts.push_back(LinePredicate::contains(o.text));
  }
  if (!positive) return LinePredicate::none_of(std::move(parts));
  if (parts.empty()) return {};
  return parts.size() == 1 ? std::move(parts[0]) : LinePredicate::any_of(std::move(parts));
}

LinePredicate test_of_regexes(const LineFilter& filter, bool& exact) {
  const bool positive = filter.op == LineFilterOp::kRegex;
  exact = true;
  std::vector<LinePredicate> parts;
  for (const std::string& operand : effective(filter, positive)) {
    bool literal = false;
    LinePredicate test = required_literals(operand, literal);
    exact &= literal;
    if (positive && test.is_trivial()) return {};
    if (positive || literal) parts.push_back(std::move(test));
  }
  if (!positive) return LinePredicate::none_of(std::move(parts));
  return parts.size() == 1 ? std::move(parts[0]) : LinePredicate::any_of(std::move(parts));
}

// A pattern also says where its texts are, so no line is certain to match it: exact is false.
LinePredicate test_of_patterns(const LineFilter& filter, bool& exact) {
  exact = false;
  if (filter.op == LineFilterOp::kNotPattern) return {};
  std::vector<LinePredicate> parts;
  for (const LineFilterOperand& o : filter.operands) {
    const auto pattern = extract::Pattern::parse(o.text);
    if (!pattern.ok()) return {};  // a pattern without text: lines that are empty
    std::vector<LinePredicate> texts;
    for (std::string& text : pattern->literals()) {
      texts.push_back(LinePredicate::contains(std::move(text)));
    }
    if (texts.empty()) return {};
    parts.push_back(texts.size() == 1 ? std::move(texts[0])
                                      : LinePredicate::all_of(std::move(texts)));
  }
  return parts.size() == 1 ? std::move(parts[0]) : LinePredicate::any_of(std::move(parts));
}

}  // namespace

LinePredicate line_predicate_of(const LineFilter& filter, bool& exact) {
  switch (filter.op) {
    case LineFilterOp::kContains:
    case LineFilterOp::kNotContains:
      return test_of_texts(filter, exact);
    case LineFilterOp::kRegex:
    case LineFilterOp::kNotRegex:
      return test_of_regexes(filter, exact);
    case LineFilterOp::kPattern:
    case LineFilterOp::kNotPattern:
      return test_of_patterns(filter, exact);
  }
  exact = false;
  return {};
}

Result<std::unique_ptr<CompiledStage>> compile_line_filter(const LineFilter& filter) {
  const bool positive = filter.op == LineFilterOp::kContains || filter.op == LineFilterOp::kRegex ||
                        filter.op == LineFilterOp::kPattern;
  const bool plain =
      filter.op == LineFilterOp::kContains || filter.op == LineFilterOp::kNotContains;
  const bool any_ip = std::any_of(filter.operands.begin(), filter.operands.end(),
                                  [](const LineFilterOperand& o) { return o.ip; });
  if (filter.op == LineFilterOp::kPattern || filter.op == LineFilterOp::kNotPattern) {
    return compile_patterns(filter, positive);
  }
  if (plain && any_ip) return compile_addresses(filter, positive);
  if (any_ip) return invalid("ip: invalid operation");
  auto operands = effective(filter, positive);
  if (plain) {
    return std::unique_ptr<CompiledStage>(new ContainsFilter(std::move(operands), positive));
  }
  std::vector<RegexTest> tests;
  for (const std::string& operand : operands) {
    ASSIGN_OR_RETURN(TextRegex regex, TextRegex::compile(operand, false));
    tests.push_back({std::move(regex)});
  }
  const auto always = [](const RegexTest& t) { return t.regex.always(); };
  if (positive && !std::all_of(tests.begin(), tests.end(), always)) std::erase_if(tests, always);
  return std::unique_ptr<CompiledStage>(new AnyFilter<RegexTest>(std::move(tests), positive));
}

}  // namespace logsvc::logql
