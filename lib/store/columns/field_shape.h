// Finds what a parser finds in the lines of one template: where the value of a field lies, if that
// is the same in each of them. A slot that is proved to stay within its place does not change how
// the rest of the line is read, whatever it holds. For one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/field_predicate.h"
#include "store/columns/column_proofs.h"

namespace logsvc::store {

class FieldShape {
 public:
  // Returns what the parser makes of the text that is written as a value; nullopt if that is not a
  // value. The buffer holds it if it differs from what is written.
  using ReadValue = std::optional<std::string_view> (*)(std::string_view written,
                                                        std::string& buffer);
  struct Field {
    enum class Where {
      kUnknown,  // lines have to be looked at
      kNowhere,  // no line has the field
      kFixed,    // text is the value in every line
      kWritten,  // the pieces are what is written as its value
    };
    Where where = Where::kUnknown;
    // For kFixed and kWritten: a fault may stand in front of it, behind which nothing is found.
    bool behind_fault = false;
    std::string text;
    std::vector<TemplatePiece> written;
    ReadValue read = nullptr;  // turns what is written into the value
  };

  virtual ~FieldShape() = default;

  // Finds the field by the name that the parser gives it.
  virtual Result<Field> find(std::string_view name) = 0;
  // Returns whether the parser finds no fault in any line.
  virtual Result<bool> is_faultless() = 0;
};

// Makes the shape of a template's lines. Borrows proofs and table.
Result<std::unique_ptr<FieldShape>> make_field_shape(const FieldParser& parser,
                                                     ColumnProofs& proofs, const ColumnTable& table,
                                                     const LineTemplate& t);

}  // namespace logsvc::store
