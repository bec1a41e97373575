// Finds the ways a needle can lie in values of one template: in static text, in a slot, or across
// both.
#pragma once

#include <string_view>
#include <vector>

#include "store/columns/column_search.h"

namespace logsvc::store {

class TemplateMatcher {
 public:
  using Term = ColumnSearch::Term;

  TemplateMatcher(const ColumnSearch& search, const ColumnTable& table, const LineTemplate& t,
                  Needle needle, Where where)
      : search_(search),
        table_(table),
        pieces_(table.pieces_of(t)),
        needle_(needle),
        to_end_(where == Where::kAtEnd || where == Where::kWhole) {
    run(where == Where::kAtStart || where == Where::kWhole);
  }

  // Returns true if every value matches, whatever is in the slots.
  bool always() const { return always_; }
  // Returns terms otherwise: values match if all terms of any of these hold.
  const std::vector<std::vector<Term>>& alternatives() const { return alternatives_; }
  // Returns true if there were too many ways to try; alternatives() is then incomplete.
  bool gave_up() const { return budget_ == 0; }

 private:
  void run(bool from_start);
  void start_in_text(size_t piece);
  // Matches the needle from `at` on where the piece begins.
  void match_from(size_t piece, size_t at);
  // Matches the needle from `at` on where the slot begins (anchored), or anywhere in it.
  void match_slot(size_t piece, size_t at, bool anchored);
  void add_term(size_t piece, const Needle& part, Where where);
  void done();

  const ColumnSearch& search_;
  const ColumnTable& table_;
  const std::span<const TemplatePiece> pieces_;
  const Needle needle_;
  const bool to_end_;
  bool always_ = false;
  int budget_ = 20000;
  std::vector<Term> terms_;
  std::vector<std::vector<Term>> alternatives_;
};

}  // namespace logsvc::store
