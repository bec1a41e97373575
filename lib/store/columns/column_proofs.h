// Proves what holds for every value of a column: enough to know how a line that contains the value
// is read, without looking at the line. Answers are cached. For one thread.
#pragma once

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "extract/logfmt_fields.h"
#include "store/columns/column_reader.h"

namespace logsvc::store {

class ColumnProofs {
 public:
  explicit ColumnProofs(ColumnReader& reader)
      : reader_(reader), closed_(reader.table().columns.size(), kOpen) {}

  // Returns whether no value has one of the characters.
  bool lacks(uint32_t column, std::string_view characters) const;
  bool may_be_empty(uint32_t column) const;

  // Returns whether inside a JSON string no value ends it, and no value ends within an escape.
  Result<bool> stays_in_json_string(uint32_t column);
  // Returns whether outside strings every value is one JSON word: not empty, without blanks,
  // quotes, brackets, commas and colons.
  bool is_json_word(uint32_t column) const;
  // Returns whether every value begins as a number, or (alone) is true, false or null.
  Result<bool> is_json_scalar(uint32_t column, bool alone);

  // Returns what each value in a slot of a template with so many rows does; kLeaves if they do not
  // all do the same.
  Result<extract::LogfmtQuoted> inside_logfmt_quotes(const TemplatePiece& slot, uint32_t rows);

 private:
  enum State : uint8_t { kOpen, kYes, kNo };
  Result<bool> prove_stays(const Column& c, uint32_t column);
  Result<extract::LogfmtQuoted> look_inside_quotes(const TemplatePiece& slot, uint32_t rows);

  ColumnReader& reader_;
  std::vector<uint8_t> closed_;
  // They are found by column and first row.
  std::map<std::pair<uint32_t, uint32_t>, extract::LogfmtQuoted> quoted_;
};

}  // namespace logsvc::store
