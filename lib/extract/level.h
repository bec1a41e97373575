// Brings the severity words and numbers of loggers to one set: trace, debug, info, warn, error,
// critical, fatal. line_level.h says where a line holds its level.
#pragma once

#include <cstdint>
#include <string_view>

namespace logsvc::extract {

// Says what a number means in a field.
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

// Returns the normalised level of a word (in any case, with blanks and colours around it) or of a
// number as in LevelNumbers::kLevel; empty for anything else. It is a constant.
std::string_view normalise_level(std::string_view word);

// Returns the same for a field whose numbers mean something else.
std::string_view level_of_value(std::string_view value, LevelNumbers numbers);

std::string_view level_of_number(int64_t number, LevelNumbers numbers);

// Returns the level of F, E, W, I, D, D1 to D5, as MongoDB writes them.
std::string_view level_of_mongo(std::string_view letter);

// Returns the level of syslog's 0 to 7; empty beyond.
std::string_view level_of_syslog(int64_t severity);

}  // namespace logsvc::extract
