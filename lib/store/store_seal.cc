#include <algorithm>

#include "store/store_impl.h"

namespace logsvc::store {
namespace {
constexpr std::chrono::seconds kRetryAfter{2};  // when a chunk file could not be written
constexpr Duration kMaxWait = 10 * kSecond;     // of a push when memory is full
constexpr size_t kMostTogether = 512;           // windows that are sealed at a time
}  // namespace

Status Store::flush() { return impl_->flush(); }

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
      const bool any = head.has_sealing();
      const Status sealed = any ? seal_some() : Status();
      seal_mutex.lock();
      sealed_changed.notify_all();
      if (!any) break;
      last_failure = sealed;
      if (!sealed.ok()) {
        ++failures;
        seal_wanted.wait_for(seal_mutex, kRetryAfter);
      }
    }
  }
}

// Windows → chunk files → index → gone from memory and journal. Windows of a few lines, as a push
// over many days opens them, go together.
Status Store::Impl::seal_some() {
  {
    MutexLock change(change_mutex);
    const auto windows = head.sealing(kMostTogether, options.window_bytes);
    std::vector<NewFile> fresh;
    if (const Status written = write_windows(windows, fresh); !written.ok()) {
      metrics.seal_failures.add();
      diagnostics.error("store", "cannot write a chunk file; trying again",
                        {{"why", written.error().message}});
      return written;
    }
    std::vector<FileRow> rows;
    for (const NewFile& file : fresh) rows.push_back(file.row);
    publish({}, rows, windows);
    seal_numbers.clear();
    metrics.sealed_files.add(rows.size());
  }
  return keeper->trim();
}

// Until it succeeds a window keeps its number: what a failed try leaves is written over, and
// should it come back after a crash, it is the whole window.
Status Store::Impl::write_windows(std::span<const Head::WindowRef> windows,
                                  std::vector<NewFile>& fresh) {
  for (const Head::WindowRef& window : windows) {
    if (window->sizes().entries == 0) continue;
    NewFile& file = fresh.emplace_back();
    file.row.id = number_of(window);
    file.row.day = format_day(window->day());
    file.span = window->span();
  }
  RETURN_IF_ERROR(days.make(fresh));
  Status written = write_chunks(windows, fresh);
  if (written.ok()) written = index->add_files(fresh, streams);
  if (written.ok()) return {};
  for (const NewFile& file : fresh) {
    const std::string path = names.chunk(file.row.day, file.row.id);
    for (const std::string& left : {path + ".tmp", path}) {
      if (files.exists(left)) (void)files.remove(left).ok();
    }
  }
  return written;
}

// Synced before they get their names: what has a chunk file's name is whole.
Status Store::Impl::write_chunks(std::span<const Head::WindowRef> windows,
                                 std::vector<NewFile>& fresh) {
  const bool together = fresh.size() >= options.windows_to_sync_together;
  size_t n = 0;
  for (const Head::WindowRef& window : windows) {
    if (window->sizes().entries == 0) continue;
    NewFile& file = fresh[n++];
    const std::string path = names.chunk(file.row.day, file.row.id);
    ASSIGN_OR_RETURN(ChunkWriter writer, ChunkWriter::create(files, path));
    RETURN_IF_ERROR(writer.add(window->all_rows(), options.window_bytes));
    RETURN_IF_ERROR(writer.end(file.span, {}));
    if (!together) RETURN_IF_ERROR(writer.sync());
    file.summary = writer.take_summary();
    file.row.describe(file.summary);
    if (file.summary.fallbacks == 0) continue;
    metrics.plain_blocks.add(file.summary.fallbacks);
    diagnostics.error("store", "a block's templates did not verify: kept as plain lines",
                      {{"file", path}});
  }
  if (together) RETURN_IF_ERROR(files.sync_disk(names.chunks()));
  for (const NewFile& file : fresh) {
    const std::string path = names.chunk(file.row.day, file.row.id);
    RETURN_IF_ERROR(files.rename(path + ".tmp", path));
    if (!together) RETURN_IF_ERROR(files.sync_dir(parent_dir(path)));
  }
  return together ? files.sync_disk(names.chunks()) : Status();
}

uint64_t Store::Impl::number_of(const Head::WindowRef& window) {
  uint64_t& number = seal_numbers[window];
  if (number == 0) {
    number = next_number();
    last_place = place_of(number);
  }
  return number;
}

// A burst waits for the sealer instead of growing the memory.
Status Store::Impl::wait_for_room(uint64_t most_bytes) {
  if (head.sizes().memory_bytes <= most_bytes) return {};
  if (!options.sealer_thread) return seal_all();
  const int64_t give_up = clock.steady_ns() + kMaxWait;
  MutexLock lock(seal_mutex);
  while (head.sizes().memory_bytes > most_bytes && !stopping) {
    if (clock.steady_ns() >= give_up) {
      return Error{ErrorCode::kUnavailable,
                   "memory for unsealed entries is full and the disk is behind" +
                       (last_failure.ok() ? "" : ": " + last_failure.error().message)};
    }
    sealed_changed.wait_for(seal_mutex, std::chrono::milliseconds(100));
  }
  return {};
}

// All that is to be sealed, by the thread that calls.
Status Store::Impl::seal_all() {
  while (head.has_sealing()) RETURN_IF_ERROR(seal_some());
  return {};
}

Status Store::Impl::flush() {
  const std::vector<Head::WindowRef> waited = committer->rotate_all();
  if (!options.sealer_thread) return seal_all();
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

}  // namespace logsvc::store
