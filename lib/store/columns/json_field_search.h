// Which lines may pass a condition on a JSON field, found in the columns of the lines' templates.
// For one thread.
#pragma once

#include <vector>

#include "base/result.h"
#include "model/log_source.h"
#include "store/columns/json_shape.h"
#include "store/columns/row_set.h"

namespace logsvc::store {

class JsonFieldSearch {
 public:
  // lines: the column. Borrows the reader.
  JsonFieldSearch(ColumnReader& reader, uint32_t lines)
      : reader_(reader), lines_(lines), proofs_(reader) {}

  // A superset of the rows that pass: those of which it cannot be told are in it.
  Result<RowSet> find(const FieldTest& test);

  // Makes value() give this field.
  Status choose(std::string_view name);
  enum class Found {
    kValue,    // of a line without a fault
    kNothing,  // the parser gives none, with or without a fault
    kUnknown,  // the line has to be parsed
  };
  // Appends the value.
  Found value(uint32_t row, ByteBuffer& out) const;

 private:
  // Of each template of the lines; empty if the lines have none.
  Result<std::span<const JsonShape>> shapes();
  using Pass = std::function<bool(std::string_view)>;
  Result<RowSet> rows_of(const JsonShape& shape, const Template& t, const FieldTest& test);
  Result<RowSet> rows_where(uint32_t column, uint32_t first, uint32_t rows, const Pass& pass);

  ColumnReader& reader_;
  const uint32_t lines_;
  ColumnProofs proofs_;
  std::vector<JsonShape> shapes_;
  // Of the chosen field.
  std::vector<JsonShape::Field> chosen_;  // by template; empty: nothing is known
  const IdView* ids_ = nullptr;
  std::span<const uint32_t> ranks_;
};

}  // namespace logsvc::store
