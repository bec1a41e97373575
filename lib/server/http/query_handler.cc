#include "server/http/api.h"
#include "server/http/params.h"

namespace logsvc::server {
namespace {

// Parts of X-Loki-Response-Encoding-Flags, trimmed.
std::vector<std::string> encoding_flags(const httplib::Request& request) {
  std::vector<std::string> out;
  const std::string header = request.get_header_value("X-Loki-Response-Encoding-Flags");
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

Result<logql::RangeRequest> range_request(const httplib::Request& request, Timestamp now) {
  const Params params(request);
  logql::RangeRequest out;
  out.query = params.text("query");
  ASSIGN_OR_RETURN(const TimeRange range, params.range(now));
  out.start = range.start;
  out.end = range.end;
  if (range.end < range.start) {
    return invalid("end timestamp must not be before or equal to start time");
  }
  ASSIGN_OR_RETURN(out.limit, params.limit(100));
  ASSIGN_OR_RETURN(out.direction, params.direction());
  ASSIGN_OR_RETURN(out.step, params.step("step", default_step(range)));
  ASSIGN_OR_RETURN(out.interval, params.step("interval", 0));
  if (out.interval < 0) return invalid("interval must be >= 0");
  if (out.step <= 0) {
    return invalid(
        "zero or negative query resolution step widths are not accepted. Try a positive integer");
  }
  if ((range.end - range.start) / out.step > 11'000) {
    return invalid(
        "exceeded maximum resolution of 11,000 points per time series. Try increasing the value "
        "of the step parameter");
  }
  return out;
}

}  // namespace

void Api::query_range(const Request& request, Response& response) {
  auto parsed = range_request(request, clock_.now());
  if (!parsed.ok()) return send_error(response, parsed.error());
  const auto flags = encoding_flags(request);
  parsed->categorize_labels = categorizes(flags);
  const auto result = engine_.range(*parsed);
  if (!result.ok()) return send_error(response, result.error());
  send_json(response, query_response(*result, flags));
}

void Api::query(const Request& request, Response& response) {
  const Params params(request);
  logql::InstantRequest instant;
  instant.query = params.text("query");
  const auto time = params.time("time", clock_.now());
  if (!time.ok()) return send_error(response, time.error());
  instant.time = *time;
  const auto limit = params.limit(100);
  if (!limit.ok()) return send_error(response, limit.error());
  instant.limit = *limit;
  const auto direction = params.direction();
  if (!direction.ok()) return send_error(response, direction.error());
  const auto result = engine_.instant(instant);
  if (!result.ok()) return send_error(response, result.error());
  send_json(response, query_response(*result, {}));
}

}  // namespace logsvc::server
