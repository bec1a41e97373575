#include <re2/re2.h>

#include <algorithm>
#include <cstring>

#include "base/utf8.h"
#include "logql/stages/pipeline.h"

namespace logsvc::logql {
namespace {

bool contains(std::string_view text, std::string_view needle) {
  return needle.empty() ||
         memmem(text.data(), text.size(), needle.data(), needle.size()) != nullptr;
}

// An always-true operand of an `or` chain counts only when it stands alone.
std::vector<std::string> effective(std::vector<std::string> operands, bool positive) {
  if (positive && operands.size() > 1) {
    const bool all_empty = std::all_of(operands.begin(), operands.end(),
                                       [](const std::string& o) { return o.empty(); });
    if (!all_empty) std::erase_if(operands, [](const std::string& o) { return o.empty(); });
  }
  return operands;
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

class RegexFilter : public CompiledStage {
 public:
  RegexFilter(std::vector<std::unique_ptr<re2::RE2>> regexes, bool positive)
      : regexes_(std::move(regexes)), positive_(positive) {}
  bool process(Timestamp, std::string_view& line, LabelState&) override {
    const bool any =
        std::any_of(regexes_.begin(), regexes_.end(), [&](const auto& r) { return hit(*r, line); });
    return any == positive_;
  }

 private:
  // RE2 stops at invalid UTF-8 where Go goes on with U+FFFD: such lines are matched repaired.
  bool hit(const re2::RE2& regex, std::string_view line) {
    if (re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), regex)) return true;
    if (is_utf8(line)) return false;
    return re2::RE2::PartialMatch(repair_utf8(line), regex);
  }
  const std::vector<std::unique_ptr<re2::RE2>> regexes_;
  const bool positive_;
};

}  // namespace

Result<std::unique_ptr<CompiledStage>> compile_line_filter(const LineFilter& filter) {
  const bool positive = filter.op == LineFilterOp::kContains || filter.op == LineFilterOp::kRegex;
  auto operands = effective(filter.operands, positive);
  if (filter.op == LineFilterOp::kContains || filter.op == LineFilterOp::kNotContains) {
    return std::unique_ptr<CompiledStage>(new ContainsFilter(std::move(operands), positive));
  }
  std::vector<std::unique_ptr<re2::RE2>> regexes;
  for (const std::string& operand : operands) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(64 << 20);
    regexes.push_back(std::make_unique<re2::RE2>(operand, options));
    if (!regexes.back()->ok()) return invalid("parse error : " + go_regexp_error(*regexes.back()));
  }
  return std::unique_ptr<CompiledStage>(new RegexFilter(std::move(regexes), positive));
}

}  // namespace logsvc::logql
