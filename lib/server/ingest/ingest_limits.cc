#include "server/ingest/ingest_limits.h"

#include <algorithm>
#include <map>

#include "base/utf8.h"
#include "server/audit/audit_event.h"
#include "server/ingest/service_name.h"
#include "wire/metadata.h"

namespace logsvc::server {
namespace {

struct Rejection {
  std::string reason;  // in metrics
  std::string text;
};

std::string seconds_text(Timestamp t) { return format_rfc3339(round_down(t, kSecond)); }

// A hostile label set must not make the answer large.
constexpr size_t kMaxShownBytes = 16 * 1024;
std::string cut(const std::string& text) {
  return text.size() <= kMaxShownBytes ? text : text.substr(0, kMaxShownBytes) + "…";
}
std::string shown(const LabelSet& labels) { return cut(labels.to_string()); }

// sent is how many labels came, without service_name, which is ours.
Rejection check_labels(const LabelSet& labels, size_t sent, const IngestLimits& limits) {
  if (labels.empty()) {
    return {"missing_labels", "error at least one label pair is required per stream"};
  }
  const std::string text = shown(labels);
  // Nobody may forge entries of the audit log.
  if (is_audit_stream(labels)) {
    return {"reserved_labels",
            "stream '" + text +
                "' has the labels of this server's audit log, job=\"logsvc\" and "
                "kind=\"audit\" together, which only the server itself writes; change one of them"};
  }
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

bool is_too_far_ahead(Timestamp t, const IngestLimits& limits, Timestamp now) {
  return limits.creation_grace_period && t > add_saturated(now, limits.creation_grace_period);
}

struct TimeUnit {
  const char* name;
  Duration length;
};

// Returns the unit in which the number is a time of these years; null if there is none, or if it is
// one in nanoseconds.
const TimeUnit* mistaken_unit(Timestamp t, Timestamp now) {
  static constexpr TimeUnit kUnits[] = {
      {"seconds", kSecond}, {"milliseconds", kMillisecond}, {"microseconds", kMicrosecond}};
  constexpr Duration kYear = 365 * kDay;
  // Nearly all times are nanoseconds of these years, which no other unit could mean.
  if (t <= 0 || t > add_saturated(now, kYear) / kMicrosecond) return nullptr;
  const Timestamp earliest = std::max(20 * kYear, add_saturated(now, -20 * kYear));
  const Timestamp latest = add_saturated(now, kYear);
  for (const TimeUnit& unit : kUnits) {
    if (t >= earliest / unit.length && t <= latest / unit.length) return &unit;
  }
  return nullptr;
}

Rejection check_time(Timestamp t, const std::string& stream, const IngestLimits& limits,
                     Timestamp now) {
  if (const TimeUnit* unit = mistaken_unit(t, now)) {
    return {"timestamp_unit", "entry for stream '" + stream + "' has the timestamp " +
                                  std::to_string(t) +
                                  ", which in nanoseconds is in 1970; it looks like " + unit->name +
                                  " (" + seconds_text(t * unit->length) + "): send nanoseconds"};
  }
  if (limits.reject_old_samples_after && t < add_saturated(now, -limits.reject_old_samples_after)) {
    return {"greater_than_max_sample_age",
            "entry for stream '" + stream + "' has timestamp too old: " + seconds_text(t) +
                ", oldest acceptable timestamp is: " +
                seconds_text(add_saturated(now, -limits.reject_old_samples_after))};
  }
  if (!limits.keep_future && is_too_far_ahead(t, limits, now)) {
    return {"too_far_in_future",
            "entry for stream '" + stream + "' has timestamp too new: " + seconds_text(t)};
  }
  return {};
}

Rejection check_entry(const Entry& entry, const std::string& stream, const IngestLimits& limits,
                      Timestamp now) {
  if (Rejection rejection = check_time(entry.timestamp, stream, limits, now);
      !rejection.text.empty())
    return rejection;
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

// arrival differs for each entry, so that they keep their order and none is taken for a duplicate
// of another.
void keep_at_arrival(Entry& entry, Timestamp arrival, const IngestLimits& limits, Arena& arena) {
  if (limits.allow_metadata) {
    const std::string own = format_rfc3339(entry.timestamp);
    std::vector<std::pair<std::string_view, std::string_view>> pairs;
    for (const LabelView& pair : entry.metadata) pairs.emplace_back(pair.name, pair.value);
    pairs.emplace_back("original_time", own);
    entry.metadata = wire::store_metadata(arena, pairs);
  }
  entry.timestamp = arrival;
}

class Rejections {
 public:
  Rejections(Metrics& metrics, const char* format) : metrics_(metrics), format_(format) {}
  void add(const Rejection& rejection, uint64_t entries, uint64_t bytes) {
    texts_[rejection.text] += entries;
    count_discarded(metrics_, rejection.reason, format_, entries, bytes);
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

void count_discarded(Metrics& metrics, const std::string& reason, const char* format,
                     uint64_t entries, uint64_t bytes) {
  const MetricLabels labels = {{"reason", reason},
                               {"tenant", "fake"},
                               {"retention_hours", ""},
                               {"policy", ""},
                               {"format", format}};
  metrics.counter("loki_discarded_samples_total", "Entries refused, by reason", labels)
      .add(entries);
  metrics.counter("loki_discarded_bytes_total", "Bytes of refused entries, by reason", labels)
      .add(bytes);
}

std::string stream_limit_text(const LabelSet& labels) {
  return "maximum active stream limit exceeded when trying to create stream " + shown(labels) +
         ", reduce the number of active streams (reduce labels or reduce label values), or contact "
         "your Loki administrator to see if the limit can be increased, user: 'fake'";
}

LimitOutcome enforce_limits(Batch& batch, const IngestLimits& limits, Timestamp now,
                            Metrics& metrics, const char* format) {
  LimitOutcome out;
  Rejections rejections(metrics, format);
  uint64_t number = 0;  // the next entry's place in the batch as it came
  for (StreamEntries& stream : batch.streams) {
    if (stream.entries.empty()) continue;
    const size_t sent = stream.labels.labels().size();
    if (limits.discover_service_name) stream.labels = with_service_name(stream.labels);
    if (const Rejection rejection = check_labels(stream.labels, sent, limits);
        !rejection.text.empty()) {
      uint64_t bytes = 0;
      for (const Entry& e : stream.entries) bytes += e.line.size();
      rejections.add(rejection, 1, bytes);
      wire::add_entry(out.refused, number, stream.entries.size());
      number += stream.entries.size();
      stream.entries.clear();
      continue;
    }
    const std::string& name = stream.labels.to_string();
    std::erase_if(stream.entries, [&](Entry& entry) {
      ++number;
      if (limits.cut_long_lines) entry.line = cut_utf8(entry.line, limits.max_line_bytes);
      if (const Rejection rejection = check_entry(entry, name, limits, now);
          !rejection.text.empty()) {
        rejections.add(rejection, 1, entry.line.size());
        wire::add_entry(out.refused, number - 1);
        return true;
      }
      if (is_too_far_ahead(entry.timestamp, limits, now)) {
        const auto nth = static_cast<Duration>(out.kept_at_arrival++);
        keep_at_arrival(entry, add_saturated(now, nth), limits, batch.arena);
      }
      return false;
    });
  }
  out.rejections = rejections.text();
  return out;
}

}  // namespace logsvc::server
