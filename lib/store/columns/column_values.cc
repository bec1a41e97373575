#include "store/columns/column_values.h"

#include "base/short_bytes.h"
#include "store/common/corrupt.h"

namespace logsvc::store {
namespace {
// A block of a few MiB never comes near this.
constexpr uint64_t kMaxTextBytes = 1u << 30;
}  // namespace

Result<std::span<const std::string_view>> ColumnValues::of(uint32_t column) {
  ValueCache& built = caches_[column];
  if (!built.done) {
    built.values.reserve(reader_.table().columns[column].rows);
    RETURN_IF_ERROR(build(column, built));
    built.done = true;
  }
  return std::span<const std::string_view>(built.values);
}

Status ColumnValues::build(uint32_t column, ValueCache& to) {
  const Column& c = reader_.table().columns[column];
  switch (c.type()) {
    case ColumnType::kConstant:
      to.values.assign(c.rows, c.constant);
      return {};
    case ColumnType::kDictionary: {
      ASSIGN_OR_RETURN(const IdView* ids, reader_.ids(column));
      ASSIGN_OR_RETURN(const auto entries, reader_.dictionary(column));
      for (uint32_t row = 0; row < c.rows; ++row) to.values.push_back(entries[(*ids)[row]]);
      return {};
    }
    case ColumnType::kReference: {
      ASSIGN_OR_RETURN(const auto references, reader_.references(column));
      ASSIGN_OR_RETURN(const auto distinct, of(c.child));
      for (const uint32_t number : references) to.values.push_back(distinct[number]);
      return {};
    }
    case ColumnType::kString:
      return build_strings(column, to);
    case ColumnType::kText:
      return build_text(column, to);
    case ColumnType::kHex:
    case ColumnType::kUuid: {
      ASSIGN_OR_RETURN(const std::string_view packed, reader_.packed(column));
      const auto* from = reinterpret_cast<const uint8_t*>(packed.data());
      const size_t width = packed_bytes(c.form);
      build_formatted(c.rows, to, [&](size_t row, char* out) {
        return format_packed(c.form, from + row * width, out);
      });
      return {};
    }
    default: {
      ASSIGN_OR_RETURN(const IntegerView* numbers, reader_.numbers(column));
      build_formatted(c.rows, to, [&](size_t row, char* out) {
        return format_number(c.form, (*numbers)[row], out);
      });
      return {};
    }
  }
}

template <typename Format>
void ColumnValues::build_formatted(size_t rows, ValueCache& to, Format format) {
  std::vector<size_t> ends;
  ends.reserve(rows);
  for (size_t row = 0; row < rows; ++row) {
    to.text.added(format(row, to.text.room(kMaxFormattedBytes)));
    ends.push_back(to.text.size());
  }
  // This must come last: the buffer may have moved.
  const std::string_view text = to.text.view(0);
  size_t begin = 0;
  for (const size_t end : ends) {
    to.values.push_back(text.substr(begin, end - begin));
    begin = end;
  }
}

Status ColumnValues::build_strings(uint32_t column, ValueCache& to) {
  const uint32_t rows = reader_.table().columns[column].rows;
  if (rows == 0) return {};
  ASSIGN_OR_RETURN(const ColumnReader::Strings strings, reader_.strings(column));
  for (size_t f = 0; f < strings.frames.size(); ++f) {
    const std::string_view frame = strings.frames[f];
    const uint32_t end_row = strings.first_rows[f + 1];
    for (uint32_t row = strings.first_rows[f]; row < end_row; ++row) {
      const size_t end = row + 1 == end_row ? frame.size() : strings.offsets[row + 1];
      to.values.push_back(frame.substr(strings.offsets[row], end - strings.offsets[row]));
    }
  }
  to.values.resize(rows);  // the rest is empty
  return {};
}

Result<ColumnValues::Parts> ColumnValues::parts(uint32_t column) {
  const ColumnTable& table = reader_.table();
  Parts out;
  for (const LineTemplate& t : table.templates_of(table.columns[column])) {
    std::vector<Part>& parts = out.emplace_back();
    for (const TemplatePiece& piece : table.pieces_of(t)) {
      Part& part = parts.emplace_back();
      part.text = piece.text;
      if (!piece.is_slot()) continue;
      ASSIGN_OR_RETURN(const auto values, of(piece.column));
      part.values = values.data() + piece.start;
    }
  }
  return out;
}

Result<uint64_t> ColumnValues::text_bytes(uint32_t column) {
  const ColumnTable& table = reader_.table();
  uint64_t bytes = 0;
  for (const LineTemplate& t : table.templates_of(table.columns[column])) {
    for (const TemplatePiece& piece : table.pieces_of(t)) {
      bytes += piece.text.size() * t.rows;
      if (!piece.is_slot()) continue;
      ASSIGN_OR_RETURN(const auto values, of(piece.column));
      for (const std::string_view v : values.subspan(piece.start, t.rows)) bytes += v.size();
    }
    if (bytes > kMaxTextBytes) return corrupt("the values of a column are too long");
  }
  return bytes;
}

Status ColumnValues::build_text(uint32_t column, ValueCache& to) {
  const uint32_t rows = reader_.table().columns[column].rows;
  // Templates have the rows that their parts are made for.
  RETURN_IF_ERROR(reader_.ranks(column));
  ASSIGN_OR_RETURN(const IdView* ids, reader_.ids(column));
  ASSIGN_OR_RETURN(const uint64_t bytes, text_bytes(column));
  ASSIGN_OR_RETURN(Parts parts_of, parts(column));
  char* out = to.text.room(bytes);
  for (uint32_t row = 0; row < rows; ++row) {
    char* const begin = out;
    for (Part& part : parts_of[(*ids)[row]]) {
      out = copy_to(out, part.next());
    }
    to.values.emplace_back(begin, static_cast<size_t>(out - begin));
  }
  to.text.added(bytes);
  return {};
}

}  // namespace logsvc::store
