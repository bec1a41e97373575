#include "server/ingest/service_name.h"

#include <algorithm>
#include <array>

#include "extract/detected_level.h"

namespace logsvc::server {
namespace {

constexpr std::string_view kServiceName = "service_name";
constexpr std::string_view kDetectedLevel = "detected_level";
constexpr std::array<std::string_view, 13> kServiceLabels = {"service",
                                                             "app",
                                                             "application",
                                                             "app_name",
                                                             "name",
                                                             "app_kubernetes_io_name",
                                                             "container",
                                                             "container_name",
                                                             "k8s_container_name",
                                                             "component",
                                                             "workload",
                                                             "job",
                                                             "k8s_job_name"};

std::string_view value_of(std::span<const LabelView> metadata, std::string_view name) {
  const auto found = std::find_if(metadata.begin(), metadata.end(),
                                  [&](const LabelView& pair) { return pair.name == name; });
  return found == metadata.end() ? std::string_view() : found->value;
}

// An unknown level stays as it is.
std::string_view normalised(std::string_view value) {
  const std::string_view level = extract::normalise_detected_level(value);
  return level.empty() ? value : level;
}

std::string_view named_level(const LabelSet& labels) {
  for (const std::string_view name : extract::level_names()) {
    if (const std::string_view value = labels.get(name); !value.empty()) return value;
  }
  return {};
}

std::string_view named_level(std::span<const LabelView> metadata) {
  if (metadata.empty()) return {};
  for (const std::string_view name : extract::level_names()) {
    if (const std::string_view value = value_of(metadata, name); !value.empty()) return value;
  }
  return {};
}

std::string_view level_of_entry(const Entry& entry, std::string_view stream_level) {
  if (!stream_level.empty()) return normalised(stream_level);
  if (const std::string_view named = named_level(entry.metadata); !named.empty()) {
    return normalised(named);
  }
  const std::string_view number = value_of(entry.metadata, "severity_number");
  if (!number.empty()) return extract::level_of_severity_number(number);
  return extract::detect_level(entry.line);
}

}  // namespace

std::span<const std::string_view> service_labels() { return kServiceLabels; }

LabelSet with_service_name(const LabelSet& labels) {
  if (labels.has(kServiceName)) return labels;
  std::string_view service = "unknown_service";
  for (const std::string_view name : kServiceLabels) {
    if (const std::string_view value = labels.get(name); !value.empty()) {
      service = value;
      break;
    }
  }
  Labels all;
  all.reserve(labels.labels().size() + 1);
  all = labels.labels();
  all.push_back({std::string(kServiceName), std::string(service)});
  return LabelSet::from(std::move(all));
}

void add_detected_level(StreamEntries& stream, Arena& arena) {
  const std::string_view stream_level = named_level(stream.labels);
  // These values outlive the batch or lie in it: constants, the stream's labels, metadata. The
  // first and the last need no copy; a label is copied once.
  const std::string_view kept_stream_level =
      stream_level.empty() ? stream_level : arena.copy(stream_level);
  for (Entry& entry : stream.entries) {
    const std::string_view given = value_of(entry.metadata, kDetectedLevel);
    const std::string_view level =
        given.empty() ? level_of_entry(entry, kept_stream_level) : normalised(given);
    if (level == given) continue;
    const size_t count = entry.metadata.size() + (given.empty() ? 1 : 0);
    const std::span<LabelView> pairs = arena.make_array<LabelView>(count);
    size_t n = 0;
    bool placed = false;
    for (const LabelView& pair : entry.metadata) {
      if (!placed && pair.name >= kDetectedLevel) {
        pairs[n++] = {kDetectedLevel, level};
        placed = true;
      }
      if (pair.name != kDetectedLevel) pairs[n++] = pair;
    }
    if (!placed) pairs[n] = {kDetectedLevel, level};
    entry.metadata = pairs;
  }
}

}  // namespace logsvc::server
