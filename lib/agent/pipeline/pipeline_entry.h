// What stages work on: a line on its way to an entry.
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

// A number out of JSON. `written` keeps digits that a double does not.
struct ExtractedNumber {
  double value = 0;
  std::string written;
};
using ExtractedValue = std::variant<std::monostate, bool, ExtractedNumber, std::string>;

// The value as text: true, 30, 1531171074631. False for null.
bool value_text(const ExtractedValue& value, std::string& out);

// Values by name, a few dozen at most; the order is that of setting.
class Extracted {
 public:
  const ExtractedValue* find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  // The text of a value; false if it is absent or null.
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

// Labels of an entry: sorted by name, names unique; values may be empty.
void set_label(Labels& labels, std::string_view name, std::string_view value);
void erase_label(Labels& labels, std::string_view name);

// The label that stages put a tenant into.
inline constexpr std::string_view kTenantLabel = "__tenant_id__";

struct PipelineEntry {
  Labels labels;
  Extracted extracted;
  Labels metadata;
  Timestamp timestamp = 0;
  Timestamp read_time = 0;  // of the input line
  std::string line;
  uint64_t sequence = 0;  // of the (first) input line
  int64_t steady_ns = 0;  // now

  // What Promtail does on the way into a pipeline: labels become extracted values.
  void extract_labels();
};

}  // namespace logsvc::agent
