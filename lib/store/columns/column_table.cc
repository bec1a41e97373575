#include "store/columns/column_table.h"

#include <algorithm>

#include "store/common/corrupt.h"

namespace logsvc::store {
namespace {

// These are the fewest bytes that one takes: they bound counts before memory is reserved.
constexpr uint64_t kMinColumnBytes = 4;
constexpr uint64_t kMinTemplateBytes = 2;
constexpr uint64_t kMinPieceBytes = 1;
constexpr uint64_t kMinFrameBytes = 3;
constexpr int kMaxDepth = 16;

constexpr std::string_view kDigits = "0123456789";

// Returns the characters that values of the form can have; empty for types whose statistics are
// stored or derived.
std::string characters_of(ValueForm form) {
  switch (form.type) {
    case ColumnType::kInteger:
    case ColumnType::kZeroPadded:
      return std::string(kDigits);
    case ColumnType::kHex:
      return "0123456789abcdef";
    case ColumnType::kUuid:
      return "0123456789abcdef-";
    case ColumnType::kIsoTime: {
      std::string out = "0123456789-:.,";
      out.push_back(form.separator);
      return out;
    }
    case ColumnType::kClfTime:
      return "0123456789/:ADFJMNOSabceglnoprtuvy";
    case ColumnType::kIpv4:
      return "0123456789.";
    default:
      return {};
  }
}

bool stores_characters(ColumnType type) {
  return type == ColumnType::kString || type == ColumnType::kDictionary;
}

constexpr uint8_t kPooledFlag = 1, kCompressedFlag = 2, kOthersFlag = 4;

uint8_t flags_of(const Frame& f) {
  switch (f.pool) {
    case Frame::Pool::kSearched:
      return kPooledFlag;
    case Frame::Pool::kOthers:
      return kPooledFlag | kOthersFlag;
    case Frame::Pool::kNone:
      break;
  }
  return f.compressed ? kCompressedFlag : 0;
}

// Returns false if no frame has such flags.
bool take_flags(uint8_t flags, Frame& f) {
  f.compressed = flags == kCompressedFlag;
  if (flags == kPooledFlag) f.pool = Frame::Pool::kSearched;
  if (flags == (kPooledFlag | kOthersFlag)) f.pool = Frame::Pool::kOthers;
  return flags == 0 || f.compressed || f.pooled();
}

void put_frames(std::string& out, const std::vector<Frame>& frames) {
  put_varint(out, frames.size());
  for (const Frame& f : frames) {
    put_u8(out, flags_of(f));
    put_varint(out, f.offset);
    put_varint(out, f.raw_bytes);
    if (f.pooled()) continue;
    put_varint(out, f.stored_bytes);
    put_u64(out, f.hash);
  }
}

Status read_frames(ByteReader& in, uint64_t frames_bytes, std::vector<Frame>& frames) {
  const uint64_t count = in.count(kMinFrameBytes);
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    Frame f;
    const bool known = take_flags(in.u8(), f);
    f.offset = in.varint();
    f.raw_bytes = in.varint();
    if (f.pooled()) {
      f.stored_bytes = f.raw_bytes;
    } else {
      f.stored_bytes = in.varint();
      f.hash = in.u64();
    }
    uint64_t room = frames_bytes;
    if (f.pooled()) {
      const uint32_t pool = f.pool_frame();
      if (pool >= i || frames[pool].pooled()) return corrupt("a frame lies in what is no pool");
      room = frames[pool].raw_bytes;
    }
    if (!known || f.offset > room || f.stored_bytes > room - f.offset ||
        f.raw_bytes > kMaxFrameBytes || (!f.compressed && f.raw_bytes != f.stored_bytes)) {
      return corrupt("a frame is outside its block");
    }
    frames.push_back(f);
  }
  return {};
}

void put_column(std::string& out, const ColumnTable& table, const Column& c) {
  put_u8(out, static_cast<uint8_t>(c.type()));
  put_varint(out, c.rows);
  for (const uint32_t f : c.frames) put_varint(out, f == kNone ? 0 : f + uint64_t{1});
  if (c.type() != ColumnType::kConstant && c.type() != ColumnType::kText &&
      c.type() != ColumnType::kReference) {
    put_varint(out, c.stats.min_length);
    put_varint(out, c.stats.max_length - c.stats.min_length);
  }
  if (stores_characters(c.type())) {
    put_u64(out, c.stats.low);
    put_u64(out, c.stats.high);
    put_u8(out, c.stats.non_ascii);
  }
  if (is_number(c.type())) {
    put_zigzag(out, c.minimum);
    put_varint(out, static_cast<uint64_t>(c.maximum) - static_cast<uint64_t>(c.minimum));
  }
  switch (c.type()) {
    case ColumnType::kConstant:
      put_string(out, c.constant);
      break;
    case ColumnType::kDictionary:
      put_varint(out, c.entries);
      for (const std::string_view e : table.entries_of(c)) put_string(out, e);
      break;
    case ColumnType::kString:
      put_varint(out, c.text_frames);
      break;
    case ColumnType::kReference:
      put_varint(out, c.child);
      break;
    case ColumnType::kIsoTime:
      put_u8(out, static_cast<uint8_t>(c.form.separator));
      [[fallthrough]];
    case ColumnType::kZeroPadded:
    case ColumnType::kHex:
      put_u8(out, c.form.width);
      break;
    case ColumnType::kText:
      put_varint(out, c.templates);
      for (const LineTemplate& t : table.templates_of(c)) {
        put_varint(out, t.rows);
        put_varint(out, t.pieces);
        for (const TemplatePiece& p : table.pieces_of(t)) {
          put_varint(out, p.is_slot() ? p.column + uint64_t{1} : 0);
          if (!p.is_slot()) put_string(out, p.text);
        }
      }
      break;
    default:
      break;
  }
}

// Reads columns; what one says of others is checked once all are known.
class TableReader {
 public:
  TableReader(ByteReader& in, ColumnTable& table) : in_(in), t_(table) {}

