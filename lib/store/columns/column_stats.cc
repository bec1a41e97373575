#include <algorithm>

#include "store/columns/column_table.h"

namespace logsvc::store {

void ColumnStats::add_characters(std::string_view text) {
  for (const char c : text) {
    const auto u = static_cast<uint8_t>(c);
    if (u < 64) {
      low |= uint64_t{1} << u;
    } else if (u < 128) {
      high |= uint64_t{1} << (u - 64);
    } else {
      non_ascii = true;
    }
  }
}

void ColumnStats::add_characters(const ColumnStats& other) {
  low |= other.low;
  high |= other.high;
  non_ascii |= other.non_ascii;
}

void ColumnStats::add_length(size_t length) {
  min_length = std::min(min_length, static_cast<uint32_t>(length));
  max_length = std::max(max_length, static_cast<uint32_t>(length));
}

}  // namespace logsvc::store
