// Finds values that repeat others of their column.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/columns/column_encoder.h"

namespace logsvc::store {

// Recognises UUIDs and long hex, which identify requests and traces.
bool looks_like_id(std::string_view text);

bool all_same(const Values& values);

// values[i] is the distinct value with number numbers[i]; numbers follow the first occurrences.
struct References {
  std::vector<int64_t> numbers;
  std::vector<uint32_t> first_rows;  // of each distinct value
};
// Returns false if more than `limit` values are distinct.
bool find_references(const Values& values, size_t limit, References& out);

// Returns whether the values are the same wherever the references are.
bool follows(const Values& values, const References& key);

Values pick(const Values& values, const std::vector<uint32_t>& rows);

}  // namespace logsvc::store
