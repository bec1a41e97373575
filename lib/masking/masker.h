// Hides what is secret in lines: cards, registration numbers, phones, addresses, accounts, tokens,
// and what own patterns find.
//
// A masked line has a constant text where the secret was. Hiding is idempotent for the built-in
// rules: what is masked once stays as it is. JSON stays JSON: in a line that begins with { or [ a
// number by itself becomes a string ("card":"<card>"), and an escape is never cut.
//
// Where hits overlap, the leftmost gives the replacement, then the longest, then the rule that
// comes first; it takes the place of all of them together.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "masking/finder.h"
#include "masking/pattern.h"
#include "masking/rule.h"

namespace logsvc::masking {

// It never changes once it is compiled, but for its counts; safe to use from several threads.
class Masker {
 public:
  // Returns kInvalid: "rule card-holder: error parsing regexp: …". No rules: it hides nothing.
  static Result<std::shared_ptr<const Masker>> compile(std::vector<Rule> rules);
  // Returns one with all built-in rules.
  static std::shared_ptr<const Masker> of_built_ins();

  // Returns false if there is nothing to hide; then `out` is not touched and no memory was taken
  // (but for lines with digits of full width, and patterns on lines that are not UTF-8). Otherwise
  // `out` becomes the masked line, and hits are counted. `out` must not be what `line` views.
  //
  // Built-ins take 1 ns for several bytes of a line that has nothing to hide, and time in
  // proportion to its length of any line; a pattern as RE2 does. A line that would grow beyond
  // kLongestText gets no further replacements: what is hidden then leaves nothing behind.
  static constexpr size_t kLongestText = 8u << 20;
  bool mask(std::string_view line, std::string& out) const;

  // Returns what mask() would hide, in the order of the line and without overlaps, and does not
  // count it. Bytes of the line; a number that becomes a string may lose a sign beside its hit.
  std::vector<Hit> find(std::string_view line) const;
  // Writes the line with those hits replaced. `written`, if it is not null, becomes where the
  // replacements stand in `out`, one for each hit, without quotes around them.
  void replace(std::string_view line, const std::vector<Hit>& hits, std::string& out,
               std::vector<Span>* written = nullptr) const;

  // Returns whether a text may be in a masked line that is not in the line itself: it overlaps a
  // replacement, or a quote beside it. If not, a masked line that contains it has it from the line.
  // The case of ASCII letters does not matter. (That a line contains a text says nothing of the
  // masked one: it may be in what is hidden.)
  bool may_touch(std::string_view needle) const;

  const std::vector<Rule>& rules() const { return rules_; }
  bool empty() const { return rules_.empty(); }
  // Returns how often a rule has hidden something.
  uint64_t count(size_t rule) const { return counts_[rule].load(std::memory_order_relaxed); }

 private:
  explicit Masker(std::vector<Rule> rules);

  struct Own {
    size_t rule;
    Pattern pattern;
  };
  const Own* own_pattern(size_t rule) const;
  void collect(std::string_view line, std::vector<Hit>& hits) const;

  const std::vector<Rule> rules_;
  DetectorRules detectors_;
  bool has_detectors_ = false;
  std::vector<Own> own_;
  std::vector<std::string> escaped_;  // the replacements as they stand in a JSON string
  bool varies_ = false;               // a replacement is empty or has groups
  mutable std::vector<std::atomic<uint64_t>> counts_;
};

}  // namespace logsvc::masking
