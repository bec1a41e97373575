// Values that repeat others of their column.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/columns/column_encoder.h"

namespace logsvc::store {

// UUIDs and long hex: what requests and traces are told apart by.
bool looks_like_id(std::string_view text);

bool all_same(const Values& values);

// values[i] is distinct value number numbers[i], in order of first occurrence.
struct References {
  std::vector<int64_t> numbers;
  std::vector<uint32_t> first_rows;  // of each distinct value
};
// False if more than `limit` values are distinct.
bool find_references(const Values& values, size_t limit, References& out);

// Whether the values are the same wherever the references are.
bool follows(const Values& values, const References& key);

Values pick(const Values& values, const std::vector<uint32_t>& rows);

}  // namespace logsvc::store
