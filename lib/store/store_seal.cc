#include <algorithm>

#include "store/store_impl.h"

namespace logsvc::store {
namespace {
constexpr std::chrono::seconds kRetryAfter{2};  // when a chunk file could not be written
}

Status Store::flush() { return impl_->flush(); }
Status Store::maintain() { return impl_->maintain(); }

void Store::Impl::wish_seal() {
  MutexLock lock(seal_mutex);
  ++seal_wishes;
  seal_wanted.notify_one();
}

void Store::Impl::run_sealer() {
  uint64_t seen = 0;
  MutexLock lock(seal_mutex);
  while (!stopping) {
    if (seen == seal_wishes) {
      seal_wanted.wait(seal_mutex);
      continue;
    }
    seen = seal_wishes;
    while (!stopping) {
      seal_mutex.unlock();
      const Head::WindowRef window = head.sealing();
      const Status sealed = window ? seal(window) : Status();
      seal_mutex.lock();
      sealed_changed.notify_all();
      if (!window) break;
      last_failure = sealed;
      if (!sealed.ok()) {
        ++failures;
        seal_wanted.wait_for(seal_mutex, kRetryAfter);
      }
    }
  }
}

// Window → chunk file → index → gone from memory and journal.
Status Store::Impl::seal(const Head::WindowRef& window) {
  const auto streams_rows = window->all_rows();
  const auto publish = [&](const FileRow* row) {
    WriterLock catalog(catalog_mutex);
    if (row) {
      file_rows[row->id] = *row;
      last_visible_file = row->id;
    }
    head.done(window);
  };
  if (streams_rows.empty()) {
    publish(nullptr);
    return {};
  }
  FileRow row;
  {
    ReaderLock catalog(catalog_mutex);
    row.id = last_visible_file + 1;
  }
  row.day = format_day(window->day());
  const std::string path = names.chunk(row.day, row.id);
  const bool new_day = !files.exists(names.day(row.day));
  Status status = files.make_dirs(names.day(row.day));
  if (status.ok() && new_day) status = files.sync_dir(names.chunks());
  if (status.ok()) {
    auto summary = write_chunk(files, path, streams_rows, window->span(), options.window_bytes);
    if (summary.ok()) {
      row.bytes = summary->file_bytes;
      row.rows = summary->rows;
      row.raw_bytes = summary->raw_bytes;
      row.first = summary->first;
      row.last = summary->last;
      status = index->add_file(row, *summary, window->span(), streams);
    } else {
      status = summary.error();
    }
  }
  if (!status.ok()) {
    for (const std::string& left : {path + ".tmp", path}) {
      if (files.exists(left)) (void)files.remove(left).ok();
    }
    metrics.seal_failures.add();
    diagnostics.error("store", "cannot write a chunk file; trying again",
                      {{"why", status.error().message}});
    return status;
  }
  publish(&row);
  metrics.sealed_files.add();
  return journal->trim(head.safe_sequence());
}

Status Store::Impl::flush() {
  std::vector<Head::WindowRef> waited;
  {
    MutexLock apply(apply_mutex);
    head.rotate_all();
    waited = head.windows();
  }
  uint64_t failures_before = 0;
  {
    MutexLock lock(seal_mutex);
    failures_before = failures;
  }
  wish_seal();
  MutexLock lock(seal_mutex);
  while (true) {
    const auto left = head.windows();
    const bool pending = std::any_of(waited.begin(), waited.end(), [&](const auto& w) {
      return std::find(left.begin(), left.end(), w) != left.end();
    });
    if (!pending) return {};
    if (failures != failures_before && !last_failure.ok()) return last_failure;
    if (stopping) return Error{ErrorCode::kUnavailable, "stopping"};
    sealed_changed.wait_for(seal_mutex, std::chrono::milliseconds(100));
  }
}

Status Store::Impl::maintain() {
  {
    MutexLock apply(apply_mutex);
    const int64_t now = clock.steady_ns();
    head.rotate(UINT64_MAX, now - options.window_age);
    if (options.sync_interval && now - last_sync_ns >= options.sync_interval) {
      RETURN_IF_ERROR(journal->sync());
      last_sync_ns = now;
    }
  }
  if (head.has_sealing()) wish_seal();
  return remove_expired();
}

// Whole days past the retention: rows first, then files, so that a crash leaves files that the next
// start adopts and this removes again.
Status Store::Impl::remove_expired() {
  if (options.retention == 0) return {};
  const Timestamp cutoff = add_saturated(clock.now(), -options.retention);
  std::vector<FileRow> expired;
  {
    ReaderLock catalog(catalog_mutex);
    for (const auto& [id, row] : file_rows) {
      if (add_saturated(start_of_day(row.first), kDay) <= cutoff) expired.push_back(row);
    }
  }
  if (expired.empty()) return {};
  std::vector<uint64_t> ids;
  for (const FileRow& row : expired) ids.push_back(row.id);
  RETURN_IF_ERROR(index->remove_files(ids));
  {
    WriterLock catalog(catalog_mutex);
    for (const uint64_t id : ids) file_rows.erase(id);
  }
  uint64_t entries = 0;
  for (const FileRow& row : expired) {
    chunks.remove(row.id);
    entries += row.rows;
    RETURN_IF_ERROR(files.remove(names.chunk(row.day, row.id)));
    if (const auto left = files.list(names.day(row.day)); left.ok() && left->empty()) {
      RETURN_IF_ERROR(files.remove_dir(names.day(row.day)));
    }
  }
  metrics.expired_entries.add(entries);
  diagnostics.info("store", "deleted days past the retention",
                   {{"files", std::to_string(expired.size())},
                    {"entries", std::to_string(entries)},
                    {"before", format_rfc3339(cutoff)}});
  // Streams that have nothing left, unless the head just got something for them.
  MutexLock apply(apply_mutex);
  std::vector<uint64_t> in_head;
  const auto windows = head.windows();
  for (const StreamRef& s : streams.all()) {
    for (const auto& w : windows) {
      if (w->summary(*s)) in_head.push_back(s->id);
    }
  }
  ASSIGN_OR_RETURN(const auto unused, index->remove_unused_streams(in_head));
  streams.remove(unused);
  return index->forget_sealed(journal->first_sequence());
}

}  // namespace logsvc::store
