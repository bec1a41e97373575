// Severity words and numbers of loggers, brought to one set: trace, debug, info, warn, error,
// critical, fatal. Where a line says its level is in line_level.h.
#pragma once

#include <cstdint>
#include <string_view>

namespace logsvc::extract {

// What a number means in a field.
enum class LevelNumbers {
  kNone,      // nothing
  kLevel,     // 10 to 69, by tens (pino, bunyan); 100 to 600 (Monolog)
  kSeverity,  // 0 to 7 (syslog); 100 to 800 (Google Cloud)
  kSyslog,    // 0 to 7
  kDotNet,    // 0 to 5
  kOtel,      // 1 to 24
  kLogback,   // 5000 to 40000
  kPython,    // 10 to 50
};

// The normalised level of a word (any case, blanks and colours around it) or of a number as
// LevelNumbers::kLevel has it; empty if it is none. A constant.
std::string_view normalise_level(std::string_view word);

// The same of a field whose numbers mean something else.
std::string_view level_of_value(std::string_view value, LevelNumbers numbers);

std::string_view level_of_number(int64_t number, LevelNumbers numbers);

// F, E, W, I, D, D1 to D5, as MongoDB writes them.
std::string_view level_of_mongo(std::string_view letter);

// 0 to 7 of syslog; empty beyond.
std::string_view level_of_syslog(int64_t severity);

}  // namespace logsvc::extract
