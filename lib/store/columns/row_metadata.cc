#include "store/columns/row_metadata.h"

namespace logsvc::store {

bool RowMetadata::may_have(std::string_view name) const {
  if (column_ == kNone) return false;
  const ColumnTable& table = reader_.table();
  const Column& c = table.columns[column_];
  if (c.type() != ColumnType::kText) return true;
  for (const LineTemplate& t : table.templates_of(c)) {
    for (const TemplatePiece& p : table.pieces_of(t)) {
      if (!p.is_slot() && p.text == name) return true;
    }
  }
  return false;
}

Status RowMetadata::load() {
  if (column_ == kNone) return {};
  return reader_.load(column_);
}

Status RowMetadata::prepare(uint32_t row) {
  if (column_ == kNone) return {};
  return reader_.prepare(column_, row);
}

std::span<const LabelView> RowMetadata::row(uint32_t row) {
  pairs_.clear();
  if (column_ == kNone) return pairs_;
  values_.clear();
  ends_.clear();
  reader_.each_pair(column_, row, [&](std::string_view name, uint32_t column, uint32_t value_row) {
    reader_.append(column, value_row, values_);
    pairs_.push_back({name, {}});
    ends_.push_back(values_.size());
  });
  // This must come last: the buffer may have moved.
  size_t begin = 0;
  for (size_t i = 0; i < pairs_.size(); ++i) {
    pairs_[i].value = values_.view(0).substr(begin, ends_[i] - begin);
    begin = ends_[i];
  }
  return pairs_;
}

}  // namespace logsvc::store
