// What can be said of every value of a column: enough to know how a JSON line that the value stands
// in is read, without looking at the line. Answers are kept. For one thread.
#pragma once

#include <vector>

#include "base/result.h"
#include "store/columns/column_reader.h"

namespace logsvc::store {

class ColumnProofs {
 public:
  explicit ColumnProofs(ColumnReader& reader)
      : reader_(reader), closed_(reader.table().columns.size(), kOpen) {}

  // Inside a JSON string no value ends it, and no value ends within an escape.
  Result<bool> stays_in_string(uint32_t column);
  // Outside of strings every value is one word: not empty, without blanks, quotes, brackets, commas
  // and colons.
  bool is_word(uint32_t column) const;
  // Every value begins as a number, or (alone) is true, false or null.
  Result<bool> is_scalar(uint32_t column, bool alone);

 private:
  enum State : uint8_t { kOpen, kYes, kNo };
  Result<bool> prove_stays(const Column& c, uint32_t column);

  ColumnReader& reader_;
  std::vector<uint8_t> closed_;
};

}  // namespace logsvc::store
