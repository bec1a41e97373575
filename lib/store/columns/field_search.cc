#include "store/columns/field_search.h"

#include <algorithm>

namespace logsvc::store {

using FieldPlace = FieldShape::Field::Where;

Result<std::span<const std::unique_ptr<FieldShape>>> FieldSearch::shapes() {
  const ColumnTable& table = reader_.table();
  const Column& c = table.columns[lines_];
  if (shapes_.empty() && c.type() == ColumnType::kText) {
    std::vector<std::unique_ptr<FieldShape>> shapes;
    for (const LineTemplate& t : table.templates_of(c)) {
      ASSIGN_OR_RETURN(auto shape, make_field_shape(parser_, proofs_, table, t));
      shapes.push_back(std::move(shape));
    }
    shapes_ = std::move(shapes);
  }
  return std::span<const std::unique_ptr<FieldShape>>(shapes_);
}

Result<RowSet> FieldSearch::find(const FieldPredicate& test) {
  const Column& c = reader_.table().columns[lines_];
  ASSIGN_OR_RETURN(const auto shapes, this->shapes());
  if (shapes.empty()) return RowSet::all(c.rows);
  const auto templates = reader_.table().templates_of(c);
  std::vector<RowSet> found;
  bool any = false, all = true;
  for (size_t t = 0; t < templates.size(); ++t) {
    ASSIGN_OR_RETURN(RowSet rows, rows_of(*shapes[t], templates[t], test));
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

// Returns the rows of one template, numbered from 0.
Result<RowSet> FieldSearch::rows_of(FieldShape& shape, const LineTemplate& t,
                                    const FieldPredicate& test) {
  const auto either = [&](bool pass) { return pass ? RowSet::all(t.rows) : RowSet::none(t.rows); };
  ASSIGN_OR_RETURN(const FieldShape::Field field, shape.find(test.name));
  if (field.where == FieldPlace::kUnknown) return RowSet::all(t.rows);
  if (field.where == FieldPlace::kNowhere) return either(test.may_pass(std::nullopt));
  if (field.behind_fault && test.may_pass(std::nullopt)) return RowSet::all(t.rows);
  if (field.where == FieldPlace::kFixed) return either(test.may_pass(field.text));
  return rows_where(field.written, t.rows, [&](std::string_view written) {
    return test.may_pass(field.read(written, buffer_));
  });
}

Result<RowSet> FieldSearch::rows_where(std::span<const TemplatePiece> written, uint32_t rows,
                                       const Pass& pass) {
  if (written.size() == 1) return rows_where(written[0].column, written[0].start, rows, pass);
  for (const TemplatePiece& p : written) {
    if (p.is_slot()) RETURN_IF_ERROR(reader_.load(p.column));
  }
  RowSet out = RowSet::none(rows);
  ByteBuffer value;
  for (uint32_t r = 0; r < rows; ++r) {
    value.clear();
    reader_.append(written, r, value);
    if (pass(value.view(0))) out.add(r);
  }
  return out;
}

// Tests rows [first, first + rows) of the column, numbered from 0.
Result<RowSet> FieldSearch::rows_where(uint32_t column, uint32_t first, uint32_t rows,
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

Status FieldSearch::choose(std::string_view name) {
  ASSIGN_OR_RETURN(const auto shapes, this->shapes());
  std::vector<FieldShape::Field> chosen;
  for (const auto& shape : shapes) {
    ASSIGN_OR_RETURN(FieldShape::Field field, shape->find(name));
    if (field.where == FieldPlace::kFixed || field.where == FieldPlace::kWritten) {
      ASSIGN_OR_RETURN(const bool faultless, shape->is_faultless());
      if (!faultless) field = {};
    }
    for (const TemplatePiece& p : field.written) {
      if (p.is_slot()) RETURN_IF_ERROR(reader_.load(p.column));
    }
    chosen.push_back(std::move(field));
  }
  if (!chosen.empty()) {
    ASSIGN_OR_RETURN(ids_, reader_.ids(lines_));
    ASSIGN_OR_RETURN(ranks_, reader_.ranks(lines_));
  }
  chosen_ = std::move(chosen);
  return {};
}

FieldSearch::Answer FieldSearch::value(uint32_t row, ByteBuffer& out) {
  if (chosen_.empty()) return Answer::kUnknown;
  const FieldShape::Field& field = chosen_[(*ids_)[row]];
  if (field.where == FieldPlace::kUnknown) return Answer::kUnknown;
  if (field.where == FieldPlace::kNowhere) return Answer::kNothing;
  if (field.where == FieldPlace::kFixed) {
    out.append(field.text);
    return Answer::kValue;
  }
  const size_t begin = out.size();
  reader_.append(field.written, ranks_[row], out);
  const std::string_view written = out.view(begin);
  const auto value = field.read(written, buffer_);
  if (!value) {
    out.cut(begin);
    return Answer::kNothing;
  }
  if (value->data() == written.data() && value->size() == written.size()) return Answer::kValue;
  out.cut(begin);
  out.append(*value);
  return Answer::kValue;
}

}  // namespace logsvc::store
