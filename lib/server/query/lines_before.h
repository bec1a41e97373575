// Writes LogQL that counts lines up to an instant, which is excluded, so that consecutive windows
// share no line.
#pragma once

#include <string>

#include "base/time.h"

namespace logsvc::server {

// At a time t it selects the lines of [t - window, t) of a query for lines, by series, in brackets
// as an aggregation takes them. window is in whole ms.
std::string lines_before(const std::string& query, Duration window);

}  // namespace logsvc::server
