#include "server/transport/params.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/any_case.h"
#include "base/percent_encoding.h"
#include "model/label_set.h"

namespace logsvc::server {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if ((c | 32) >= 'a' && (c | 32) <= 'f') return (c | 32) - 'a' + 10;
  return -1;
}

std::string unescape(std::string_view s) {
  std::string out(s);
  std::replace(out.begin(), out.end(), '+', ' ');
  return percent_decode(out);
}

template <typename T>
bool parse_whole(std::string_view text, T& value) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && failure == std::errc() && end == text.data() + text.size();
}

bool is_form(std::string type) {
  type.resize(std::min(type.find(';'), type.size()));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  return ascii_lowered(std::move(type)) == "application/x-www-form-urlencoded";
}

// Returns the body, if it is a form.
std::string_view form_of(const http::Request& request) {
  const bool form = request.method == "POST" && is_form(request.header("Content-Type"));
  return form ? std::string_view(request.body) : std::string_view();
}

Error syntax_error(const char* function, const std::string& text) {
  return invalid(std::string("strconv.") + function + ": parsing " + quote(text) +
                 ": invalid syntax");
}

}  // namespace

ParamMap parse_form(std::string_view text) {
  ParamMap out;
  while (!text.empty()) {
    const size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    out.emplace(unescape(pair.substr(0, equals)), unescape(value));
  }
  return out;
}

Status check_escapes(const http::Request& request) {
  for (const std::string_view text : {form_of(request), request.query()}) {
    for (size_t at = text.find('%'); at != text.npos; at = text.find('%', at + 1)) {
      const std::string_view escape = text.substr(at, 3);
      if (escape.size() < 3 || hex(escape[1]) < 0 || hex(escape[2]) < 0) {
        return invalid("invalid URL escape " + quote(escape.substr(0, escape.find('&'))));
      }
    }
  }
  return {};
}

Params::Params(const http::Request& request)
    : values_(parse_form(form_of(request))), url_values_(parse_form(request.query())) {
  // They come after the form's values of the same name.
  values_.insert(url_values_.begin(), url_values_.end());
}

std::string Params::text(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? "" : found->second;
}

std::string Params::url_text(const std::string& name) const {
  const auto found = url_values_.find(name);
  return found == url_values_.end() ? "" : found->second;
}

std::vector<std::string> Params::all(const std::string& name) const {
  std::vector<std::string> out;
  const auto [first, last] = values_.equal_range(name);
  for (auto v = first; v != last; ++v) out.push_back(v->second);
  return out;
}

Result<Timestamp> parse_time_parameter(const std::string& text) {
  double seconds = 0;
  if (text.find('.') != std::string::npos && parse_whole(text, seconds)) {
    return seconds_to_nanoseconds(seconds);
  }
  int64_t integer = 0;
  if (parse_whole(text, integer)) {
    return text.size() <= 10 ? to_nanoseconds(integer, kSecond) : integer;
  }
  if (const auto t = parse_rfc3339(text)) return *t;
  return syntax_error("ParseInt", text);
}

Result<Timestamp> Params::time(const std::string& name, Timestamp fallback) const {
  const std::string value = text(name);
  if (value.empty()) return fallback;
  auto t = parse_time_parameter(value);
  if (!t.ok() && name != "time") {
    return invalid("could not parse '" + name + "' parameter: " + t.error().message);
  }
  return t;
}

Result<TimeRange> Params::range(Timestamp now) const {
  TimeRange out;
  ASSIGN_OR_RETURN(out.end, time("end", now));
  Duration since = kHour;
  if (has("since") && !text("since").empty()) {
    const auto d = parse_prometheus_duration(text("since"));
    if (!d.ok()) return invalid("could not parse 'since' parameter: " + d.error().message);
    since = *d;
  }
  ASSIGN_OR_RETURN(out.start, time("start", add_saturated(std::min(out.end, now), -since)));
  return out;
}

Result<int64_t> Params::integer(const std::string& name, int64_t fallback) const {
  const std::string value = text(name);
  if (value.empty()) return fallback;
  int64_t n = 0;
  if (!parse_whole(value, n)) return syntax_error("Atoi", value);
  return n;
}

Result<uint64_t> Params::limit(uint64_t fallback, const std::string& name) const {
  ASSIGN_OR_RETURN(const int64_t n, integer(name, static_cast<int64_t>(fallback)));
  if (n <= 0) return invalid("limit must be a positive value");
  return static_cast<uint64_t>(n);
}

Result<Direction> Params::direction() const {
  const std::string value = ascii_lowered(text("direction"));
  if (value.empty() || value == "backward") return Direction::kBackward;
  if (value == "forward") return Direction::kForward;
  return invalid("invalid direction '" + text("direction") + "'");
}

Result<Duration> Params::step(const std::string& name, Duration fallback) const {
  const std::string value = text(name);
  if (value.empty()) return fallback;
  double seconds = 0;
  if (parse_whole(value, seconds) && std::abs(seconds) < 9.2e9) {
    return static_cast<Duration>(seconds * kSecond) / kMillisecond * kMillisecond;
  }
  const auto d = parse_prometheus_duration(value);
  if (!d.ok()) return invalid("cannot parse " + quote(value) + " to a valid duration");
  return d;
}

Status check_step(TimeRange range, Duration step) {
  constexpr int64_t kMaxPoints = 11'000;
  if (step <= 0) {
    return invalid(
        "zero or negative query resolution step widths are not accepted. Try a positive integer");
  }
  if (sub_saturated(range.end, range.start) / step <= kMaxPoints) return {};
  return invalid(
      "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of "
      "the step parameter");
}

Duration default_step(TimeRange range) {
  const int64_t seconds = sub_saturated(range.end, range.start) / (250 * kSecond);
  return std::max<int64_t>(seconds, 1) * kSecond;
}

}  // namespace logsvc::server
