// Reads the parameters of log and metric queries.
#pragma once

#include <string>
#include <vector>

#include "logql/engine.h"
#include "server/transport/params.h"

namespace logsvc::server {

Result<logql::RangeRequest> read_range_request(const Params& params, Timestamp now);
Result<logql::InstantRequest> read_instant_request(const Params& params, Timestamp now);

// Whether X-Query-Tags says that Grafana's Logs Drilldown asks: it gets a part of an answer that
// would have too many series.
bool takes_partial_series(const http::Request& request);

// Returns the parts of X-Loki-Response-Encoding-Flags, trimmed.
std::vector<std::string> encoding_flags(const http::Request& request);
// Whether structured metadata and parsed labels are wanted apart from the stream's.
bool categorizes(const std::vector<std::string>& flags);

}  // namespace logsvc::server
