#include "store/change/rewriting.h"

#include <algorithm>

#include "store/head/row_collector.h"

namespace logsvc::store {

Result<bool> may_hold(const FileChanges& changes, const FileRow& row, const RowsToDelete& rows) {
  const auto blocks = changes.catalog().directory().rows_of(row.id);
  if (!blocks.ok() && blocks.error().code == ErrorCode::kCorrupt) return true;
  if (!blocks.ok()) return blocks.error();
  return std::any_of(blocks->begin(), blocks->end(), [&](const StreamBlock& b) {
    const StreamRef stream = changes.streams().find(b.stream_id);
    return stream && rows.may_match(stream->labels, b.first, b.last);
  });
}

namespace {

// Puts the block without such rows at the end of the file, and adds how many they were. A block
// that does not verify is left out: nothing in it can be read or told apart.
Status copy_block(const ChunkReader& reader, uint32_t number, uint64_t block_bytes,
                  StreamRegistry& streams, const RowsToDelete& rows, ChunkWriter& out,
                  uint64_t* dropped) {
  ASSIGN_OR_RETURN(const OpenBlock block, reader.block(number));
  const auto& all = block.header->streams;
  const bool touched = std::any_of(all.begin(), all.end(), [&](const BlockStream& s) {
    return rows.may_match(s.labels, s.first, s.last);
  });
  RowCollector kept;
  uint64_t dropped_here = 0, kept_here = 0;
  if (touched) {
    RETURN_IF_ERROR(
        visit_block_rows(reader, number, streams, [&](const StreamRef& stream, const Entry& entry) {
          if (rows.matches(stream->labels, entry)) {
            ++dropped_here;
          } else {
            kept.add(stream, entry);
            ++kept_here;
          }
        }));
  }
  *dropped += dropped_here;
  if (dropped_here == 0) {
    ASSIGN_OR_RETURN(const std::string stored, reader.stored_block(number));
    return out.add_stored(stored, *block.header);
  }
  uint64_t duplicates = 0;
  return kept_here ? out.add(kept.take(&duplicates), block_bytes) : Status();
}

}  // namespace

Result<uint64_t> rewrite_without(FileChanges& changes, const FileRow& row,
                                 const RowsToDelete& rows) {
  ASSIGN_OR_RETURN(const auto reader, changes.open_for_rewrite(row));
  if (!reader) return uint64_t{0};
  FileRow fresh;
  fresh.id = row.id + 1;
  fresh.day = row.day;
  if (generation_of(fresh.id) == 0) {
    changes.leave_alone(row, {ErrorCode::kTooLarge, "was rewritten too often"});
    return uint64_t{0};
  }
  const StoreEnvironment& environment = changes.environment();
  uint64_t dropped = 0;
  const auto fill = [&](ChunkWriter& out) -> Status {
    for (uint32_t b = 0; b < reader->end().blocks.size(); ++b) {
      const Status copied = copy_block(*reader, b, environment.options.window_bytes,
                                       changes.streams(), rows, out, &dropped);
      if (!copied.ok() && copied.error().code == ErrorCode::kCorrupt) {
        report_damage(environment, copied.error());
      } else if (!copied.ok()) {
        return copied;
      }
    }
    return dropped ? Status() : Error{ErrorCode::kCancelled, "the file has none of the rows"};
  };
  const Status rewritten = changes.rewrite({row.id}, fresh, reader->end().span, fill);
  if (!rewritten.ok() && rewritten.error().code == ErrorCode::kCancelled) return uint64_t{0};
  RETURN_IF_ERROR(rewritten);
  return dropped;
}

}  // namespace logsvc::store
