// Sends lines through the column encoder and back, and parses them to compare the columns with
// that.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/field_predicate.h"
#include "model/label_set.h"
#include "store/columns/column_encoder.h"
#include "store/columns/column_reader.h"

namespace logsvc::testing {

class StoredColumns {
 public:
  // Keeps no reference to the lines, of which there must be at least one. Aborts if the table
  // cannot be read back.
  explicit StoredColumns(const store::Lines& lines);
  // Takes lines that are cut as wanted: names are static text, values go to slots.
  explicit StoredColumns(const std::vector<std::span<const LabelView>>& lines);
  StoredColumns(const StoredColumns&) = delete;
  StoredColumns& operator=(const StoredColumns&) = delete;

  // Returns the column of the lines.
  uint32_t root() const { return root_; }
  // Borrows this.
  store::ColumnReader reader() const;

 private:
  void keep(store::ColumnEncoder& encoder);

  std::string header_, frames_;
  store::ColumnTable table_;
  uint32_t root_ = 0;
};

// Is what a parser finds in a line under a name: the first value.
struct ParsedField {
  bool fault = false;
  std::optional<std::string> value;
};
ParsedField parse_field(const FieldParser& parser, std::string_view line, std::string_view name);

// Returns every parser that a source of entries knows, with every option.
std::vector<FieldParser> field_parsers();

// Compares what columns say of a field with what parsing each line gives. Holds what is wrong, if
// anything is.
struct FieldAnswers {
  std::string wrong;
  size_t known = 0;     // rows of which columns gave the value, or that there is none
  size_t too_many = 0;  // rows that were found and do not pass
};
FieldAnswers check_field(const StoredColumns& columns, const store::Lines& lines,
                         const FieldParser& parser, std::string_view name);

}  // namespace logsvc::testing
