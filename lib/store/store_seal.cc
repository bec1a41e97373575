#include <algorithm>

#include "store/store_impl.h"

namespace logsvc::store {
namespace {
constexpr std::chrono::seconds kRetryAfter{2};  // when a chunk file could not be written
}

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
  {
    MutexLock change(change_mutex);
    if (window->entry_count() == 0) {
      publish({}, nullptr, window);
      return {};
    }
    FileRow row;
    if (const Status written = write_window(window, row); !written.ok()) {
      metrics.seal_failures.add();
      diagnostics.error("store", "cannot write a chunk file; trying again",
                        {{"why", written.error().message}});
      return written;
    }
    publish({}, &row, window);
    metrics.sealed_files.add();
  }
  return trim_journal();
}

// Until it succeeds the window keeps its number: what a failed try leaves is written over, and
// should it come back after a crash, it is the whole window.
Status Store::Impl::write_window(const Head::WindowRef& window, FileRow& row) {
  if (seal_number == 0) seal_number = next_number();
  row.id = seal_number;
  row.day = format_day(window->day());
  const std::string path = names.chunk(row.day, row.id);
  RETURN_IF_ERROR(make_day(row.day));
  const auto write = [&]() -> Status {
    ASSIGN_OR_RETURN(const ChunkSummary summary, write_chunk(files, path, window->all_rows(),
                                                             window->span(), options.window_bytes));
    row.describe(summary);
    RETURN_IF_ERROR(index->add_file(row, summary, window->span(), streams));
    if (summary.fallbacks > 0) {
      metrics.plain_blocks.add(summary.fallbacks);
      diagnostics.error("store", "a block's templates did not verify: kept as plain lines",
                        {{"file", path}});
    }
    return {};
  };
  if (const Status written = write(); !written.ok()) {
    for (const std::string& left : {path + ".tmp", path}) {
      if (files.exists(left)) (void)files.remove(left).ok();
    }
    return written;
  }
  seal_number = 0;
  return {};
}

// All that is to be sealed, by the thread that calls.
Status Store::Impl::seal_all() {
  while (const Head::WindowRef window = head.sealing()) RETURN_IF_ERROR(seal(window));
  return {};
}

Status Store::Impl::flush() {
  std::vector<Head::WindowRef> waited;
  {
    MutexLock apply(apply_mutex);
    head.rotate_all();
    waited = head.windows();
  }
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
