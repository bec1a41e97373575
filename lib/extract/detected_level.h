// Finds the severity that Loki finds in a line for its structured metadata detected_level. Unlike
// extract/level.h, which the agent uses for a stream label, this follows Loki 3.7.6 to the letter.
#pragma once

#include <span>
#include <string_view>

namespace logsvc::extract {

// Returns the names of labels, metadata and members that hold a level, the better ones first.
std::span<const std::string_view> level_names();

// Returns trace debug info warn error critical fatal, from their spellings in any case; empty for
// anything else.
std::string_view normalise_detected_level(std::string_view word);

// Returns the level of an OTLP severity number: 1–4 trace … 21–24 fatal, else unknown; info if it
// is not a number.
std::string_view level_of_severity_number(std::string_view number);

// Returns the level of the line, from a JSON member, a logfmt key, or the first severity word;
// "unknown" if there is none. The result is a constant.
std::string_view detect_level(std::string_view line);

}  // namespace logsvc::extract
