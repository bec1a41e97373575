// Holds what a block's header says of its columns: types, statistics, dictionaries, templates,
// frames. Layout: ../FORMAT.md. A parsed table is immutable and was checked: every number in it
// that names a column, frame, template or row is within bounds, and columns form trees.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "store/columns/needle.h"
#include "store/columns/value_forms.h"

namespace logsvc::store {

inline constexpr uint32_t kNone = UINT32_MAX;
// A string that fills a text frame up to here is the last one in it.
inline constexpr size_t kTextFrameBytes = 256 * 1024;

// Bounds what values of a column can be; a search that the statistics rule out needs no rows.
struct ColumnStats {
  uint64_t low = 0, high = 0;  // ASCII characters that occur
  bool non_ascii = false;
  uint32_t min_length = UINT32_MAX;
  uint32_t max_length = 0;

  void add_characters(std::string_view text);
  void add_characters(const ColumnStats& other);
  void add_length(size_t length);
  bool has(char c) const {
    const auto u = static_cast<uint8_t>(c);
    return u < 64 ? low >> u & 1 : u < 128 ? high >> (u - 64) & 1 : non_ascii;
  }
  bool has_all(const Needle& needle) const {
    return std::all_of(needle.bytes.begin(), needle.bytes.end(),
                       [&](char c) { return has(c) || (needle.any_case && has(ascii_upper(c))); });
  }
};

// Is static text, or a slot: rows [start, start + rows of the template) of a column.
struct TemplatePiece {
  std::string_view text;
  uint32_t column = kNone;
  uint32_t start = 0;

  bool is_slot() const { return column != kNone; }
};

struct LineTemplate {
  uint32_t first_piece = 0;
  uint32_t pieces = 0;
  uint32_t rows = 0;
};

struct Column {
  ValueForm form;
  uint32_t rows = 0;
  ColumnStats stats;
  int64_t minimum = 0, maximum = 0;            // numbers
  std::string_view constant;                   // kConstant
  uint32_t first_entry = 0, entries = 0;       // kDictionary, if kept in the header
  uint32_t first_template = 0, templates = 0;  // kText
  uint32_t child = kNone;                      // kReference
  // kDictionary: ids, entries (kNone: in the header). kString: lengths, then text_frames of text.
  // kText: template ids (kNone with one template). kReference: references. Numbers: the integers.
  // Packed: heads (first 4 bytes of each value), tails (kNone if there is no more).
  std::array<uint32_t, 2> frames = {kNone, kNone};
  uint32_t text_frames = 0;  // kString: frames[1] and the following

  ColumnType type() const { return form.type; }
};

// Says where a frame's bytes are. Small ones lie together in two pools: frame 0 has what a search
// for a text reads, frame 1 the others.
struct Frame {
  enum class Pool : uint8_t { kNone, kSearched, kOthers };
  Pool pool = Pool::kNone;
  bool compressed = false;
  uint64_t offset = 0;  // from the end of the header; for a pooled one, in the pool
  uint64_t stored_bytes = 0;
  uint64_t raw_bytes = 0;
  uint64_t hash = 0;

  bool pooled() const { return pool != Pool::kNone; }
  uint32_t pool_frame() const { return pool == Pool::kSearched ? 0 : 1; }
};

struct ColumnTable {
  std::vector<Column> columns;
  std::vector<LineTemplate> templates;
  std::vector<TemplatePiece> pieces;
  std::vector<std::string_view> entries;
  std::vector<Frame> frames;

  std::span<const LineTemplate> templates_of(const Column& c) const {
    return std::span(templates).subspan(c.first_template, c.templates);
  }
  std::span<const TemplatePiece> pieces_of(const LineTemplate& t) const {
    return std::span(pieces).subspan(t.first_piece, t.pieces);
  }
  std::span<const std::string_view> entries_of(const Column& c) const {
    return std::span(entries).subspan(c.first_entry, c.entries);
  }
  size_t memory_bytes() const;
};

void put_column_table(std::string& out, const ColumnTable& table);
// Text in the table points into the reader's bytes, which must outlive it. frames_bytes is the size
// of what follows the header. Returns kCorrupt with what is wrong.
Result<ColumnTable> read_column_table(ByteReader& in, uint64_t frames_bytes);

}  // namespace logsvc::store
