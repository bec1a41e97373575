#include "masking_trial.h"

#include <string>
#include <vector>

#include "base/terminal_text.h"
#include "exit_codes.h"

namespace logsvc {
namespace {

// Returns the names of the rules of the hits, each once, in the order of the hits.
std::string rule_names(const masking::Masker& masker, const std::vector<masking::Hit>& hits) {
  std::string out;
  std::vector<bool> named(masker.rules().size());
  for (const masking::Hit& hit : hits) {
    if (named[hit.rule]) continue;
    named[hit.rule] = true;
    out += (out.empty() ? "" : ", ") + masker.rules()[hit.rule].name;
  }
  return out;
}

}  // namespace

int show_masking(const masking::Masker& masker, std::istream& lines, std::ostream& out) {
  std::vector<uint64_t> counts(masker.rules().size());
  uint64_t number = 0, changed = 0;
  std::string line, masked;
  while (std::getline(lines, line)) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    const std::vector<masking::Hit> hits = masker.find(line);
    if (hits.empty()) continue;
    ++changed;
    for (const masking::Hit& hit : hits) ++counts[hit.rule];
    masker.replace(line, hits, masked);
    out << "line " << number << ": " << rule_names(masker, hits) << "\n  "
        << shown_on_terminal(line) << "\n→ " << shown_on_terminal(masked) << '\n';
  }
  if (lines.bad()) return kFailed;
  out << changed << " of " << number << " lines change";
  const char* before = ": ";
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    out << before << masker.rules()[i].name << ' ' << counts[i];
    before = ", ";
  }
  out << '\n';
  return 0;
}

}  // namespace logsvc
