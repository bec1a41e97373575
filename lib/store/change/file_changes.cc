#include "store/change/file_changes.h"

#include <algorithm>

namespace logsvc::store {

FileChanges::FileChanges(const StoreEnvironment& environment, Catalog& catalog, CatalogDb& index,
                         StreamRegistry& streams, uint64_t last_place)
    : environment_(environment),
      catalog_(catalog),
      index_(index),
      streams_(streams),
      last_place_(last_place),
      days_(environment) {}

uint64_t FileChanges::take_number() {
  constexpr uint64_t kMaxSeconds = UINT32_MAX;
  const int64_t seconds = std::max<int64_t>(0, environment_.clock.now() / kSecond);
  last_place_ = std::max(last_place_ + 1, std::min(static_cast<uint64_t>(seconds), kMaxSeconds));
  return first_number(last_place_);
}

void FileChanges::publish(std::span<const uint64_t> gone, std::span<const FileRow> fresh,
                          std::span<const Head::WindowRef> windows) {
  for (const FileRow& row : fresh) last_place_ = std::max(last_place_, place_of(row.id));
  catalog_.publish(gone, fresh, windows);
}

Status FileChanges::drop(const std::vector<uint64_t>& ids) {
  RETURN_IF_ERROR(clear_failed_files());
  RETURN_IF_ERROR(index_.replace_files(ids, nullptr, nullptr, streams_));
  publish(ids, {}, {});
  return remove_retired();
}

// Removes files first, then rows: a file whose row is gone would be adopted by the next start.
Status FileChanges::remove_retired() {
  FileSystem& files = environment_.files;
  std::vector<uint64_t> ids;
  std::set<std::string> days;
  for (const FileRow& row : catalog_.unread_retired()) {
    catalog_.forget(row.id);
    const std::string path = environment_.names.chunk(row.day, row.id);
    if (files.exists(path)) RETURN_IF_ERROR(files.remove(path));
    ids.push_back(row.id);
    days.insert(row.day);
  }
  if (ids.empty()) return {};
  RETURN_IF_ERROR(days_.sync(days));
  RETURN_IF_ERROR(index_.forget_files(ids));
  catalog_.removed(ids);
  return {};
}

Result<std::shared_ptr<const ChunkReader>> FileChanges::open_for_rewrite(const FileRow& row) {
  auto reader = ChunkReader::open(environment_.files, environment_.names.chunk(row.day, row.id));
  if (reader.ok()) return reader;
  leave_alone(row, reader.error());
  return std::shared_ptr<const ChunkReader>();
}

void FileChanges::leave_alone(const FileRow& row, const Error& why) {
  left_alone_.insert(row.id);
  environment_.metrics.rewrite_failures.add();
  environment_.diagnostics.error(
      "store", "cannot rewrite a chunk file: left as it is",
      {{"file", environment_.names.chunk(row.day, row.id)}, {"why", why.message}});
}

// Also names files of the day that are gone but may still be on disk: if the index is lost, nothing
// else says that they have been replaced.
std::vector<uint64_t> FileChanges::replaced_by(const std::vector<uint64_t>& ids,
                                               const std::string& day) const {
  std::vector<uint64_t> out = ids;
  for (const FileRow& row : catalog_.retired()) {
    if (row.day == day) out.push_back(row.id);
  }
  return out;
}

Status FileChanges::rewrite(const std::vector<uint64_t>& ids, FileRow fresh, JournalSpan span,
                            const std::function<Status(ChunkWriter&)>& fill) {
  RETURN_IF_ERROR(clear_failed_files());
  const std::string path = environment_.names.chunk(fresh.day, fresh.id);
  const std::vector<uint64_t> replaces = replaced_by(ids, fresh.day);
  const auto write = [&]() -> Status {
    ASSIGN_OR_RETURN(ChunkWriter writer, ChunkWriter::create(environment_.files, path));
    RETURN_IF_ERROR(fill(writer));
    if (writer.is_empty()) {
      RETURN_IF_ERROR(environment_.files.remove(path + ".tmp"));
      return index_.replace_files(ids, nullptr, nullptr, streams_);
    }
    ASSIGN_OR_RETURN(const ChunkSummary summary, writer.finish(span, replaces));
    fresh.describe(summary);
    return index_.replace_files(ids, &fresh, &summary, streams_);
  };
  const Status written = write();
  if (!written.ok()) {
    failed_files_.push_back(path);
    if (written.error().code != ErrorCode::kCancelled) environment_.metrics.rewrite_failures.add();
    (void)clear_failed_files().ok();
    return written;
  }
  publish(ids, std::span(&fresh, fresh.rows > 0 ? 1 : 0), {});
  return {};
}

// A file that failed half way must not come back after a crash, when others have replaced it.
Status FileChanges::clear_failed(const std::string& path) {
  for (const std::string& left : {path + ".tmp", path}) {
    if (environment_.files.exists(left)) RETURN_IF_ERROR(environment_.files.remove(left));
  }
  return environment_.files.sync_dir(parent_dir(path));
}

Status FileChanges::clear_failed_files() {
  while (!failed_files_.empty()) {
    RETURN_IF_ERROR(clear_failed(failed_files_.back()));
    failed_files_.pop_back();
  }
  return {};
}

}  // namespace logsvc::store
