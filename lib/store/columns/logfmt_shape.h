// Finds what a logfmt parser finds in the lines of one template. It reads, token by token and only
// as far as needed, one line in which a single character stands for each slot. What is read is
// certain up to the first token in which a slot cannot be proved to stay within its place; nothing
// is known of the rest.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "extract/logfmt_fields.h"
#include "store/columns/field_shape.h"

namespace logsvc::store {

class LogfmtShape : public FieldShape {
 public:
  static Result<std::unique_ptr<FieldShape>> of(const FieldParser& parser, ColumnProofs& proofs,
                                                const ColumnTable& table, const LineTemplate& t);

  Result<Field> find(std::string_view name) override;
  Result<bool> is_faultless() override;

 private:
  // Is a piece of the template, with its place in the sample.
  struct Part {
    TemplatePiece piece;
    size_t begin = 0, end = 0;
  };
  // Is a pair that has a value in every line, or (may_lack) in some.
  struct Pair {
    std::string name;
    bool quoted = false;
    bool may_lack = false;
    std::vector<TemplatePiece> written;
  };
  enum class End {
    kNotYet,
    kOfLine,
    kFault,    // in every line, and the parser stops there
    kUnknown,  // what follows depends on what a slot holds
  };

  LogfmtShape(const FieldParser& parser, ColumnProofs& proofs, const ColumnTable& table,
              const LineTemplate& t);
  // Reads the next token, or sets how the line ends.
  Status step();
  void take(const extract::LogfmtToken& token);
  Field field_of(const Pair& pair) const;

  // Says whether it is certainly a token, and of the same extent, whatever its slots hold.
  enum class Certain { kYes, kNo, kReadAgain };
  Result<Certain> check(const extract::LogfmtToken& token);
  bool keeps_key(const extract::LogfmtToken& token) const;
  bool keeps_bare_value(const extract::LogfmtToken& token) const;
  Result<Certain> check_quoted_value(const extract::LogfmtToken& token);
  bool has_slot_in_escape(size_t begin, size_t end) const;
  void open_slot(size_t part);

  // Returns the parts of the sample between two places.
  std::span<const Part> parts(size_t begin, size_t end) const;
  bool slots_lack(size_t begin, size_t end, std::string_view characters) const;
  bool has_slots(size_t begin, size_t end) const;
  bool may_be_empty(size_t begin, size_t end) const;
  std::vector<TemplatePiece> pieces(size_t begin, size_t end) const;

  const FieldParser parser_;
  ColumnProofs& proofs_;
  const uint32_t rows_;  // of the template
  std::string sample_;
  std::vector<Part> parts_;  // by place
  size_t at_ = 0;            // read up to here
  End end_ = End::kNotYet;
  std::vector<Pair> pairs_;
};

}  // namespace logsvc::store
