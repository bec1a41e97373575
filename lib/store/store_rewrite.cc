// What joining and deleting share: files → a new file that takes their place, in one transaction.
//
//   new file written, synced, renamed, directory synced     it names the files it replaces
//   index: new file in, old ones gone                       one transaction
//   old files removed when no query reads them, directory synced, their rows forgotten
//
// A crash anywhere leaves every line once: a complete new file is adopted by the next start in
// place of the old ones, whatever the index knows (FORMAT.md).
#include <algorithm>

#include "store/store_impl.h"

namespace logsvc::store {

// nullptr: the file cannot be read and is left alone from now on.
Result<std::shared_ptr<const ChunkReader>> Store::Impl::open_for_rewrite(const FileRow& row) {
  auto reader = ChunkReader::open(files, names.chunk(row.day, row.id));
  if (reader.ok()) return reader;
  leave_alone(row, reader.error());
  return std::shared_ptr<const ChunkReader>();
}

void Store::Impl::leave_alone(const FileRow& row, const Error& why) {
  left_alone.insert(row.id);
  metrics.rewrite_failures.add();
  diagnostics.error("store", "a chunk file cannot be joined with others: left as it is",
                    {{"file", names.chunk(row.day, row.id)}, {"why", why.message}});
}

void Store::Impl::add_span(JournalSpan& span, JournalSpan more) {
  if (more.last == 0) return;
  span.first = span.last == 0 ? more.first : std::min(span.first, more.first);
  span.last = std::max(span.last, more.last);
}

// Files of the day that are gone but may still be on disk are named too: should the index be lost,
// nothing else says that they have been replaced.
std::vector<uint64_t> Store::Impl::replaced_by(const std::vector<uint64_t>& ids,
                                               const std::string& day) const {
  std::vector<uint64_t> out = ids;
  for (const FileRow& row : catalog->retired()) {
    if (row.day == day) out.push_back(row.id);
  }
  return out;
}

Status Store::Impl::rewrite(const std::vector<uint64_t>& ids, FileRow fresh, JournalSpan span,
                            const std::function<Status(ChunkWriter&)>& fill) {
  RETURN_IF_ERROR(clear_failed_files());
  const std::string path = names.chunk(fresh.day, fresh.id);
  const std::vector<uint64_t> replaces = replaced_by(ids, fresh.day);
  const auto write = [&]() -> Status {
    ASSIGN_OR_RETURN(ChunkWriter writer, ChunkWriter::create(files, path));
    RETURN_IF_ERROR(fill(writer));
    if (writer.is_empty()) {
      RETURN_IF_ERROR(files.remove(path + ".tmp"));
      return index->replace_files(ids, nullptr, nullptr, streams);
    }
    ASSIGN_OR_RETURN(const ChunkSummary summary, writer.finish(span, replaces));
    fresh.describe(summary);
    return index->replace_files(ids, &fresh, &summary, streams);
  };
  const Status written = write();
  if (!written.ok()) {
    failed_files.push_back(path);
    if (written.error().code != ErrorCode::kCancelled) metrics.rewrite_failures.add();
    (void)clear_failed_files().ok();
    return written;
  }
  publish(ids, std::span(&fresh, fresh.rows > 0 ? 1 : 0), {});
  return {};
}

}  // namespace logsvc::store
