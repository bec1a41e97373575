// The data that stages work on: a line on its way to becoming an entry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/label_set.h"

namespace logsvc::agent {

// A number from JSON. `written` keeps digits that a double cannot.
struct ExtractedNumber {
  double value = 0;
  std::string written;
};
using ExtractedValue = std::variant<std::monostate, bool, ExtractedNumber, std::string>;

// Writes the value as text: true, 30, 1531171074631. Returns false for null.
bool value_text(const ExtractedValue& value, std::string& out);

// Values by name, a few dozen at most, in the order in which they were set.
class Extracted {
 public:
  const ExtractedValue* find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  // Gets the text of a value. Returns false if it is absent or null.
  bool text(std::string_view name, std::string& out) const;
  void set(std::string_view name, ExtractedValue value);
  void set_text(std::string_view name, std::string_view text);
  void erase(std::string_view name);
  void clear() { values_.clear(); }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  size_t size() const { return values_.size(); }

 private:
  std::vector<std::pair<std::string, ExtractedValue>> values_;
};

// Sets a label of an entry: labels are sorted by name, names unique; values may be empty.
void set_label(Labels& labels, std::string_view name, std::string_view value);
void erase_label(Labels& labels, std::string_view name);

// The label in which stages put a tenant.
inline constexpr std::string_view kTenantLabel = "__tenant_id__";

struct PipelineEntry {
  Labels labels;
  Extracted extracted;
  Labels metadata;
  Timestamp timestamp = 0;
  Timestamp read_time = 0;  // when the input line was read
  std::string line;
  uint64_t sequence = 0;  // the (first) input line's
  int64_t steady_ns = 0;  // the current time

  // Makes labels extracted values, as Promtail does at the start of a pipeline.
  void extract_labels();
};

}  // namespace logsvc::agent
