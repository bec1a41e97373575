// What a JSON parser finds in the lines of one template: where the value of a field lies, if that
// is the same in each of them. Found by parsing one line in which every slot is a number that tells
// which it is; whatever a slot may hold, if it stays within its place, does not change the rest.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/columns/column_proofs.h"

namespace logsvc::store {

class JsonShape {
 public:
  enum class Kind {
    kUnknown,   // lines have to be looked at
    kNoObject,  // no line begins an object: the parser gives the same fault for each, no field
    kObject,
  };
  struct Field {
    enum class Where {
      kUnknown,
      kNowhere,
      kFixed,   // text is the value of every line
      kString,  // the value is what is in the slot, between quotes
      kBare,    // … without quotes
    };
    Where where = Where::kUnknown;
    std::string text;
    const Piece* slot = nullptr;
  };

  static Result<JsonShape> of(ColumnProofs& proofs, const ColumnTable& table, const Template& t);

  Kind kind() const { return kind_; }
  // The parser finds no fault in any line (kObject).
  bool faultless() const { return faultless_; }
  // The fault of every line (kNoObject).
  const char* fault() const { return fault_; }
  // Of the name that the parser gives it: nested keys joined.
  Field find(std::string_view name) const;

 private:
  JsonShape(const ColumnTable& table, const Template& t) : pieces_(table.pieces_of(t)) {}
  void make_sample();
  Result<bool> slots_keep_their_places(ColumnProofs& proofs);

  std::span<const Piece> pieces_;
  Kind kind_ = Kind::kUnknown;
  bool faultless_ = false;
  const char* fault_ = nullptr;
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

// What the parser makes of the inside of a string.
std::string json_string_value(std::string_view inside);
// The value of a bare word; nullopt if the parser gives none.
std::optional<std::string_view> json_bare_value(std::string_view word);

}  // namespace logsvc::store
