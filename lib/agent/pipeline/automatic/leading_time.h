// Finds the time at the start of a plain line, where loggers put it.
#pragma once

#include <string>
#include <string_view>

namespace logsvc::agent {

// Returns 2026-01-01T13:00:00… or the same with slashes (Go, nginx), also in brackets, with its
// fraction and zone if it has them, as RFC 3339 writes it. Returns an empty text if there is none.
std::string leading_time(std::string_view text);

}  // namespace logsvc::agent
