#include "store/columns/references.h"

#include <algorithm>

#include "store/columns/distinct_values.h"

namespace logsvc::store {
namespace {
constexpr size_t kMinIdBytes = 16;
constexpr size_t kMaxIdBytes = 64;
}  // namespace

bool looks_like_id(std::string_view text) {
  return is_uuid(text) ||
         (text.size() >= kMinIdBytes && text.size() <= kMaxIdBytes && is_hex(text));
}

bool all_same(const Values& values) {
  return std::all_of(values.begin(), values.end(),
                     [&](const Slot& v) { return v.value == values[0].value; });
}

bool find_references(const Values& values, size_t limit, References& out) {
  DistinctValues distinct(limit / 2);
  out.numbers.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const uint32_t number = distinct.add(values[i].value);
    if (number == out.first_rows.size()) {
      if (number == limit) return false;
      out.first_rows.push_back(static_cast<uint32_t>(i));
    }
    out.numbers.push_back(number);
  }
  return true;
}

bool follows(const Values& values, const References& key) {
  std::vector<uint64_t> firsts;
  firsts.reserve(key.first_rows.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const auto number = static_cast<size_t>(key.numbers[i]);
    if (number == firsts.size()) {
      firsts.push_back(values[i].value);
    } else if (values[i].value != firsts[number]) {
      return false;
    }
  }
  return true;
}

Values pick(const Values& values, const std::vector<uint32_t>& rows) {
  Values out;
  out.reserve(rows.size());
  for (const uint32_t r : rows) out.push_back(values[r]);
  return out;
}

}  // namespace logsvc::store
