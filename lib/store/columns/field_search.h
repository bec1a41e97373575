// Finds the lines that may pass a condition on a field, in the columns of the lines' templates, and
// gets the values of a field from them. For one thread.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "store/columns/field_shape.h"
#include "store/columns/row_set.h"

namespace logsvc::store {

class FieldSearch {
 public:
  // lines is the column of the lines. Borrows the reader.
  FieldSearch(ColumnReader& reader, uint32_t lines, const FieldParser& parser)
      : reader_(reader), lines_(lines), parser_(parser), proofs_(reader) {}

  // Returns a superset of the rows that pass: undecided ones are in it.
  Result<RowSet> find(const FieldPredicate& test);

  // Makes value() give this field.
  Status choose(std::string_view name);
  enum class Answer {
    kValue,    // the field's, in a line without a fault
    kNothing,  // the parser gives none, with or without a fault
    kUnknown,  // the line has to be parsed
  };
  // Appends the value.
  Answer value(uint32_t row, ByteBuffer& out);

 private:
  // Returns a shape for each template of the lines; empty if the lines have none.
  Result<std::span<const std::unique_ptr<FieldShape>>> shapes();
  using Pass = std::function<bool(std::string_view written)>;
  Result<RowSet> rows_of(FieldShape& shape, const LineTemplate& t, const FieldPredicate& test);
  Result<RowSet> rows_where(std::span<const TemplatePiece> written, uint32_t rows,
                            const Pass& pass);
  Result<RowSet> rows_where(uint32_t column, uint32_t first, uint32_t rows, const Pass& pass);

  ColumnReader& reader_;
  const uint32_t lines_;
  const FieldParser parser_;
  ColumnProofs proofs_;
  std::vector<std::unique_ptr<FieldShape>> shapes_;
  // Of the chosen field.
  std::vector<FieldShape::Field> chosen_;  // by template; empty: nothing is known
  const IdView* ids_ = nullptr;
  std::span<const uint32_t> ranks_;
  std::string buffer_;
};

}  // namespace logsvc::store
