#include "server/query/query_params.h"

#include <algorithm>

#include "base/any_case.h"

namespace logsvc::server {
namespace {

constexpr uint64_t kDefaultLimit = 100;

}  // namespace

Result<logql::RangeRequest> read_range_request(const Params& params, Timestamp now) {
  logql::RangeRequest out;
  out.query = params.text("query");
  ASSIGN_OR_RETURN(const TimeRange range, params.range(now));
  out.start = range.start;
  out.end = range.end;
  if (range.end < range.start) {
    return invalid("end timestamp must not be before or equal to start time");
  }
  ASSIGN_OR_RETURN(out.limit, params.limit(kDefaultLimit));
  ASSIGN_OR_RETURN(out.direction, params.direction());
  ASSIGN_OR_RETURN(out.step, params.step("step", default_step(range)));
  ASSIGN_OR_RETURN(out.interval, params.step("interval", 0));
  if (out.interval < 0) return invalid("interval must be >= 0");
  RETURN_IF_ERROR(check_step(range, out.step));
  return out;
}

Result<logql::InstantRequest> read_instant_request(const Params& params, Timestamp now) {
  logql::InstantRequest out;
  out.query = params.text("query");
  ASSIGN_OR_RETURN(out.time, params.time("time", now));
  ASSIGN_OR_RETURN(out.limit, params.limit(kDefaultLimit));
  ASSIGN_OR_RETURN(out.direction, params.direction());
  return out;
}

bool takes_partial_series(const http::Request& request) {
  const std::string tags = ascii_lowered(request.header("X-Query-Tags"));
  return ("," + tags + ",").find(",source=grafana-lokiexplore-app,") != std::string::npos;
}

std::vector<std::string> encoding_flags(const http::Request& request) {
  std::vector<std::string> out;
  const std::string header = request.header("X-Loki-Response-Encoding-Flags");
  size_t at = 0;
  while (at < header.size()) {
    const size_t end = std::min(header.find(',', at), header.size());
    std::string flag = header.substr(at, end - at);
    flag.erase(0, std::min(flag.find_first_not_of(' '), flag.size()));
    flag.erase(flag.find_last_not_of(' ') + 1);
    if (!flag.empty()) out.push_back(flag);
    at = end + 1;
  }
  return out;
}

bool categorizes(const std::vector<std::string>& flags) {
  return std::find(flags.begin(), flags.end(), "categorize-labels") != flags.end();
}

}  // namespace logsvc::server
