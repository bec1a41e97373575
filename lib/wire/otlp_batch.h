// Builds a batch from OpenTelemetry's resources, scopes and records, in the order a request has
// them: resource(), scope(), record()…
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/entry.h"
#include "wire/otlp.h"
#include "wire/otlp_value.h"

namespace logsvc::wire {

struct OtlpScope {
  std::string name;
  std::string version;
  OtlpValue::Map attributes;
  uint32_t dropped_attributes = 0;
};

struct OtlpRecord {
  uint64_t time = 0;           // ns; 0: none
  uint64_t observed_time = 0;  // ns; 0: none
  int64_t severity_number = 0;
  std::string severity_text;
  OtlpValue body;
  OtlpValue::Map attributes;
  uint32_t dropped_attributes = 0;
  uint32_t flags = 0;
  std::string trace_id;  // hexadecimal
  std::string span_id;
};

class OtlpBatch {
 public:
  OtlpBatch(Timestamp now, const OtlpLimits& limits) : now_(now), limits_(limits) {}

  void resource(const OtlpValue::Map& attributes);
  void scope(const OtlpScope& scope);
  // kTooLarge once the batch exceeds its limit.
  Status record(const OtlpRecord& record);
  Batch take() { return std::move(batch_); }

 private:
  Timestamp time_of(const OtlpRecord& record) const;

  const Timestamp now_;
  const OtlpLimits limits_;
  Batch batch_;
  uint64_t entries_ = 0;
  std::vector<OtlpAttribute> resource_metadata_;
  std::vector<OtlpAttribute> scope_metadata_;
};

}  // namespace logsvc::wire
