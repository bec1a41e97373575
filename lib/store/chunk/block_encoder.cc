#include "store/chunk/block_encoder.h"

#include "store/columns/column_encoder.h"

namespace logsvc::store {
namespace {

void describe_streams(const std::vector<BlockPart>& parts, BlockHeader& header) {
  for (const BlockPart& part : parts) {
    BlockStream s;
    s.labels = part.stream->labels;
    s.first_row = header.rows;
    s.rows = static_cast<uint32_t>(part.rows.size());
    s.first = part.rows.front().timestamp;
    s.last = part.rows.back().timestamp;
    for (const Entry& row : part.rows) s.raw_bytes += row.line.size();
    header.rows += s.rows;
    header.raw_bytes += s.raw_bytes;
    header.streams.push_back(std::move(s));
  }
}

template <typename Value>
auto column_of(const std::vector<BlockPart>& parts, Value value) {
  std::vector<decltype(value(parts[0].rows[0]))> out;
  size_t rows = 0;
  for (const BlockPart& part : parts) rows += part.rows.size();
  out.reserve(rows);
  for (const BlockPart& part : parts) {
    for (const Entry& row : part.rows) out.push_back(value(row));
  }
  return out;
}

}  // namespace

EncodedBlock encode_block(const std::vector<BlockPart>& parts, Codec codec) {
  BlockHeader header;
  header.codec = codec;
  describe_streams(parts, header);
  ColumnEncoder columns;
  const auto times = column_of(parts, [](const Entry& e) { return e.timestamp; });
  header.divisor = common_divisor(times);
  header.times = columns.frames().add(encode_times(header, times), FrameWriter::Content::kNumbers);
  const Lines lines = column_of(parts, [](const Entry& e) { return e.line; });
  header.lines =
      codec == Codec::kTemplates ? columns.add_lines(lines) : columns.add_plain_lines(lines);
  const auto metadata = column_of(parts, [](const Entry& e) { return e.metadata; });
  for (const auto& pairs : metadata) {
    if (pairs.empty()) continue;
    header.metadata = columns.add_pairs(metadata);
    break;
  }
  columns.frames().finish();
  header.table = columns.table();
  EncodedBlock out;
  out.bytes = encode_block_header(header);
  out.bytes += columns.frames().bytes();
  out.rows = header.rows;
  out.raw_bytes = header.raw_bytes;
  out.streams = std::move(header.streams);
  return out;
}

}  // namespace logsvc::store
