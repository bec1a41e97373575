// Reads structured metadata of rows from a block's column of pairs. For one thread.
#pragma once

#include <span>
#include <vector>

#include "model/label_set.h"
#include "store/columns/column_reader.h"

namespace logsvc::store {

class RowMetadata {
 public:
  // column is kNone if no row has any. Borrows the reader.
  RowMetadata(ColumnReader& reader, uint32_t column) : reader_(reader), column_(column) {}

  // Returns false if no row has a pair of that name.
  bool may_have(std::string_view name) const;
  // These decode what all rows need, or one.
  Status load();
  Status prepare(uint32_t row);
  // Call it after one of these. The result is valid until the next call.
  std::span<const LabelView> row(uint32_t row);

 private:
  ColumnReader& reader_;
  const uint32_t column_;
  ByteBuffer values_;
  std::vector<size_t> ends_;
  std::vector<LabelView> pairs_;
};

}  // namespace logsvc::store
