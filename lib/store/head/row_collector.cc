#include "store/head/row_collector.h"

#include <algorithm>

#include "store/columns/row_metadata.h"

namespace logsvc::store {

Status visit_block_rows(const ChunkReader& reader, uint32_t number, StreamRegistry& streams,
                        const RowVisitor& visit) {
  ASSIGN_OR_RETURN(const OpenBlock block, reader.block(number));
  const auto times = reader.times(block);
  if (!times.ok()) return reader.located(times.error(), number);
  ColumnReader columns(block.header->table, reader.loader(block));
  RowMetadata metadata(columns, block.header->metadata);
  const uint32_t lines = block.header->lines;
  Status loaded = columns.load(lines);
  if (loaded.ok()) loaded = metadata.load();
  if (!loaded.ok()) return reader.located(loaded.error(), number);
  ByteBuffer line;
  for (const BlockStream& s : block.header->streams) {
    const StreamRef stream = streams.get_or_add(s.labels);
    for (uint32_t row = s.first_row; row < s.first_row + s.rows; ++row) {
      line.clear();
      columns.append(lines, row, line);
      visit(stream, Entry{(*times)[row], line.view(0), metadata.row(row)});
    }
  }
  return {};
}

void RowCollector::add(const StreamRef& stream, const Entry& entry) {
  Window::StreamRows& rows = streams_[stream.get()];
  if (!rows.stream) rows.stream = stream;
  rows.rows.push_back(copy_entry(arena_, entry));
}

namespace {

// Drops duplicates from rows sorted by time; the first of equal ones stays.
uint64_t drop_duplicates(std::vector<Entry>& rows, EntryHash hash_of) {
  std::vector<Entry> out;
  out.reserve(rows.size());
  EntryTable run;  // rows of the current time, positions in `out`
  for (size_t i = 0; i < rows.size(); ++i) {
    const Entry& row = rows[i];
    const bool follows = !out.empty() && out.back().timestamp == row.timestamp;
    if (!follows) run.clear();
    if (follows || (i + 1 < rows.size() && rows[i + 1].timestamp == row.timestamp)) {
      const uint64_t hash = hash_of(row);
      if (run.find(hash, [&](uint32_t at) { return same_entry(out[at], row); })) continue;
      run.add(hash, static_cast<uint32_t>(out.size()));
    }
    out.push_back(row);
  }
  const uint64_t dropped = rows.size() - out.size();
  rows = std::move(out);
  return dropped;
}

}  // namespace

std::vector<Window::StreamRows> RowCollector::take(uint64_t* duplicates) {
  std::vector<Window::StreamRows> out;
  for (auto& [unused, rows] : streams_) out.push_back(std::move(rows));
  streams_.clear();
  for (Window::StreamRows& s : out) {
    std::stable_sort(s.rows.begin(), s.rows.end(),
                     [](const Entry& a, const Entry& b) { return a.timestamp < b.timestamp; });
    *duplicates += drop_duplicates(s.rows, hash_);
  }
  std::sort(out.begin(), out.end(), [](const Window::StreamRows& a, const Window::StreamRows& b) {
    return a.stream->labels < b.stream->labels;
  });
  return out;
}

}  // namespace logsvc::store
