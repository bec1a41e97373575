#include "store/row_collector.h"

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

// Of rows sorted by time; the first of equal ones stays.
uint64_t drop_doubles(std::vector<Entry>& rows) {
  std::vector<Entry> out;
  out.reserve(rows.size());
  std::unordered_multimap<uint64_t, size_t> run;  // rows of the current time, by hash
  for (const Entry& row : rows) {
    if (!out.empty() && out.back().timestamp != row.timestamp) run.clear();
    const uint64_t hash = entry_hash(row);
    const auto [first, last] = run.equal_range(hash);
    if (std::any_of(first, last, [&](const auto& r) { return same_entry(out[r.second], row); })) {
      continue;
    }
    run.emplace(hash, out.size());
    out.push_back(row);
  }
  const uint64_t dropped = rows.size() - out.size();
  rows = std::move(out);
  return dropped;
}

}  // namespace

std::vector<Window::StreamRows> RowCollector::take(uint64_t* doubles) {
  std::vector<Window::StreamRows> out;
  for (auto& [unused, rows] : streams_) out.push_back(std::move(rows));
  streams_.clear();
  for (Window::StreamRows& s : out) {
    std::stable_sort(s.rows.begin(), s.rows.end(),
                     [](const Entry& a, const Entry& b) { return a.timestamp < b.timestamp; });
    *doubles += drop_doubles(s.rows);
  }
  std::sort(out.begin(), out.end(), [](const Window::StreamRows& a, const Window::StreamRows& b) {
    return a.stream->labels < b.stream->labels;
  });
  return out;
}

}  // namespace logsvc::store
