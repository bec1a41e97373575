#include <iostream>

#include "inspect.h"
#include "store/chunk/chunk_reader.h"
#include "store/columns/row_metadata.h"
#include "store/common/file_names.h"

namespace logsvc::inspect {
namespace {

using namespace store;

constexpr size_t kShownText = 60;

std::string shorten(std::string_view text) {
  return printable(text.substr(0, kShownText)) + (text.size() > kShownText ? "…" : "");
}

std::string type_text(const Column& c) {
  static const char* const kNames[] = {"constant",  "dictionary", "string",      "text",
                                       "reference", "integer",    "zero-padded", "hex",
                                       "UUID",      "ISO time",   "CLF time",    "IPv4"};
  std::string out = kNames[static_cast<size_t>(c.type())];
  if (c.type() == ColumnType::kZeroPadded || c.type() == ColumnType::kHex) {
    out += " of " + std::to_string(c.form.width);
  }
  if (c.type() == ColumnType::kIsoTime && c.form.width % kCommaFraction) {
    out += " with " + std::to_string(c.form.width % kCommaFraction) + " digits";
  }
  return out;
}

// Prints the bytes that belong to the column alone: its frames.
std::string bytes_text(const ColumnTable& table, const Column& c) {
  uint64_t stored = 0, raw = 0;
  const auto add = [&](uint32_t number) {
    const Frame& f = table.frames[number];
    stored += f.pooled() ? 0 : f.stored_bytes;
    raw += f.raw_bytes;
  };
  for (size_t i = 0; i < c.frames.size(); ++i) {
    if (c.frames[i] == kNone) continue;
    const uint32_t count = i == 1 && c.type() == ColumnType::kString ? c.text_frames : 1;
    for (uint32_t n = 0; n < count; ++n) add(c.frames[i] + n);
  }
  if (raw == 0) return "in the header";
  return size_text(raw) + " in " + (stored ? size_text(stored) : "a pool");
}

std::string values_text(const ColumnTable& table, const Column& c) {
  switch (c.type()) {
    case ColumnType::kConstant:
      return '"' + shorten(c.constant) + '"';
    case ColumnType::kDictionary:
      return c.entries ? std::to_string(c.entries) + " values, most often \"" +
                             shorten(table.entries_of(c)[0]) + '"'
                       : "values in a frame";
    case ColumnType::kText:
      return std::to_string(c.templates) + " templates";
    case ColumnType::kReference:
      return "to column " + std::to_string(c.child);
    case ColumnType::kInteger:
    case ColumnType::kZeroPadded:
      return std::to_string(c.minimum) + " to " + std::to_string(c.maximum);
    default:
      return std::to_string(c.stats.min_length) + " to " + std::to_string(c.stats.max_length) +
             " bytes each";
  }
}

void print_columns(const BlockHeader& header) {
  const ColumnTable& table = header.table;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const Column& c = table.columns[i];
    std::cout << "  column " << i << (i == header.lines ? " (lines)" : "")
              << (i == header.metadata ? " (metadata)" : "") << ": " << type_text(c) << ", "
              << c.rows << " rows, " << values_text(table, c) << ", " << bytes_text(table, c)
              << '\n';
    for (const LineTemplate& t : table.templates_of(c)) {
      std::cout << "    " << t.rows << " × ";
      for (const TemplatePiece& p : table.pieces_of(t)) {
        if (p.is_slot()) {
          std::cout << '<' << p.column << '>';
        } else {
          std::cout << shorten(p.text);
        }
      }
      std::cout << '\n';
    }
  }
}

Status print_lines(const ChunkReader& reader, const OpenBlock& block, bool lines) {
  const BlockHeader& header = *block.header;
  ASSIGN_OR_RETURN(const auto times, reader.times(block));
  ColumnReader columns(header.table, reader.loader(block));
  RowMetadata metadata(columns, header.metadata);
  RETURN_IF_ERROR(columns.load(header.lines));
  RETURN_IF_ERROR(metadata.load());
  if (!lines) return {};
  ByteBuffer line;
  for (const BlockStream& s : header.streams) {
    for (uint32_t row = s.first_row; row < s.first_row + s.rows; ++row) {
      line.clear();
      columns.append(header.lines, row, line);
      std::cout << format_rfc3339(times[row]) << ' ' << s.labels.to_string() << ' '
                << printable(line.view(0));
      for (const LabelView& pair : metadata.row(row)) {
        std::cout << "  " << pair.name << '=' << printable(pair.value);
      }
      std::cout << '\n';
    }
  }
  return {};
}

bool print_block(const ChunkReader& reader, uint32_t number, bool lines) {
  const BlockRef& ref = reader.end().blocks[number];
  std::cout << "\nblock " << number << ": " << ref.rows << " rows, " << size_text(ref.raw_bytes)
            << " of lines in " << size_text(ref.length) << " at " << ref.offset << ", "
            << span_text(ref.first, ref.last) << '\n';
  const auto block = reader.block(number);
  if (!block.ok()) {
    std::cout << "  DAMAGED: " << block.error().message << '\n';
    return false;
  }
  const BlockHeader& header = *block->header;
  const Frame& times = header.table.frames[header.times];
  std::cout << "  codec " << (header.codec == Codec::kPlain ? "plain" : "templates") << ", header "
            << size_text(header.text.size()) << ", " << header.table.frames.size()
            << " frames; times in units of " << format_duration(header.divisor) << ", "
            << size_text(times.pooled() ? times.raw_bytes : times.stored_bytes) << '\n';
  for (const BlockStream& s : header.streams) {
    std::cout << "  stream " << s.labels.to_string() << ": rows " << s.first_row << " to "
              << s.first_row + s.rows - 1 << ", " << size_text(s.raw_bytes) << ", "
              << span_text(s.first, s.last) << '\n';
  }
  print_columns(header);
  if (const Status read = print_lines(reader, *block, lines); !read.ok()) {
    std::cout << "  DAMAGED: " << read.error().message << '\n';
    return false;
  }
  return true;
}

}  // namespace

bool print_chunk(FileSystem& files, const std::string& path, bool lines) {
  const auto reader = ChunkReader::open(files, path);
  if (!reader.ok()) {
    std::cout << "DAMAGED: " << reader.error().message << '\n';
    return false;
  }
  const FileEnd& end = (*reader)->end();
  uint64_t rows = 0, raw = 0;
  for (const BlockRef& b : end.blocks) {
    rows += b.rows;
    raw += b.raw_bytes;
  }
  const auto bytes = files.file_size(path);
  std::cout << "chunk file " << path << ": " << end.blocks.size() << " blocks, " << rows
            << " rows, " << size_text(raw) << " of lines in " << size_text(bytes.ok() ? *bytes : 0)
            << '\n';
  if (end.span.last) {
    std::cout << "journal records " << end.span.first << " to " << end.span.last << '\n';
  }
  for (const uint64_t id : end.replaces) {
    std::cout << "replaces " << FileNames::chunk_name(id) << '\n';
  }
  bool whole = true;
  for (uint32_t b = 0; b < end.blocks.size(); ++b) whole &= print_block(**reader, b, lines);
  return whole;
}

}  // namespace logsvc::inspect
