#include "insight/pulse.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "insight/message.h"

namespace logsvc::insight {
namespace {

constexpr size_t kMaxStreams = 20'000;
constexpr size_t kMaxHosts = 1000;
// Anything further ahead is not shown as a second of ours.
constexpr Duration kFuture = 10 * kSecond;

constexpr size_t kMaxContainers = 10'000;

// Recognizes streams of what Docker says about containers: an agent's own for a host, or one beside
// a container's.
bool is_agents_events(const LabelSet& labels) { return labels.get("job") == kDockerEventsJob; }
bool is_docker_events(const LabelSet& labels) {
  return is_agents_events(labels) || labels.get("source") == kDockerEventSource;
}

Level level_of_entry(const Entry& entry) {
  for (const LabelView& pair : entry.metadata) {
    if (pair.name == "detected_level" || pair.name == "level") return level_of(pair.value);
  }
  return kOther;
}

}  // namespace

ServicePulse& Pulse::service_of(const std::string& name, const std::string& label) {
  if (const auto found = by_name_.find(name); found != by_name_.end()) return *found->second;
  if (services_.size() >= kMaxPulseServices && name != kOtherServices) {
    return service_of(kOtherServices, "");
  }
  auto made = std::make_unique<ServicePulse>();
  made->id = services_.size();
  made->name = name;
  made->label = label;
  services_.push_back(std::move(made));
  return *(by_name_[name] = services_.back().get());
}

ServicePulse* Pulse::find(const std::string& name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const Pulse::Stream& Pulse::stream_of(const LabelSet& labels) {
  if (const auto found = streams_.find(labels); found != streams_.end()) return found->second;
  if (streams_.size() >= kMaxStreams) streams_.clear();
  Stream stream;
  std::string label = "service";
  std::string name(labels.get(label));
  if (name.empty()) {
    label = "service_name";
    name = labels.get(label);
  }
  if (name.empty()) name = "unknown_service";
  if (!is_agents_events(labels)) stream.service = &service_of(name, label);
  if (labels.has("level")) stream.level = level_of(labels.get("level"));
  stream.host = labels.get("host");
  stream.container = labels.get("container");
  if (stream.container.empty()) stream.container = labels.get("container_name");
  stream.docker_event = is_docker_events(labels);
  if (stream.service && !stream.host.empty() && stream.service->hosts.size() < kMaxHosts) {
    stream.service->hosts.insert(stream.host);
  }
  if (stream.service && !stream.container.empty() && by_container_.size() < kMaxContainers) {
    by_container_[{stream.host, stream.container}] = stream.service;
  }
  return streams_.emplace(labels, std::move(stream)).first->second;
}

void Pulse::count(ServicePulse& service, Level level, Timestamp at, Timestamp now, bool stored) {
  if (at > now + kFuture) return;
  ++service.lines;
  const int64_t second = service.seconds.bucket_of(at);
  if (second > service.seconds.bucket_of(now) - static_cast<int64_t>(kSeconds)) {
    service.seconds.add(second, level, 1);
    oldest_changed_ = std::min(oldest_changed_, second);
  }
  const int64_t minute = service.minutes.bucket_of(at);
  if (minute > service.minutes.bucket_of(now) - static_cast<int64_t>(kMinutes)) {
    service.minutes.add(minute, level, 1);
  }
  if (stored && !stored_teaches_) {
    service.stored_last = std::max(service.stored_last, at);
  } else {
    service.gaps.see(at);
  }
}

// Masks the line before its message is cut out of it, and the message once more: without its
// colours it may read differently.
std::string Pulse::message(std::string_view line) {
  if (!mask_) return message_of(line);
  std::string masked, again;
  std::string text = message_of(mask_(line, masked) ? masked : line);
  return mask_(text, again) ? again : text;
}

// Returns the service of the container that the event names: the one that its earlier lines had,
// else the container's own name.
std::string Pulse::service_of_mark(const Stream& stream, const LabelSet& labels,
                                   const Mark& mark) const {
  if (stream.service && (labels.has("service") || mark.service.empty())) {
    return stream.service->name;
  }
  const auto found = by_container_.find({mark.host, mark.container});
  if (found != by_container_.end()) return found->second->name;
  return mark.service.empty() ? mark.container : mark.service;
}

std::optional<Mark> Pulse::mark_of(const Stream& stream, const LabelSet& labels,
                                   const Entry& entry) {
  std::string masked;
  const bool hides = mask_ && mask_(entry.line, masked);
  auto mark = read_mark(entry.timestamp, hides ? masked : entry.line);
  if (!mark) {
    const std::string_view event = labels.get("event");
    if (event.empty()) return std::nullopt;
    mark = Mark{entry.timestamp, std::string(event), "", "", "", message(entry.line)};
  }
  if (!stream.container.empty()) mark->container = stream.container;
  if (!stream.host.empty()) mark->host = stream.host;
  mark->service = service_of_mark(stream, labels, *mark);
  return mark;
}

std::optional<Mark> Pulse::mark_of(const LabelSet& labels, const Entry& entry) {
  return mark_of(stream_of(labels), labels, entry);
}

void Pulse::restore_mark(Mark mark) {
  marks_.add(std::move(mark));
  ++marks_seen_;
}

void Pulse::add(const Batch& batch, Timestamp now) {
  for (const StreamEntries& entries : batch.streams) add(entries, now);
}

void Pulse::add(const StreamEntries& entries, Timestamp now) {
  const Stream& stream = stream_of(entries.labels);
  if (!stream.host.empty()) host_seen(stream.host, now);
  for (const Entry& entry : entries.entries) {
    if (stream.docker_event) {
      if (auto mark = mark_of(stream, entries.labels, entry)) restore_mark(std::move(*mark));
      continue;
    }
    const Level level = stream.level ? *stream.level : level_of_entry(entry);
    count(*stream.service, level, entry.timestamp, now, false);
    if (!is_error(level)) continue;
    std::string text = message(entry.line);
    errors_.push_back({++errors_seen_, entry.timestamp, level, stream.service, stream.host,
                       stream.container, text});
    if (errors_.size() > kTicker) errors_.pop_front();
    if (error_book_.add(stream.service->name, level, entry.timestamp, std::move(text))) {
      ++new_errors_;
    }
  }
}

void Pulse::restore(const LabelSet& labels, std::span<const Timestamp> times, Timestamp now) {
  const Stream& stream = stream_of(labels);
  if (stream.docker_event) return;
  for (const Timestamp at : times) {
    count(*stream.service, stream.level.value_or(kOther), at, now, true);
  }
  if (!stream.host.empty() && !times.empty()) host_seen(stream.host, std::min(times.back(), now));
}

void Pulse::restore(const LabelSet& labels, const Entry& entry, Timestamp now) {
  const Stream& stream = stream_of(labels);
  if (!stream.docker_event) {
    count(*stream.service, level_of_entry(entry), entry.timestamp, now, true);
  }
}

void Pulse::restore_error(const LabelSet& labels, const Entry& entry) {
  const Stream& stream = stream_of(labels);
  if (stream.docker_event) return;
  const Level level = stream.level ? *stream.level : level_of_entry(entry);
  if (!is_error(level)) return;
  error_book_.add(stream.service->name, level, entry.timestamp, message(entry.line));
}

void Pulse::host_seen(const std::string& host, Timestamp now) {
  if (hosts_.size() >= kMaxHosts && !hosts_.contains(host)) return;
  Timestamp& seen = hosts_[host];
  seen = std::max(seen, now);
}

std::optional<Silence> Pulse::silence(const ServicePulse& service, Timestamp now) const {
  const Timestamp last = service.last();
  const auto patience = service.gaps.patience(now);
  if (!patience || sub_saturated(now, last) <= *patience) return std::nullopt;
  if (retention_ > 0 && sub_saturated(now, last) > retention_) return std::nullopt;
  if (const Mark* ended = marks_.stopped(service.name);
      ended && ended->at >= sub_saturated(last, kMinute)) {
    return Silence{SilenceCause::kStopped, last, ended->detail};
  }
  bool host_alive = service.hosts.empty();
  for (const std::string& host : service.hosts) {
    const auto seen = hosts_.find(host);
    host_alive |= seen != hosts_.end() && now - seen->second <= kHostGone;
  }
  return Silence{host_alive ? SilenceCause::kQuiet : SilenceCause::kHost, last, ""};
}

std::string Pulse::save_gaps() const {
  using nlohmann::json;
  json services = json::array();
  for (const auto& s : services_) {
    json hours = json::array();
    for (const auto& [hour, buckets] : s->gaps.counts()) {
      for (const auto& [bucket, n] : buckets) hours.push_back({hour, bucket, n});
    }
    services.push_back({{"name", s->name},
                        {"label", s->label},
                        {"hosts", s->hosts},
                        {"first", s->gaps.first()},
                        {"last", s->gaps.last()},
                        {"gaps", std::move(hours)}});
  }
  return json{{"version", 1}, {"services", std::move(services)}}.dump(
      -1, ' ', false, json::error_handler_t::replace);
}

Timestamp Pulse::newest_line() const {
  Timestamp newest = 0;
  for (const auto& service : services_) newest = std::max(newest, service->gaps.last());
  return newest;
}

Status Pulse::load_gaps(std::string_view text, Timestamp oldest) {
  using nlohmann::json;
  try {
    const json whole = json::parse(text);
    if (whole.at("version") != 1) return Error{ErrorCode::kCorrupt, "version is not 1"};
    for (const json& item : whole.at("services")) {
      if (item.at("last") < oldest) continue;
      GapModel::Counts counts;
      for (const json& gap : item.at("gaps")) counts[gap.at(0)][gap.at(1)] = gap.at(2);
      ServicePulse& service = service_of(item.at("name"), item.at("label"));
      for (const json& host : item.at("hosts")) service.hosts.insert(host);
      service.gaps.restore(item.at("first"), item.at("last"), counts);
    }
  } catch (const json::exception& error) {
    return Error{ErrorCode::kCorrupt, error.what()};
  }
  return {};
}

int64_t Pulse::take_oldest_changed() { return std::exchange(oldest_changed_, INT64_MAX); }

}  // namespace logsvc::insight
