// Reads the rows of one block's columns: it decodes what is asked for, once, and builds values from
// it. Everything read is checked before use; a value can be built in any order of rows. For one
// thread; the table may be shared.
#pragma once

#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/raw_bytes.h"
#include "base/result.h"
#include "store/columns/column_table.h"
#include "store/columns/integer_sequence.h"

namespace logsvc::store {

// Holds bytes and grows without clearing them first.
class ByteBuffer {
 public:
  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(room(bytes.size()), bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  // Returns room for n more bytes; then call added() with how many were written.
  char* room(size_t n) {
    if (capacity_ - size_ < n) grow(n);
    return bytes_.get() + size_;
  }
  void added(size_t n) { size_ += n; }
  void clear() { size_ = 0; }
  void cut(size_t size) { size_ = size; }
  size_t size() const { return size_; }
  const char* data() const { return bytes_.get(); }
  std::string_view view(size_t from) const { return {bytes_.get() + from, size_ - from}; }

 private:
  void grow(size_t n);
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

class ColumnReader {
 public:
  // Returns the raw bytes of a frame that is not pooled, verified.
  using LoadFrame = std::function<Result<RawBytes>(const Frame&)>;

  ColumnReader(const ColumnTable& table, LoadFrame load);

  const ColumnTable& table() const { return table_; }

  // Decodes what building values of the column needs, in it and below.
  Status load(uint32_t column);
  // Does the same for one row alone.
  Status prepare(uint32_t column, uint32_t row);
  // Appends the value. The column must be loaded, or the row prepared; row < its rows.
  void append(uint32_t column, uint32_t row, ByteBuffer& out) const;
  // Appends pieces of a template, for the row of that rank in it.
  void append(std::span<const TemplatePiece> pieces, uint32_t rank, ByteBuffer& out) const;
  // Visits each pair of the row of a column made of pairs.
  void each_pair(
      uint32_t column, uint32_t row,
      const std::function<void(std::string_view name, uint32_t column, uint32_t row)>& visit) const;

  // Returns a frame, decoded on first use. Views stay valid as long as the reader.
  Result<std::string_view> frame(uint32_t number);
  Result<const IdView*> ids(uint32_t column);  // dictionary, text
  Result<std::span<const uint32_t>> references(uint32_t column);
  Result<std::span<const std::string_view>> dictionary(uint32_t column);
  Result<const IntegerView*> numbers(uint32_t column);
  // These give packed values: the first four bytes of each, or all of them one after the other.
  Result<std::string_view> heads(uint32_t column);
  Result<std::string_view> packed(uint32_t column);
  struct Strings {
    std::span<const uint32_t> offsets;  // rows + 1
    std::span<const std::string_view> frames;
    std::span<const uint32_t> first_rows;  // of each frame, and the number of rows
  };
  Result<Strings> strings(uint32_t column);
  // Returns for a text column how many rows of the same template come before each row.
  Result<std::span<const uint32_t>> ranks(uint32_t column);
  // Returns the rows of a text column sorted by template.
  Result<std::span<const uint32_t>> rows_by_template(uint32_t column);

  uint64_t bytes_read() const { return bytes_read_; }  // stored

 private:
  // Holds what is decoded of a column.
  struct Data {
    bool loaded = false;
    bool has_ids = false, has_numbers = false, has_strings = false, has_heads = false,
         has_entries = false;
    IdView ids;
    std::span<const uint32_t> references;
    std::vector<uint32_t> rank;  // text: how many rows of the same template come before
    std::vector<uint32_t> by_template;
    IntegerView numbers;
    std::string_view heads, tails;
    std::string packed;
    std::vector<std::string_view> entries;
    std::vector<uint32_t>
        offsets;  // strings: each row's place in its frame, then the last one's end
    std::vector<std::string_view> text;
    std::vector<uint32_t> first_rows;
  };

  Data& data(uint32_t column);
  Status load_strings(const Column& c, Data& d);
  Status load_rank(uint32_t column);
  Status load_planes(uint32_t column);
  void append_string(const Data& d, uint32_t row, ByteBuffer& out) const;
  void append_text(const Column& c, const Data& d, uint32_t row, ByteBuffer& out) const;
  void append_packed(const Column& c, const Data& d, uint32_t row, ByteBuffer& out) const;

  const ColumnTable& table_;
  const LoadFrame load_;
  std::vector<std::unique_ptr<Data>> data_;  // one for each column that was looked at
  std::vector<std::unique_ptr<RawBytes>> frames_;
  std::map<uint32_t, RowNumbers> references_;  // by frame: columns that go together share one
  uint64_t bytes_read_ = 0;
};

}  // namespace logsvc::store