  Status read() {
    const uint64_t count = in_.count(kMinColumnBytes);
    t_.columns.reserve(count);
    for (uint64_t i = 0; i < count && in_.ok(); ++i) {
      Column c;
      RETURN_IF_ERROR(read_column(c));
      t_.columns.push_back(c);
    }
    if (!in_.ok()) return corrupt("the column directory is cut");
    return link();
  }

 private:
  Status read_column(Column& c) {
    const uint8_t type = in_.u8();
    if (type > static_cast<uint8_t>(ColumnType::kIpv4))
      return corrupt("a column has no known type");
    c.form.type = static_cast<ColumnType>(type);
    const uint64_t rows = in_.varint();
    if (rows >= kNone) return corrupt("a column has too many rows");
    c.rows = static_cast<uint32_t>(rows);
    for (uint32_t& f : c.frames) {
      const uint64_t number = in_.varint();
      if (number > t_.frames.size()) return corrupt("a column names a frame that is not there");
      f = number == 0 ? kNone : static_cast<uint32_t>(number - 1);
    }
    RETURN_IF_ERROR(read_stats(c));
    switch (c.type()) {
      case ColumnType::kConstant:
        c.constant = in_.string();
        c.stats.add_characters(c.constant);
        c.stats.add_length(c.constant.size());
        return {};
      case ColumnType::kDictionary:
        return read_dictionary(c);
      case ColumnType::kString:
        return read_string(c);
      case ColumnType::kReference:
        c.child = small(in_.varint());
        return need(c, c.frames[0] != kNone);
      case ColumnType::kIsoTime:
        c.form.separator = static_cast<char>(in_.u8());
        [[fallthrough]];
      case ColumnType::kZeroPadded:
      case ColumnType::kHex:
        c.form.width = in_.u8();
        break;
      case ColumnType::kText:
        return read_templates(c);
      default:
        break;
    }
    if (c.type() == ColumnType::kHex &&
        (c.form.width < kMinHexDigits || c.form.width > kMaxHexDigits)) {
      return corrupt("a hex column has a width out of bounds");
    }
    c.stats.add_characters(characters_of(c.form));
    const bool tails = is_packed(c.type()) && packed_bytes(c.form) > 4;
    return need(c, c.frames[0] != kNone && (c.frames[1] != kNone) == tails);
  }

  Status read_stats(Column& c) {
    if (c.type() == ColumnType::kConstant || c.type() == ColumnType::kText ||
        c.type() == ColumnType::kReference) {
      return {};
    }
    c.stats.min_length = small(in_.varint());
    c.stats.max_length = small(c.stats.min_length + in_.varint());
    if (stores_characters(c.type())) {
      c.stats.low = in_.u64();
      c.stats.high = in_.u64();
      c.stats.non_ascii = in_.u8();
    }
    if (is_number(c.type())) {
      c.minimum = in_.zigzag();
      c.maximum = static_cast<int64_t>(static_cast<uint64_t>(c.minimum) + in_.varint());
    }
    return {};
  }

  Status read_dictionary(Column& c) {
    const uint64_t count = in_.count();
    c.first_entry = static_cast<uint32_t>(t_.entries.size());
    c.entries = static_cast<uint32_t>(count);
    for (uint64_t i = 0; i < count; ++i) t_.entries.push_back(in_.string());
    return need(c, c.frames[0] != kNone && (c.frames[1] == kNone) == (count > 0));
  }

  Status read_string(Column& c) {
    c.text_frames = small(in_.varint());
    const bool frames = c.frames[0] != kNone && (c.frames[1] == kNone) == (c.text_frames == 0);
    return need(c,
                frames && (c.text_frames == 0 || c.text_frames <= t_.frames.size() - c.frames[1]));
  }

