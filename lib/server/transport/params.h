// Reads the parameters of a request as Loki does. Errors have Loki's texts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "http/message.h"
#include "model/log_source.h"

namespace logsvc::server {

using ParamMap = std::multimap<std::string, std::string>;

// Parses a=1&b=x%20y; invalid escapes are kept verbatim.
ParamMap parse_form(std::string_view text);

// kInvalid with Go's text if a parameter of the URL or the form has a % that does not begin an
// escape.
Status check_escapes(const http::Request& request);

// URL parameters and, for a POST, the form in the body.
class Params {
 public:
  explicit Params(const http::Request& request);

  // Empty if it is missing; the first one if it is given more than once.
  std::string text(const std::string& name) const;
  bool has(const std::string& name) const { return values_.count(name) > 0; }
  std::vector<std::string> all(const std::string& name) const;

  // Returns the range of a query: start (or since), end. The default is the last hour.
  Result<TimeRange> range(Timestamp now) const;
  Result<Timestamp> time(const std::string& name, Timestamp fallback) const;
  // Has to be > 0.
  Result<uint64_t> limit(uint64_t fallback, const std::string& name = "limit") const;
  Result<int64_t> integer(const std::string& name, int64_t fallback) const;
  Result<Direction> direction() const;
  // Returns the URL's alone, not the form's.
  std::string url_text(const std::string& name) const;
  // Reads float seconds or a Prometheus duration.
  Result<Duration> step(const std::string& name, Duration fallback) const;

 private:
  ParamMap values_;
  ParamMap url_values_;
};

// Reads RFC 3339, float seconds, up to 10 digits of seconds, longer numbers as nanoseconds. Seconds
// beyond the last instant mean that one.
Result<Timestamp> parse_time_parameter(const std::string& text);

// kInvalid if the step is not positive or makes over 11,000 points.
Status check_step(TimeRange range, Duration step);

// Returns max(1, floor((end - start) / 250 s)) s.
Duration default_step(TimeRange range);

}  // namespace logsvc::server
