// The severity that Loki finds in a line for its structured metadata detected_level. Other than
// extract/level.h, which the agent uses for a stream label, this follows Loki 3.7.6 to the letter.
#pragma once

#include <span>
#include <string_view>

namespace logsvc::extract {

// Names of labels, metadata and members that hold a level, the better ones first.
std::span<const std::string_view> level_names();

// trace debug info warn error critical fatal, from their spellings in any case; empty if it is
// none.
std::string_view normalise_detected_level(std::string_view word);

// Of an OTLP severity number: 1–4 trace … 21–24 fatal, else unknown; info if it is no number.
std::string_view level_of_severity_number(std::string_view number);

// Of the line: a JSON member, a logfmt key, or the first severity word; "unknown" if there is none.
// The result is a constant.
std::string_view detect_level(std::string_view line);

}  // namespace logsvc::extract