  Status read_templates(Column& c) {
    const uint64_t count = in_.count(kMinTemplateBytes);
    c.first_template = static_cast<uint32_t>(t_.templates.size());
    c.templates = static_cast<uint32_t>(count);
    uint64_t rows = 0;
    for (uint64_t i = 0; i < count && in_.ok(); ++i) {
      LineTemplate t;
      t.rows = small(in_.varint());
      t.first_piece = static_cast<uint32_t>(t_.pieces.size());
      t.pieces = static_cast<uint32_t>(in_.count(kMinPieceBytes));
      rows += t.rows;
      for (uint32_t p = 0; p < t.pieces && in_.ok(); ++p) {
        TemplatePiece piece;
        const uint64_t column = in_.varint();
        if (column == 0) {
          piece.text = in_.string();
        } else {
          piece.column = small(column - 1);
        }
        t_.pieces.push_back(piece);
      }
      t_.templates.push_back(t);
    }
    if (rows != c.rows) return corrupt("a column has not the rows of its templates");
    return need(c, count > 0 && (c.frames[0] == kNone) == (count == 1));
  }

  // Checks that every column but the roots has one parent, which comes before it, and that slots
  // fill their column.
  Status link() {
    const size_t n = t_.columns.size();
    std::vector<uint32_t> filled(n, 0), parent(n, kNone), depth(n, 0);
    const auto adopt = [&](size_t from, uint32_t to) {
      if (to <= from || to >= n || (parent[to] != kNone && parent[to] != from) ||
          depth[from] >= kMaxDepth) {
        return false;
      }
      parent[to] = static_cast<uint32_t>(from);
      depth[to] = depth[from] + 1;
      return true;
    };
    for (size_t i = 0; i < n; ++i) {
      const Column& c = t_.columns[i];
      if (c.type() == ColumnType::kReference) {
        if (!adopt(i, c.child) || filled[c.child] != 0)
          return corrupt("columns do not form a tree");
        filled[c.child] = t_.columns[c.child].rows;
      }
      for (const LineTemplate& t : t_.templates_of(c)) {
        for (TemplatePiece& p : std::span(t_.pieces).subspan(t.first_piece, t.pieces)) {
          if (!p.is_slot()) continue;
          if (!adopt(i, p.column)) return corrupt("columns do not form a tree");
          p.start = filled[p.column];
          if (t.rows > t_.columns[p.column].rows - p.start) return corrupt("a slot has no rows");
          filled[p.column] += t.rows;
        }
      }
    }
    for (size_t i = 0; i < n; ++i) {
      if (parent[i] != kNone && filled[i] != t_.columns[i].rows) {
        return corrupt("a column has rows that no slot uses");
      }
    }
    derive_stats();
    return {};
  }

  void derive_stats() {
    for (size_t i = t_.columns.size(); i-- > 0;) {
      Column& c = t_.columns[i];
      if (c.type() == ColumnType::kReference) c.stats = t_.columns[c.child].stats;
      for (const LineTemplate& t : t_.templates_of(c)) {
        uint64_t least = 0, most = 0;
        for (const TemplatePiece& p : t_.pieces_of(t)) {
          if (p.is_slot()) {
            const ColumnStats& s = t_.columns[p.column].stats;
            c.stats.add_characters(s);
            least += s.min_length;
            most += s.max_length;
          } else {
            c.stats.add_characters(p.text);
            least += p.text.size();
            most += p.text.size();
          }
        }
        c.stats.min_length = static_cast<uint32_t>(std::min<uint64_t>(c.stats.min_length, least));
        c.stats.max_length = static_cast<uint32_t>(
            std::max<uint64_t>(c.stats.max_length, std::min<uint64_t>(most, kNone)));
      }
    }
  }

  static uint32_t small(uint64_t v) { return static_cast<uint32_t>(std::min<uint64_t>(v, kNone)); }
  static Status need(const Column& c, bool ok) {
    if (ok || c.rows == 0) return {};
    return corrupt("a column does not have what its type needs");
  }

  ByteReader& in_;
  ColumnTable& t_;
};

}  // namespace

size_t ColumnTable::memory_bytes() const {
  return columns.capacity() * sizeof(Column) + templates.capacity() * sizeof(LineTemplate) +
         pieces.capacity() * sizeof(TemplatePiece) + entries.capacity() * sizeof(std::string_view) +
         frames.capacity() * sizeof(Frame);
}

void put_column_table(std::string& out, const ColumnTable& table) {
  put_frames(out, table.frames);
  put_varint(out, table.columns.size());
  for (const Column& c : table.columns) put_column(out, table, c);
}

Result<ColumnTable> read_column_table(ByteReader& in, uint64_t frames_bytes) {
  ColumnTable table;
  RETURN_IF_ERROR(read_frames(in, frames_bytes, table.frames));
  RETURN_IF_ERROR(TableReader(in, table).read());
  // Tables are kept as long as there is room.
  table.templates.shrink_to_fit();
  table.pieces.shrink_to_fit();
  table.entries.shrink_to_fit();
  table.frames.shrink_to_fit();
  return table;
}

}  // namespace logsvc::store
