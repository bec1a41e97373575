#include "store/columns/column_reader.h"

#include <algorithm>
#include <cstring>

#include "store/common/corrupt.h"

namespace logsvc::store {
void ByteBuffer::grow(size_t n) {
  const size_t capacity = std::max(size_ + n, std::max<size_t>(4096, capacity_ * 2));
  std::unique_ptr<char[]> bigger(new char[capacity]);
  if (size_) std::memcpy(bigger.get(), bytes_.get(), size_);
  bytes_ = std::move(bigger);
  capacity_ = capacity;
}

ColumnReader::ColumnReader(const ColumnTable& table, LoadFrame load)
    : table_(table),
      load_(std::move(load)),
      data_(table.columns.size()),
      frames_(table.frames.size()) {}

ColumnReader::Data& ColumnReader::data(uint32_t column) {
  if (!data_[column]) data_[column] = std::make_unique<Data>();
  return *data_[column];
}

Result<std::string_view> ColumnReader::frame(uint32_t number) {
  const Frame& f = table_.frames[number];
  if (f.pooled()) {
    ASSIGN_OR_RETURN(const std::string_view pool, frame(f.pool_frame()));
    return pool.substr(f.offset, f.raw_bytes);
  }
  if (!frames_[number]) {
    ASSIGN_OR_RETURN(RawBytes bytes, load_(f));
    if (bytes.size() != f.raw_bytes) return corrupt("a frame is not of the size it should be");
    bytes_read_ += f.stored_bytes;
    frames_[number] = std::make_unique<RawBytes>(std::move(bytes));
  }
  return std::string_view(*frames_[number]);
}

Result<const IdView*> ColumnReader::ids(uint32_t column) {
  const Column& c = table_.columns[column];
  Data& d = data(column);
  if (!d.has_ids) {
    if (c.rows == 0 || (c.type() == ColumnType::kText && c.templates == 1)) {
      d.ids = IdView(c.rows);
    } else {
      uint64_t limit = c.templates;
      if (c.type() == ColumnType::kDictionary) {
        ASSIGN_OR_RETURN(const auto entries, dictionary(column));
        limit = entries.size();
      }
      ASSIGN_OR_RETURN(const std::string_view bytes, frame(c.frames[0]));
      ASSIGN_OR_RETURN(d.ids, IdView::open(bytes, c.rows, limit));
    }
    d.has_ids = true;
  }
  return &d.ids;
}

Result<std::span<const uint32_t>> ColumnReader::references(uint32_t column) {
  const Column& c = table_.columns[column];
  Data& d = data(column);
  if (d.references.empty() && c.rows > 0) {
    const uint32_t number = c.frames[0];
    auto known = references_.find(number);
    if (known == references_.end()) {
      ASSIGN_OR_RETURN(const std::string_view bytes, frame(number));
      ASSIGN_OR_RETURN(RowNumbers numbers, RowNumbers::decode(bytes, c.rows));
      known = references_.emplace(number, std::move(numbers)).first;
    }
    const RowNumbers& numbers = known->second;
    if (numbers.size() != c.rows || numbers.largest() >= table_.columns[c.child].rows) {
      return corrupt("a reference to no value");
    }
    d.references = numbers.all();
  }
  return d.references;
}

Status ColumnReader::load_rank(uint32_t column) {
  const Column& c = table_.columns[column];
  ASSIGN_OR_RETURN(const IdView* ids, this->ids(column));
  Data& d = data(column);
  if (!d.rank.empty() || c.rows == 0) return {};
  std::vector<uint32_t> seen(c.templates, 0);
  std::vector<uint32_t> rank(c.rows);
  ids->each([&](size_t r, uint32_t id) { rank[r] = seen[id]++; });
  for (uint32_t t = 0; t < c.templates; ++t) {
    if (seen[t] != table_.templates[c.first_template + t].rows) {
      return corrupt("a template has not the rows its header says");
    }
  }
  d.rank = std::move(rank);
  return {};
}

Result<std::span<const uint32_t>> ColumnReader::ranks(uint32_t column) {
  RETURN_IF_ERROR(load_rank(column));
  return std::span<const uint32_t>(data(column).rank);
}

Result<std::span<const uint32_t>> ColumnReader::rows_by_template(uint32_t column) {
  const Column& c = table_.columns[column];
  ASSIGN_OR_RETURN(const IdView* ids, this->ids(column));
  Data& d = data(column);
  if (d.by_template.empty() && c.rows > 0) {
    std::vector<uint32_t> next(c.templates, 0), end(c.templates, 0);
    uint32_t start = 0;
    for (uint32_t t = 0; t < c.templates; ++t) {
      next[t] = start;
      start += table_.templates[c.first_template + t].rows;
      end[t] = start;
    }
    std::vector<uint32_t> rows(c.rows);
    bool fits = true;
    ids->each([&](size_t r, uint32_t t) {
      fits &= next[t] != end[t];
      if (fits) rows[next[t]++] = static_cast<uint32_t>(r);
    });
    if (!fits) return corrupt("a template has not the rows its header says");
    d.by_template = std::move(rows);
  }
  return std::span<const uint32_t>(d.by_template);
}

Result<std::span<const std::string_view>> ColumnReader::dictionary(uint32_t column) {
  const Column& c = table_.columns[column];
  if (c.entries > 0 || c.rows == 0) return table_.entries_of(c);
  Data& d = data(column);
  if (!d.has_entries) {
    ASSIGN_OR_RETURN(const std::string_view bytes, frame(c.frames[1]));
    ByteReader in(bytes);
    while (in.ok() && in.remaining() > 0) d.entries.push_back(in.string());
    if (!in.ok()) return corrupt("a dictionary is cut");
    d.has_entries = true;
  }
  return std::span<const std::string_view>(d.entries);
}

Result<const IntegerView*> ColumnReader::numbers(uint32_t column) {
  const Column& c = table_.columns[column];
  Data& d = data(column);
  if (!d.has_numbers && c.rows > 0) {
    ASSIGN_OR_RETURN(const std::string_view bytes, frame(c.frames[0]));
    ASSIGN_OR_RETURN(d.numbers, IntegerView::open(bytes, c.rows));
    d.has_numbers = true;
  }
  return &d.numbers;
}

Result<std::string_view> ColumnReader::heads(uint32_t column) {
  const Column& c = table_.columns[column];
  Data& d = data(column);
  if (!d.has_heads && c.rows > 0) {
    ASSIGN_OR_RETURN(const std::string_view bytes, frame(c.frames[0]));
    if (bytes.size() != c.rows * std::min<size_t>(4, packed_bytes(c.form))) {
      return corrupt("a column of ids has not the size it should");
    }
    d.heads = bytes;
    d.has_heads = true;
  }
  return d.heads;
}

Status ColumnReader::load_planes(uint32_t column) {
  const Column& c = table_.columns[column];
  RETURN_IF_ERROR(heads(column));
  const size_t width = packed_bytes(c.form);
  Data& d = data(column);
  if (width <= 4 || c.rows == 0 || !d.tails.empty()) return {};
  ASSIGN_OR_RETURN(const std::string_view tails, frame(c.frames[1]));
  if (tails.size() != c.rows * (width - 4)) {
    return corrupt("a column of ids has not the size it should");
  }
  d.tails = tails;
  return {};
}

Result<std::string_view> ColumnReader::packed(uint32_t column) {
  const Column& c = table_.columns[column];
  RETURN_IF_ERROR(load_planes(column));
  Data& d = data(column);
  const size_t width = packed_bytes(c.form);
  if (width <= 4) return d.heads;
  if (d.packed.empty() && c.rows > 0) {
    d.packed.resize(c.rows * width);
    for (size_t r = 0; r < c.rows; ++r) {
      std::memcpy(d.packed.data() + r * width, d.heads.data() + r * 4, 4);
      std::memcpy(d.packed.data() + r * width + 4, d.tails.data() + r * (width - 4), width - 4);
    }
  }
  return std::string_view(d.packed);
}

Status ColumnReader::load_strings(const Column& c, Data& d) {
  ASSIGN_OR_RETURN(const std::string_view bytes, frame(c.frames[0]));
  ASSIGN_OR_RETURN(const IntegerView lengths, IntegerView::open(bytes, c.rows));
  d.offsets.resize(c.rows + size_t{1});
  uint64_t at = 0;  // in the frame
  uint32_t first_row = 0;
  const auto close_frame = [&](uint32_t end_row) -> Status {
    if (d.text.size() == c.text_frames) return corrupt("a column of strings lacks a frame");
    const uint32_t number = c.frames[1] + static_cast<uint32_t>(d.text.size());
    ASSIGN_OR_RETURN(const std::string_view text, frame(number));
    if (text.size() != at) return corrupt("strings do not fill their frame");
    d.text.push_back(text);
    d.first_rows.push_back(first_row);
    first_row = end_row;
    at = 0;
    return {};
  };
  for (uint32_t r = 0; r < c.rows; ++r) {
    const auto length = static_cast<uint64_t>(lengths[r]);
    if (length > kMaxFrameBytes - at) return corrupt("a string is longer than any frame");
    d.offsets[r] = static_cast<uint32_t>(at);
    at += length;
    if (at >= kTextFrameBytes) RETURN_IF_ERROR(close_frame(r + 1));
  }
  d.offsets[c.rows] = static_cast<uint32_t>(at);
  if (at > 0) RETURN_IF_ERROR(close_frame(c.rows));
  if (d.text.size() != c.text_frames) return corrupt("a column of strings has a frame too many");
  d.first_rows.push_back(first_row);  // rows from here on are empty
  return {};
}

Result<ColumnReader::Strings> ColumnReader::strings(uint32_t column) {
  Data& d = data(column);
  if (!d.has_strings) {
    RETURN_IF_ERROR(load_strings(table_.columns[column], d));
    d.has_strings = true;
  }
  return Strings{d.offsets, d.text, d.first_rows};
}

Status ColumnReader::load(uint32_t column) {
  const Column& c = table_.columns[column];
  if (c.type() == ColumnType::kConstant) return {};
  Data& d = data(column);
  if (d.loaded) return {};
  switch (c.type()) {
    case ColumnType::kDictionary:
      RETURN_IF_ERROR(ids(column));
      break;
    case ColumnType::kString:
      if (c.rows > 0) RETURN_IF_ERROR(strings(column));
      break;
    case ColumnType::kText:
      RETURN_IF_ERROR(load_rank(column));
      for (const LineTemplate& t : table_.templates_of(c)) {
        for (const TemplatePiece& p : table_.pieces_of(t)) {
          if (p.is_slot()) RETURN_IF_ERROR(load(p.column));
        }
      }
      break;
    case ColumnType::kReference:
      RETURN_IF_ERROR(references(column));
      RETURN_IF_ERROR(load(c.child));
      break;
    case ColumnType::kHex:
    case ColumnType::kUuid:
      RETURN_IF_ERROR(load_planes(column));
      break;
    default:
      RETURN_IF_ERROR(numbers(column));
  }
  d.loaded = true;
  return {};
}

Status ColumnReader::prepare(uint32_t column, uint32_t row) {
  const Column& c = table_.columns[column];
  if (c.type() == ColumnType::kConstant) return {};
  Data& d = data(column);
  if (d.loaded) return {};
  if (c.type() == ColumnType::kReference) {
    RETURN_IF_ERROR(references(column));
    return prepare(c.child, d.references[row]);
  }
  if (c.type() != ColumnType::kText) return load(column);
  RETURN_IF_ERROR(load_rank(column));
  for (const TemplatePiece& p : table_.pieces_of(table_.templates[c.first_template + d.ids[row]])) {
    if (p.is_slot()) RETURN_IF_ERROR(prepare(p.column, p.start + d.rank[row]));
  }
  return {};
}

void ColumnReader::append_string(const Data& d, uint32_t row, ByteBuffer& out) const {
  const auto next = std::upper_bound(d.first_rows.begin(), d.first_rows.end(), row);
  const auto frame = static_cast<size_t>(next - d.first_rows.begin()) - 1;
  if (frame >= d.text.size()) return;  // an empty string after the last frame
  const uint32_t begin = d.offsets[row];
  const bool last_of_frame = row + 1 == d.first_rows[frame + 1];
  const size_t end = last_of_frame ? d.text[frame].size() : d.offsets[row + 1];
  out.append(d.text[frame].substr(begin, end - begin));
}

void ColumnReader::append_text(const Column& c, const Data& d, uint32_t row,
                               ByteBuffer& out) const {
  append(table_.pieces_of(table_.templates[c.first_template + d.ids[row]]), d.rank[row], out);
}

void ColumnReader::append(std::span<const TemplatePiece> pieces, uint32_t rank,
                          ByteBuffer& out) const {
  for (const TemplatePiece& piece : pieces) {
    if (piece.is_slot()) {
      append(piece.column, piece.start + rank, out);
    } else {
      out.append(piece.text);
    }
  }
}

void ColumnReader::append_packed(const Column& c, const Data& d, uint32_t row,
                                 ByteBuffer& out) const {
  const size_t width = packed_bytes(c.form), head = std::min<size_t>(4, width);
  uint8_t packed[kMaxFormattedBytes];
  std::memcpy(packed, d.heads.data() + row * head, head);
  if (width > head) {
    std::memcpy(packed + head, d.tails.data() + row * (width - head), width - head);
  }
  out.added(format_packed(c.form, packed, out.room(kMaxFormattedBytes)));
}

void ColumnReader::append(uint32_t column, uint32_t row, ByteBuffer& out) const {
  const Column& c = table_.columns[column];
  if (c.type() == ColumnType::kConstant) return out.append(c.constant);
  const Data& d = *data_[column];
  switch (c.type()) {
    case ColumnType::kDictionary:
      out.append(c.entries ? table_.entries[c.first_entry + d.ids[row]] : d.entries[d.ids[row]]);
      return;
    case ColumnType::kString:
      append_string(d, row, out);
      return;
    case ColumnType::kText:
      append_text(c, d, row, out);
      return;
    case ColumnType::kReference:
      append(c.child, d.references[row], out);
      return;
    case ColumnType::kHex:
    case ColumnType::kUuid:
      append_packed(c, d, row, out);
      return;
    default:
      out.added(format_number(c.form, d.numbers[row], out.room(kMaxFormattedBytes)));
  }
}

void ColumnReader::each_pair(
    uint32_t column, uint32_t row,
    const std::function<void(std::string_view, uint32_t, uint32_t)>& visit) const {
  const Column& c = table_.columns[column];
  if (c.type() != ColumnType::kText) return;
  const Data& d = *data_[column];
  const LineTemplate& t = table_.templates[c.first_template + d.ids[row]];
  const auto pieces = table_.pieces_of(t);
  for (size_t i = 0; i + 1 < pieces.size(); i += 2) {
    if (pieces[i].is_slot() || !pieces[i + 1].is_slot()) return;
    visit(pieces[i].text, pieces[i + 1].column, pieces[i + 1].start + d.rank[row]);
  }
}

}  // namespace logsvc::store
