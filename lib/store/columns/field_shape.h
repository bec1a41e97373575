// What a parser finds in the lines of one template: where the value of a field lies, if that is the
// same in each of them. Whatever a slot may hold, if it is proved to stay within its place it does
// not change how the rest of the line is read. For one thread.
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
  // What the parser makes of what is written as a value; nullopt if that is no value. The buffer
  // holds it if it is written otherwise than it is.
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
    // kFixed, kWritten: in front of it there may be a fault, behind which nothing is found.
    bool behind_fault = false;
    std::string text;
    std::vector<TemplatePiece> written;
    ReadValue read = nullptr;  // of what is written
  };

  virtual ~FieldShape() = default;

  // Of the name that the parser gives it.
  virtual Result<Field> find(std::string_view name) = 0;
  // In no line the parser finds a fault.
  virtual Result<bool> is_faultless() = 0;
};

// Of the lines of a template. Borrows proofs and table.
Result<std::unique_ptr<FieldShape>> make_field_shape(const FieldParser& parser,
                                                     ColumnProofs& proofs, const ColumnTable& table,
                                                     const LineTemplate& t);

}  // namespace logsvc::store
