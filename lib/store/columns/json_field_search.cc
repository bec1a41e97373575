#include "store/columns/json_field_search.h"

#include <algorithm>

namespace logsvc::store {

Result<std::span<const JsonShape>> JsonFieldSearch::shapes() {
  const Column& c = reader_.table().columns[lines_];
  if (shapes_.empty() && c.type() == ColumnType::kText) {
    std::vector<JsonShape> shapes;
    for (const Template& t : reader_.table().templates_of(c)) {
      ASSIGN_OR_RETURN(JsonShape shape, JsonShape::of(proofs_, reader_.table(), t));
      shapes.push_back(std::move(shape));
    }
    shapes_ = std::move(shapes);
  }
  return std::span<const JsonShape>(shapes_);
}

Result<RowSet> JsonFieldSearch::find(const FieldTest& test) {
  const Column& c = reader_.table().columns[lines_];
  ASSIGN_OR_RETURN(const auto shapes, this->shapes());
  if (shapes.empty()) return RowSet::all(c.rows);
  const auto templates = reader_.table().templates_of(c);
  std::vector<RowSet> found;
  bool any = false, all = true;
  for (size_t t = 0; t < templates.size(); ++t) {
    ASSIGN_OR_RETURN(RowSet rows, rows_of(shapes[t], templates[t], test));
    rows.settle();
    any |= !rows.is_none();
    all &= rows.is_all();
    found.push_back(std::move(rows));
  }
  if (!any) return RowSet::none(c.rows);
  if (all) return RowSet::all(c.rows);
  if (templates.size() == 1) return std::move(found[0]);
  ASSIGN_OR_RETURN(const auto rows, reader_.rows_by_template(lines_));
  RowSet out = RowSet::none(c.rows);
  uint32_t start = 0;
  for (size_t t = 0; t < templates.size(); ++t) {
    found[t].each(0, templates[t].rows, [&](uint32_t k) { out.add(rows[start + k]); });
    start += templates[t].rows;
  }
  return out;
}

// Of one template: rows of it, numbered from 0.
Result<RowSet> JsonFieldSearch::rows_of(const JsonShape& shape, const Template& t,
                                        const FieldTest& test) {
  using Where = JsonShape::Field::Where;
  const auto either = [&](bool pass) { return pass ? RowSet::all(t.rows) : RowSet::none(t.rows); };
  const JsonShape::Field field = shape.find(test.name);
  if (field.where == Where::kUnknown) return RowSet::all(t.rows);
  const bool absent_passes = test.may_pass(std::nullopt);
  if (field.where == Where::kNowhere) return either(absent_passes);
  // Behind a fault there may be no value where one is to be seen.
  if (absent_passes && !shape.faultless()) return RowSet::all(t.rows);
  if (field.where == Where::kFixed) return either(test.may_pass(field.text));
  if (field.where == Where::kString) {
    return rows_where(field.slot->column, field.slot->start, t.rows, [&](std::string_view inside) {
      return test.may_pass(json_string_value(inside));
    });
  }
  return rows_where(field.slot->column, field.slot->start, t.rows,
                    [&](std::string_view word) { return test.may_pass(json_bare_value(word)); });
}

// Rows [first, first + rows) of the column, numbered from 0.
Result<RowSet> JsonFieldSearch::rows_where(uint32_t column, uint32_t first, uint32_t rows,
                                           const Pass& pass) {
  const Column& c = reader_.table().columns[column];
  if (c.type() == ColumnType::kConstant) {
    return pass(c.constant) ? RowSet::all(rows) : RowSet::none(rows);
  }
  RowSet out = RowSet::none(rows);
  if (c.type() == ColumnType::kDictionary) {
    ASSIGN_OR_RETURN(const auto entries, reader_.dictionary(column));
    std::vector<uint8_t> match;
    bool any = false;
    for (const std::string_view entry : entries) {
      match.push_back(pass(entry));
      any |= match.back();
    }
    if (!any) return out;
    ASSIGN_OR_RETURN(const IdView* ids, reader_.ids(column));
    for (uint32_t r = 0; r < rows; ++r) {
      if (match[(*ids)[first + r]]) out.add(r);
    }
    return out;
  }
  RETURN_IF_ERROR(reader_.load(column));
  ByteBuffer value;
  for (uint32_t r = 0; r < rows; ++r) {
    value.clear();
    reader_.append(column, first + r, value);
    if (pass(value.view(0))) out.add(r);
  }
  return out;
}

Status JsonFieldSearch::choose(std::string_view name) {
  using Where = JsonShape::Field::Where;
  ASSIGN_OR_RETURN(const auto shapes, this->shapes());
  std::vector<JsonShape::Field> chosen;
  for (const JsonShape& shape : shapes) {
    JsonShape::Field field = shape.find(name);
    if (shape.kind() == JsonShape::Kind::kObject && !shape.faultless()) {
      field.where = Where::kUnknown;
    }
    if (field.slot) RETURN_IF_ERROR(reader_.load(field.slot->column));
    chosen.push_back(std::move(field));
  }
  if (!chosen.empty()) {
    ASSIGN_OR_RETURN(ids_, reader_.ids(lines_));
    ASSIGN_OR_RETURN(ranks_, reader_.ranks(lines_));
  }
  chosen_ = std::move(chosen);
  return {};
}

JsonFieldSearch::Found JsonFieldSearch::value(uint32_t row, ByteBuffer& out) const {
  using Where = JsonShape::Field::Where;
  if (chosen_.empty()) return Found::kUnknown;
  const JsonShape::Field& field = chosen_[(*ids_)[row]];
  if (field.where == Where::kUnknown) return Found::kUnknown;
  if (field.where == Where::kNowhere) return Found::kNothing;
  if (field.where == Where::kFixed) {
    out.append(field.text);
    return Found::kValue;
  }
  const size_t begin = out.size();
  reader_.append(field.slot->column, field.slot->start + ranks_[row], out);
  const std::string_view text = out.view(begin);
  if (field.where == Where::kBare) {
    if (json_bare_value(text)) return Found::kValue;
    out.cut(begin);
    return Found::kNothing;
  }
  const bool plain = std::all_of(
      text.begin(), text.end(), [](char c) { return c != '\\' && static_cast<uint8_t>(c) < 0x80; });
  if (plain) return Found::kValue;
  const std::string value = json_string_value(text);
  out.cut(begin);
  out.append(value);
  return Found::kValue;
}

}  // namespace logsvc::store
