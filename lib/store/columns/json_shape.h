// Finds what a JSON parser finds in the lines of one template, by parsing one line in which every
// slot is a number that identifies it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/columns/field_shape.h"

namespace logsvc::store {

class JsonShape : public FieldShape {
 public:
  static Result<std::unique_ptr<FieldShape>> of(ColumnProofs& proofs, const ColumnTable& table,
                                                const LineTemplate& t);

  Result<Field> find(std::string_view name) override;
  Result<bool> is_faultless() override { return faultless_; }

 private:
  enum class Kind {
    kUnknown,   // lines have to be looked at
    kNoObject,  // no line begins an object: a fault in each, no field
    kObject,
  };

  JsonShape(const ColumnTable& table, const LineTemplate& t) : pieces_(table.pieces_of(t)) {}
  void make_sample();
  Result<bool> slots_keep_their_places(ColumnProofs& proofs);
  Status look(ColumnProofs& proofs, const ColumnTable& table);

  std::span<const TemplatePiece> pieces_;
  Kind kind_ = Kind::kUnknown;
  bool faultless_ = false;
  std::string sample_;
  struct Slot {
    size_t begin = 0;  // in the sample
    size_t piece = 0;
    enum class Place { kNone, kString, kBare } place = Place::kNone;
    bool whole = false;  // fills its place
    bool first = false;  // begins it
  };
  std::vector<Slot> slots_;
  class Validator;
};

}  // namespace logsvc::store
