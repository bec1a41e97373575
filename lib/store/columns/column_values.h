// Builds every value of a column at once: for callers that want all rows of a block, several times
// as fast as building one after the other. For one thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "store/columns/column_reader.h"

namespace logsvc::store {

class ColumnValues {
 public:
  // Borrows the reader.
  explicit ColumnValues(ColumnReader& reader)
      : reader_(reader), caches_(reader.table().columns.size()) {}

  // Returns a value for each row; they stay valid as long as this and the reader.
  Result<std::span<const std::string_view>> of(uint32_t column);

  // Gives what comes next in a template: static text, or the values of a slot, one per row.
  struct Part {
    std::string_view text;
    const std::string_view* values = nullptr;

    std::string_view next() { return values ? *values++ : text; }
  };
  using Parts = std::vector<std::vector<Part>>;
  // Returns the parts of each template of a text column. Go row by row, and call next() of each
  // part of the row's template.
  Result<Parts> parts(uint32_t column);

 private:
  struct ValueCache {
    bool done = false;
    std::vector<std::string_view> values;
    ByteBuffer text;  // what values point into, unless it is the reader's
  };

  Status build(uint32_t column, ValueCache& to);
  Status build_strings(uint32_t column, ValueCache& to);
  Status build_text(uint32_t column, ValueCache& to);
  Result<uint64_t> text_bytes(uint32_t column);
  template <typename Format>
  static void build_formatted(size_t rows, ValueCache& to, Format format);

  ColumnReader& reader_;
  std::vector<ValueCache> caches_;
};

}  // namespace logsvc::store
