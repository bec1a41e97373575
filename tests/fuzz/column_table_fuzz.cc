// Reads, searches and builds a column directory and its frames from foreign bytes, without trusting
// any of it. The input is the length of the directory (2 bytes), the directory, the frames.
#include <algorithm>

#include "store/columns/column_search.h"
#include "store/columns/field_search.h"
#include "store/columns/row_metadata.h"
#include "store/common/compression.h"

using namespace logsvc;
using namespace logsvc::store;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint64_t kMostBytes = 1 << 20;
  if (size < 2) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t length = std::min<size_t>(load_fixed<uint16_t>(bytes.data()), size - 2);
  const std::string directory(bytes.substr(2, length));
  const std::string frames(bytes.substr(2 + length));
  ByteReader in(directory);
  const auto table = read_column_table(in, frames.size());
  if (!table.ok() || table->columns.empty()) return 0;
  ColumnReader reader(*table, [&](const Frame& f) -> Result<RawBytes> {
    const std::string_view stored = std::string_view(frames).substr(f.offset, f.stored_bytes);
    if (!f.compressed) return RawBytes(stored);
    return decompress(stored, std::min(f.raw_bytes, kMostBytes));
  });
  ColumnSearch search(reader);
  for (const std::string_view needle : {"user", "4", "0a1b2c3d4e"})
    (void)search.find(0, Needle(needle)).ok();
  const FieldParser kLogfmt{FieldParser::Kind::kLogfmt, false, false};
  ByteBuffer value;
  for (const FieldParser& parser : {FieldParser{}, kLogfmt}) {
    FieldSearch fields(reader, 0, parser);
    (void)fields.find({"level", [](std::optional<std::string_view> v) { return v == "info"; }})
        .ok();
    if (!fields.choose("level").ok()) continue;
    for (uint32_t r = 0; r < std::min(table->columns[0].rows, 200u) && value.size() < kMostBytes;
         ++r) {
      (void)fields.value(r, value);
    }
  }
  if (!reader.load(0).ok()) return 0;
  RowMetadata pairs(reader, 0);
  ByteBuffer line;
  for (uint32_t r = 0; r < std::min(table->columns[0].rows, 200u) && line.size() < kMostBytes;
       ++r) {
    reader.append(0, r, line);
    (void)pairs.row(r);
  }
  return 0;
}
