// Turns values into columns. Lines are cut into templates and slots, slots become columns of their
// own, and so on while it pays; ../FORMAT.md says what the types are. It is lossless to the byte.
// Values are distinguished only by their hashes, so that two that collide could come back as one:
// verify what was encoded. For one thread; each block needs its own object.
//
//   column_encoder.cc     makes a column of one type
//   template_encoder.cc   turns slots of templates into columns
//   text_encoder.cc       turns values into templates
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "model/label_set.h"
#include "store/columns/column_table.h"
#include "store/columns/frame_writer.h"
#include "store/columns/tokenizer.h"

namespace logsvc::store {

using Lines = std::vector<std::string_view>;
using Values = std::vector<Slot>;  // one column's, a row each

class ColumnEncoder {
 public:
  // The values' bytes must outlive the encoder. Each call returns the number of the root column.
  uint32_t add_lines(const Lines& lines);
  // Adds them as one string column, without looking into the lines.
  uint32_t add_plain_lines(const Lines& lines);
  // Adds rows of name = value pairs: a template for each set of names, a column for each name.
  uint32_t add_pairs(const std::vector<std::span<const LabelView>>& rows);

  FrameWriter& frames() { return frames_; }
  // Returns the table, which is complete after frames().finish().
  ColumnTable& table();

 private:
  // Collects the values of one template.
  struct TemplateValues {
    std::vector<std::string_view> texts;  // before each slot, and after the last
    std::vector<SlotKind> kinds;
    std::vector<Values> columns;  // one for each slot
    std::vector<uint32_t> rows;
  };
  class TemplateCollector;
  struct Child;

  uint32_t reserve(size_t rows);
  uint32_t add_values(const Values& values, int depth);
  void fill_constant(Column& c, std::string_view value);
  bool fill_dictionary(Column& c, const Values& values);
  bool fill_integers(Column& c, const Values& values);
  bool fill_ids(uint32_t number, const Values& values);
  bool fill_text(uint32_t number, const Values& values, int depth, bool lines);
  void fill_string(Column& c, const Values& values);
  void fill_templates(uint32_t number, std::vector<TemplateValues>& collected, int depth,
                      bool pairs);
  void fill_numbers(Column& c, const std::vector<int64_t>& numbers);
  void fill_packed(uint32_t number, ValueForm form, const Values& values);
  void fill_reference(uint32_t number, uint32_t frame, const Values& distinct, int depth);

  // Takes the values out of the templates.
  static std::vector<Child> take_children(std::vector<TemplateValues>& collected);
  void add_children(std::vector<Child>& children, int depth);
  uint32_t add_numbers(ValueForm form, const Values& values);

  ColumnTable table_;
  FrameWriter frames_;
};

}  // namespace logsvc::store
