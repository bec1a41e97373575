#include "server/ingest_limits.h"

#include <map>

#include "server/discovery.h"

namespace logsvc::server {
namespace {

struct Fault {
  std::string reason;  // in metrics
  std::string text;
};

std::string seconds_text(Timestamp t) {
  const Timestamp whole = t - ((t % kSecond) + kSecond) % kSecond;
  return format_rfc3339(whole);
}

// A hostile label set does not make a hostile answer.
constexpr size_t kMaxShownBytes = 16 * 1024;
std::string cut(const std::string& text) {
  return text.size() <= kMaxShownBytes ? text : text.substr(0, kMaxShownBytes) + "…";
}
std::string shown(const LabelSet& labels) { return cut(labels.to_string()); }

// sent: how many labels came; service_name is ours.
Fault check_labels(const LabelSet& labels, size_t sent, const IngestLimits& limits) {
  if (labels.empty()) {
    return {"missing_labels", "error at least one label pair is required per stream"};
  }
  const std::string text = shown(labels);
  if (sent > limits.max_label_names) {
    return {"max_label_names_per_series", "entry for stream '" + text + "' has " +
                                              std::to_string(sent) + " label names; limit " +
                                              std::to_string(limits.max_label_names)};
  }
  for (const Label& label : labels.labels()) {
    if (label.name.size() > limits.max_label_name_bytes) {
      return {"label_name_too_long",
              "stream '" + text + "' has label name too long: '" + cut(label.name) + "'"};
    }
    if (label.value.size() > limits.max_label_value_bytes) {
      return {"label_value_too_long",
              "stream '" + text + "' has label value too long: '" + cut(label.value) + "'"};
    }
  }
  return {};
}

Fault check_entry(const Entry& entry, const std::string& stream, const IngestLimits& limits,
                  Timestamp now) {
  if (limits.reject_old_samples_after &&
      entry.timestamp < add_saturated(now, -limits.reject_old_samples_after)) {
    return {"greater_than_max_sample_age",
            "entry for stream '" + stream + "' has timestamp too old: " +
                seconds_text(entry.timestamp) + ", oldest acceptable timestamp is: " +
                seconds_text(add_saturated(now, -limits.reject_old_samples_after))};
  }
  if (limits.creation_grace_period &&
      entry.timestamp > add_saturated(now, limits.creation_grace_period)) {
    return {"too_far_in_future", "entry for stream '" + stream +
                                     "' has timestamp too new: " + seconds_text(entry.timestamp)};
  }
  if (entry.line.size() > limits.max_line_bytes) {
    return {"line_too_long", "max entry size '" + std::to_string(limits.max_line_bytes) +
                                 "' bytes exceeded for stream '" + stream +
                                 "' while adding an entry with length '" +
                                 std::to_string(entry.line.size()) + "' bytes"};
  }
  if (!limits.allow_metadata && !entry.metadata.empty()) {
    return {"disallowed_structured_metadata",
            "stream '" + stream +
                "' includes structured metadata, but this feature is disallowed. Please see "
                "`limits_config.allow_structured_metadata` or contact your Loki administrator to "
                "enable it"};
  }
  uint64_t metadata_bytes = 0;
  for (const LabelView& pair : entry.metadata)
    metadata_bytes += pair.name.size() + pair.value.size();
  if (metadata_bytes > limits.max_metadata_bytes) {
    return {"structured_metadata_too_large",
            "stream '" + stream + "' has structured metadata too large: '" +
                std::to_string(metadata_bytes) + "' bytes, limit: '" +
                std::to_string(limits.max_metadata_bytes) +
                "' bytes. Please see `limits_config.max_structured_metadata_size` or contact your "
                "Loki administrator to increase it"};
  }
  if (entry.metadata.size() > limits.max_metadata_pairs) {
    return {"structured_metadata_too_many",
            "stream '" + stream + "' has too many structured metadata labels: '" +
                std::to_string(entry.metadata.size()) + "', limit: '" +
                std::to_string(limits.max_metadata_pairs) +
                "'. Please see `limits_config.max_structured_metadata_entries_count` or contact "
                "your Loki administrator to increase it"};
  }
  return {};
}

// At the end of a character, if there is one near.
void cut_line(Entry& entry, uint64_t max_bytes) {
  if (entry.line.size() <= max_bytes) return;
  size_t end = max_bytes;
  while (end > 0 && max_bytes - end < 4 &&
         (static_cast<unsigned char>(entry.line[end]) & 0xC0) == 0x80) {
    --end;
  }
  entry.line = entry.line.substr(0, end);
}

class Faults {
 public:
  Faults(Metrics& metrics, const char* format) : metrics_(metrics), format_(format) {}
  void add(const Fault& fault, uint64_t entries, uint64_t bytes) {
    texts_[fault.text] += entries;
    const MetricLabels labels = {{"reason", fault.reason},
                                 {"tenant", "fake"},
                                 {"retention_hours", ""},
                                 {"policy", ""},
                                 {"format", format_}};
    metrics_.counter("loki_discarded_samples_total", "Entries refused, by reason", labels)
        .add(entries);
    metrics_.counter("loki_discarded_bytes_total", "Bytes of refused entries, by reason", labels)
        .add(bytes);
  }
  std::string text() const {
    if (texts_.size() == 1 && texts_.begin()->second == 1) return texts_.begin()->first;
    std::string out;
    for (const auto& [text, count] : texts_) {
      if (!out.empty()) out += "; ";
      out += std::to_string(count) + " errors like: " + text;
    }
    return out;
  }

 private:
  Metrics& metrics_;
  const char* const format_;
  std::map<std::string, uint64_t> texts_;
};

}  // namespace

std::string enforce_limits(Batch& batch, const IngestLimits& limits, Timestamp now,
                           Metrics& metrics, const char* format) {
  Faults faults(metrics, format);
  for (StreamEntries& stream : batch.streams) {
    if (stream.entries.empty()) continue;
    const size_t sent = stream.labels.labels().size();
    if (limits.discover_service_name) stream.labels = with_service_name(stream.labels);
    if (const Fault fault = check_labels(stream.labels, sent, limits); !fault.text.empty()) {
      uint64_t bytes = 0;
      for (const Entry& e : stream.entries) bytes += e.line.size();
      faults.add(fault, 1, bytes);
      stream.entries.clear();
      continue;
    }
    const std::string& name = stream.labels.to_string();
    std::erase_if(stream.entries, [&](Entry& entry) {
      if (limits.cut_long_lines) cut_line(entry, limits.max_line_bytes);
      const Fault fault = check_entry(entry, name, limits, now);
      if (fault.text.empty()) return false;
      faults.add(fault, 1, entry.line.size());
      return true;
    });
  }
  return faults.text();
}

}  // namespace logsvc::server
