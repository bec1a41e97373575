// Lines through the column encoder and back. The input's first line is the needle and the name of a
// JSON field, the others are the lines: they must come back byte for byte, a search must find what
// memmem finds, and of the field columns must tell what parsing the line gives.
#include <cstdlib>
#include <optional>

#include "extract/json_fields.h"
#include "store/columns/column_encoder.h"
#include "store/columns/column_search.h"
#include "store/columns/json_field_search.h"
#include "store/compression.h"

using namespace logsvc;
using namespace logsvc::store;

namespace {
void require(bool ok) {
  if (!ok) std::abort();
}

// The first value that the parser finds under the name.
struct Parsed {
  bool fault = false;
  std::optional<std::string> value;
};
Parsed parse(std::string_view line, std::string_view name) {
  Parsed out;
  extract::JsonFields parser;
  out.fault = parser.read(line, [&](std::string_view key, std::string_view value) {
    if (key == name && !out.value) out.value = std::string(value);
    return true;
  }) != nullptr;
  return out;
}

void check_field(ColumnReader& reader, uint32_t root, const Lines& lines, std::string_view name) {
  JsonFieldSearch search(reader, root);
  require(search.choose(name).ok());
  const auto wanted = [](std::optional<std::string_view> v) { return v && v->size() % 2 == 1; };
  const auto unwanted = [&](std::optional<std::string_view> v) { return !wanted(v); };
  const auto some = search.find({std::string(name), wanted});
  const auto others = search.find({std::string(name), unwanted});
  require(some.ok() && others.ok());
  ByteBuffer value;
  for (uint32_t r = 0; r < lines.size(); ++r) {
    const Parsed parsed = parse(lines[r], name);
    value.clear();
    const auto found = search.value(r, value);
    if (found == JsonFieldSearch::Found::kValue) {
      require(!parsed.fault && parsed.value && *parsed.value == value.view(0));
    } else if (found == JsonFieldSearch::Found::kNothing) {
      require(!parsed.value);
    }
    require(wanted(parsed.value) ? some->has(r) : others->has(r));
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Lines lines;
  while (true) {
    const size_t end = rest.find('\n');
    lines.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  const std::string_view needle = lines.front();
  lines.erase(lines.begin());
  if (lines.empty()) return 0;
  ColumnEncoder encoder;
  const uint32_t root = encoder.add_lines(lines);
  encoder.frames().finish();
  std::string header;
  put_column_table(header, encoder.table());
  ByteReader in(header);
  const std::string& frames = encoder.frames().bytes();
  const auto table = read_column_table(in, frames.size());
  require(table.ok() && in.done());
  ColumnReader reader(*table, [&](const Frame& f) -> Result<RawBytes> {
    const std::string_view stored = std::string_view(frames).substr(f.offset, f.stored_bytes);
    if (!f.compressed) return RawBytes(stored);
    return decompress(stored, f.raw_bytes);
  });
  ColumnSearch search(reader);
  const auto found = search.find(root, Needle(needle));
  const LineTest not_needle = LineTest::none_of({LineTest::contains(std::string(needle))});
  std::string lower(needle);
  std::transform(lower.begin(), lower.end(), lower.begin(), ascii_lower);
  const auto either = search.find(root, Needle(lower, true));
  const auto missing = search.find(root, not_needle);
  require(found.ok() && missing.ok() && either.ok());
  check_field(reader, root, lines, needle);
  require(reader.load(root).ok());
  ByteBuffer line;
  for (uint32_t r = 0; r < lines.size(); ++r) {
    line.clear();
    reader.append(root, r, line);
    require(line.view(0) == lines[r]);
    require(found->has(r) == (lines[r].find(needle) != std::string_view::npos));
    require(either->has(r) == (find_any_case(lines[r], lower) != std::string_view::npos));
    require(missing->has(r) != found->has(r));
  }
  return 0;
}
