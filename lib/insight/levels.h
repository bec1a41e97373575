// The levels that the pages tell apart, worst first; everything else is kOther.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logsvc::insight {

enum Level : size_t { kFatal, kCritical, kError, kWarn, kInfo, kDebug, kTrace, kOther };
inline constexpr size_t kLevels = 8;
inline constexpr std::array<std::string_view, kLevels> kLevelNames = {
    "fatal", "critical", "error", "warn", "info", "debug", "trace", "other"};

using LevelCounts = std::array<uint32_t, kLevels>;

// Reads a label or metadata in any spelling that loggers use.
Level level_of(std::string_view word);

inline bool is_error(Level level) { return level <= kError; }

}  // namespace logsvc::insight
