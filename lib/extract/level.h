// Severity words of loggers, brought to one set: trace, debug, info, warn, error, critical, fatal.
#pragma once

#include <string_view>

namespace logsvc::extract {

// The normalised level of a word (any case) or of a pino/bunyan number; empty if it is none.
// winston, npm, syslog, Nest ("log") and Java spellings.
std::string_view normalise_level(std::string_view word);

// The level of a plain line: an upper-case word in its first 64 characters ("ERROR", "[WARN]");
// empty if there is none. Never guesses from lower-case text.
std::string_view level_of_text(std::string_view line);

}  // namespace logsvc::extract
