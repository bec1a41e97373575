#include "insight/levels.h"

#include "extract/level.h"

namespace logsvc::insight {

Level level_of(std::string_view word) {
  const std::string_view name = extract::normalise_level(word);
  for (size_t i = 0; i < kLevels; ++i) {
    if (kLevelNames[i] == name) return static_cast<Level>(i);
  }
  return kOther;
}

}  // namespace logsvc::insight
