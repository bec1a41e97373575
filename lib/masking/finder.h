// Runs the built-in detectors over one line.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "masking/detectors.h"
#include "masking/rule.h"

namespace logsvc::masking {

// Says what is to be hidden: bytes of a line, and the rule that found them.
struct Hit {
  size_t begin = 0, end = 0;
  size_t rule = 0;
  size_t match = 0;  // where a pattern's match begins: begin, unless an escape had to go too
};

// The rule of each detector; kNoRule for those that are off.
inline constexpr size_t kNoRule = static_cast<size_t>(-1);
using DetectorRules = std::array<size_t, kDetectors>;

// It lives while one line is looked at, and borrows everything.
class Finder {
 public:
  Finder(std::string_view text, const DetectorRules& rules, std::vector<Hit>& hits)
      : text_(text), rules_(rules), hits_(hits) {}

  // Appends hits; they may overlap.
  void find();

 private:
  size_t rule(Detector one) const { return rules_[static_cast<size_t>(one)]; }
  bool wants(Detector one) const { return rule(one) != kNoRule; }
  void add(Detector found_by, size_t begin, size_t end);
  void add(Detector found_by, const std::optional<Span>& span);

  void at_run(size_t at);
  void at_number(size_t begin);
  void at_mark(size_t at);
  void at_plus(size_t at, size_t length);
  void token(const std::optional<Span>& span);

  const std::string_view text_;
  const DetectorRules& rules_;
  std::vector<Hit>& hits_;
  size_t numbers_done_ = 0;  // digits before this have been looked at
  size_t tokens_done_ = 0;
  bool full_width_ = false;  // the line has digits of full width
};

}  // namespace logsvc::masking
