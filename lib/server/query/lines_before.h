// LogQL that counts lines up to an instant, which is not among them: windows that follow each other
// share no line.
#pragma once

#include <string>

#include "base/time.h"

namespace logsvc::server {

// At a time t: the lines of [t - window, t) of a query for lines, by series, in brackets as an
// aggregation takes them. window: of whole ms.
std::string lines_before(const std::string& query, Duration window);

}  // namespace logsvc::server
