#include "agent/pipeline/pipeline.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "extract/level.h"
#include "extract/log_line_fields.h"

namespace logsvc::agent {
namespace {

constexpr size_t kMaxCachedSets = 1000;  // then the container's own service name is used alone
constexpr size_t kMaxServiceBytes = 64;
constexpr Duration kMaxPast = 24 * kHour;
constexpr Duration kMaxFuture = 5 * kMinute;

bool is_service_name(std::string_view s) {
  return !s.empty() && s.size() <= kMaxServiceBytes &&
         std::all_of(s.begin(), s.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '.' || c == '_' || c == '/' || c == '-';
         });
}

std::string label_or(const Container& c, const char* name, const std::string& fallback) {
  const auto found = c.labels.find(name);
  return found == c.labels.end() || found->second.empty() ? fallback : found->second;
}

// Epoch numbers by their size: seconds, ms, µs or ns.
std::optional<Timestamp> epoch_time(std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || !(value > 0) || value > 9e18)
    return {};
  const double scale = value < 1e11 ? 1e9 : value < 1e14 ? 1e6 : value < 1e17 ? 1e3 : 1;
  int64_t whole = 0;
  const auto [whole_end, whole_failure] =
      std::from_chars(text.data(), text.data() + text.size(), whole);
  if (whole_failure == std::errc() && whole_end == text.data() + text.size()) {
    Timestamp t = 0;
    if (__builtin_mul_overflow(whole, static_cast<int64_t>(scale), &t)) return {};
    return t;
  }
  if (value * scale > 9e18) return {};
  return static_cast<Timestamp>(value * scale);
}

}  // namespace

Timestamp event_time(std::string_view text, bool is_number, Timestamp docker_time) {
  if (text.empty()) return docker_time;
  std::optional<Timestamp> t = is_number ? std::nullopt : parse_rfc3339(text);
  if (!t) t = epoch_time(text);
  if (!t || *t < docker_time - kMaxPast || *t > docker_time + kMaxFuture) return docker_time;
  if (*t % kMillisecond != 0) return *t;
  return *t + std::clamp<Duration>(docker_time - *t, 0, kMillisecond - 1);
}

Pipeline::Pipeline(const std::string& host, const Container& container)
    : host_(host), container_(container.name) {
  service_ = label_or(container, "com.docker.compose.service", container.name);
  project_ = label_or(container, "com.docker.compose.project", "");
}

const LabelSet& Pipeline::labels_for(OutputStream stream, std::string_view service,
                                     std::string_view level) {
  if (!is_service_name(service) || cache_.size() >= kMaxCachedSets) service = service_;
  key_.clear();
  key_ += stream == OutputStream::kStderr ? 'e' : 'o';
  key_ += level;
  key_ += '\0';
  key_ += service;
  const auto found = cache_.find(key_);
  if (found != cache_.end()) return found->second;
  Labels labels = {{"job", "docker"},
                   {"host", host_},
                   {"service", std::string(service)},
                   {"level", std::string(level)},
                   {"container", container_},
                   {"stream", stream == OutputStream::kStderr ? "stderr" : "stdout"},
                   {"compose_project", project_}};
  return cache_.emplace(key_, LabelSet::from(std::move(labels))).first->second;
}

PipelineLine Pipeline::process(OutputStream stream, Timestamp docker_time, std::string_view line) {
  PipelineLine out;
  out.line = line;
  const extract::LogLineFields fields = extract::read_log_line(line);
  if (fields.is_json) {
    out.labels = labels_for(stream, fields.service, extract::normalise_level(fields.level));
    out.timestamp = event_time(fields.time, fields.time_is_number, docker_time);
  } else {
    out.labels = labels_for(stream, service_, extract::level_of_text(line));
    out.timestamp = docker_time;
  }
  return out;
}

}  // namespace logsvc::agent
