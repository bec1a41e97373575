// Finds the rows of a column that hold a byte string: exactly those whose built value does, found
// without building values where templates, dictionaries, statistics and packed ids are enough. For
// one thread.
#pragma once

#include <map>
#include <string_view>
#include <tuple>

#include "base/result.h"
#include "model/line_predicate.h"
#include "store/columns/column_reader.h"
#include "store/columns/needle.h"
#include "store/columns/row_set.h"

namespace logsvc::store {

class ColumnSearch {
 public:
  explicit ColumnSearch(ColumnReader& reader) : reader_(reader) {}

  // The needle's bytes must outlive the search.
  Result<RowSet> find(uint32_t column, const Needle& needle, Where where = Where::kAnywhere);
  // Finds the rows whose values pass the test, which must outlive the search.
  Result<RowSet> find(uint32_t column, const LinePredicate& test);

 private:
  friend class TemplateMatcher;
  // Says where in a slot the part of the needle has to be.
  struct Term {
    uint32_t column = 0;
    uint32_t start = 0;  // first row of the template in the column
    Needle part;
    Where where = Where::kAnywhere;
  };
  // Returns false if the statistics alone say that no value can match.
  bool possible(const Column& c, const Needle& part, Where where) const;

  Result<const RowSet*> found(uint32_t column, const Needle& part, Where where);
  Result<RowSet> search(uint32_t column, const Needle& part, Where where);
  Result<RowSet> search_dictionary(uint32_t column, const Needle& part, Where where);
  Result<RowSet> search_reference(uint32_t column, const Needle& part, Where where);
  Result<RowSet> search_strings(uint32_t column, const Needle& part);
  Result<RowSet> search_integers(uint32_t column, std::string_view digits, Where where);
  Result<RowSet> search_packed(uint32_t column, const Needle& part, Where where);
  Result<RowSet> search_text(uint32_t column, const Needle& part, Where where);
  Result<RowSet> search_built(uint32_t column, const Needle& part, Where where);
  // Returns the rows of one template, numbered from 0, in which all terms of one alternative hold.
  Result<RowSet> rows_of(const LineTemplate& t, const std::vector<std::vector<Term>>& alternatives);

  using Key = std::tuple<uint32_t, const char*, size_t, Where>;
  ColumnReader& reader_;
  std::map<Key, RowSet> known_;
};

}  // namespace logsvc::store
