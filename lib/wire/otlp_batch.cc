#include "wire/otlp_batch.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>

#include "wire/metadata.h"

namespace logsvc::wire {
namespace {

// Resource attributes that identify who logs: each has few values, so they make streams.
constexpr std::array<std::string_view, 18> kStreamAttributes = {"service.name",
                                                                "service.namespace",
                                                                "service.instance.id",
                                                                "deployment.environment",
                                                                "deployment.environment.name",
                                                                "cloud.region",
                                                                "cloud.availability_zone",
                                                                "k8s.cluster.name",
                                                                "k8s.namespace.name",
                                                                "k8s.pod.name",
                                                                "k8s.container.name",
                                                                "container.name",
                                                                "k8s.replicaset.name",
                                                                "k8s.deployment.name",
                                                                "k8s.statefulset.name",
                                                                "k8s.daemonset.name",
                                                                "k8s.cronjob.name",
                                                                "k8s.job.name"};

std::string label_name(std::string_view attribute) {
  std::string out(attribute);
  for (char& c : out) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return out;
}

void add_count(std::vector<OtlpAttribute>& out, const char* name, uint64_t count) {
  if (count > 0) out.emplace_back(name, std::to_string(count));
}
// An identifier of zeros means that there is none.
bool is_id(const std::string& hex) { return hex.find_first_not_of('0') != std::string::npos; }
void add_text(std::vector<OtlpAttribute>& out, const char* name, const std::string& text) {
  if (!text.empty()) out.emplace_back(name, text);
}

Timestamp saturated(uint64_t ns) {
  constexpr uint64_t kMost = std::numeric_limits<Timestamp>::max();
  return static_cast<Timestamp>(std::min(ns, kMost));
}

}  // namespace

void OtlpBatch::resource(const OtlpValue::Map& attributes) {
  resource_metadata_.clear();
  scope_metadata_.clear();
  Labels labels;
  OtlpValue::Map others;
  const std::span<const std::string_view> naming = limits_.service_labels;
  bool named = std::any_of(attributes.begin(), attributes.end(), [](const OtlpMember& member) {
    return member.key == "service.name" && !to_text(member.value).empty();
  });
  for (const OtlpMember& member : attributes) {
    const bool is_label = std::find(kStreamAttributes.begin(), kStreamAttributes.end(),
                                    member.key) != kStreamAttributes.end();
    if (!is_label) {
      others.push_back(member);
      continue;
    }
    Label label{label_name(member.key), to_text(member.value)};
    if (label.value.empty()) continue;
    if (!named && std::find(naming.begin(), naming.end(), label.name) != naming.end()) {
      labels.push_back({"service_name", label.value});
      named = true;
    }
    labels.push_back(std::move(label));
  }
  flatten(others, resource_metadata_);
  batch_.streams.push_back({LabelSet::from(std::move(labels)), {}});
}

void OtlpBatch::scope(const OtlpScope& scope) {
  scope_metadata_.clear();
  flatten(scope.attributes, scope_metadata_);
  add_text(scope_metadata_, "scope_name", scope.name);
  add_text(scope_metadata_, "scope_version", scope.version);
  add_count(scope_metadata_, "scope_dropped_attributes_count", scope.dropped_attributes);
}

Timestamp OtlpBatch::time_of(const OtlpRecord& record) const {
  if (record.time) return saturated(record.time);
  return record.observed_time ? saturated(record.observed_time) : now_;
}

Status OtlpBatch::record(const OtlpRecord& record) {
  std::vector<OtlpAttribute> own;
  flatten(record.attributes, own);
  add_count(own, "dropped_attributes_count", record.dropped_attributes);
  if (record.severity_number != 0) {
    own.emplace_back("severity_number", std::to_string(record.severity_number));
  }
  add_text(own, "severity_text", record.severity_text);
  add_count(own, "flags", record.flags);
  if (is_id(record.trace_id)) own.emplace_back("trace_id", record.trace_id);
  if (is_id(record.span_id)) own.emplace_back("span_id", record.span_id);
  if (record.time && record.observed_time) {
    own.emplace_back("observed_timestamp", std::to_string(record.observed_time));
  }
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (const auto* part : {&resource_metadata_, &scope_metadata_, &own}) {
    pairs.insert(pairs.end(), part->begin(), part->end());
  }
  Arena& arena = batch_.arena;
  Entry entry{time_of(record), arena.copy(to_text(record.body)), store_metadata(arena, pairs)};
  batch_.streams.back().entries.push_back(entry);
  ++entries_;
  if (arena.size_bytes() + entries_ * sizeof(Entry) <= limits_.max_batch_bytes) return {};
  return Error{ErrorCode::kTooLarge, "request body too large: its log records take over " +
                                         std::to_string(limits_.max_batch_bytes) +
                                         " bytes; send fewer at a time"};
}

}  // namespace logsvc::wire
