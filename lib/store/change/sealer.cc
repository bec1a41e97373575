#include "store/change/sealer.h"

#include <algorithm>

namespace logsvc::store {
namespace {
constexpr std::chrono::seconds kRetryAfter{2};  // when a chunk file could not be written
constexpr Duration kMaxWait = 10 * kSecond;     // how long a push waits when memory is full
constexpr size_t kMostTogether = 512;           // windows that are sealed at a time
}  // namespace

Sealer::Sealer(FileChanges& changes, Head& head, JournalKeeper& keeper)
    : changes_(changes), environment_(changes.environment()), head_(head), keeper_(keeper) {}

Sealer::~Sealer() { stop(); }

void Sealer::start() {
  if (environment_.options.sealer_thread) thread_ = std::thread([this] { run(); });
}

void Sealer::stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    wanted_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Sealer::wish_seal() {
  MutexLock lock(mutex_);
  ++wishes_;
  wanted_.notify_one();
}

void Sealer::run() {
  uint64_t seen = 0;
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (seen == wishes_) {
      wanted_.wait(mutex_);
      continue;
    }
    seen = wishes_;
    while (!stopping_) {
      mutex_.unlock();
      const bool any = head_.has_sealing();
      const Status sealed = any ? seal_some() : Status();
      mutex_.lock();
      sealed_.notify_all();
      if (!any) break;
      last_failure_ = sealed;
      if (!sealed.ok()) {
        ++failures_;
        wanted_.wait_for(mutex_, kRetryAfter);
      }
    }
  }
}

// Takes windows into chunk files and the index, then out of memory and journal. Windows of a few
// lines, which a push over many days opens, go together.
Status Sealer::seal_some() {
  {
    MutexLock change(changes_.mutex());
    const auto windows = head_.sealing(kMostTogether, environment_.options.window_bytes);
    std::vector<NewFile> fresh;
    if (const Status written = write_windows(windows, fresh); !written.ok()) {
      environment_.metrics.seal_failures.add();
      environment_.diagnostics.error("store", "cannot write a chunk file; trying again",
                                     {{"why", written.error().message}});
      return written;
    }
    std::vector<FileRow> rows;
    for (const NewFile& file : fresh) rows.push_back(file.row);
    changes_.publish({}, rows, windows);
    numbers_.clear();
    environment_.metrics.sealed_files.add(rows.size());
  }
  return keeper_.trim();
}

// A window keeps its number until this succeeds: a new attempt overwrites what a failed one left,
// and if that comes back after a crash, it is the whole window.
Status Sealer::write_windows(std::span<const Head::WindowRef> windows,
                             std::vector<NewFile>& fresh) {
  for (const Head::WindowRef& window : windows) {
    if (window->sizes().entries == 0) continue;
    NewFile& file = fresh.emplace_back();
    file.row.id = number_of(window);
    file.row.day = format_day(window->day());
    file.span = window->span();
  }
  RETURN_IF_ERROR(changes_.make_days(fresh));
  Status written = write_chunks(windows, fresh);
  if (written.ok()) written = changes_.index().add_files(fresh, changes_.streams());
  if (written.ok()) return {};
  for (const NewFile& file : fresh) {
    const std::string path = environment_.names.chunk(file.row.day, file.row.id);
    for (const std::string& left : {path + ".tmp", path}) {
      if (environment_.files.exists(left)) (void)environment_.files.remove(left).ok();
    }
  }
  return written;
}

// Files are synced before they get their names: what has a chunk file's name is whole.
Status Sealer::write_chunks(std::span<const Head::WindowRef> windows, std::vector<NewFile>& fresh) {
  const bool together = fresh.size() >= environment_.options.windows_to_sync_together;
  size_t n = 0;
  for (const Head::WindowRef& window : windows) {
    if (window->sizes().entries == 0) continue;
    NewFile& file = fresh[n++];
    const std::string path = environment_.names.chunk(file.row.day, file.row.id);
    ASSIGN_OR_RETURN(ChunkWriter writer, ChunkWriter::create(environment_.files, path));
    RETURN_IF_ERROR(writer.add(window->all_rows(), environment_.options.window_bytes));
    RETURN_IF_ERROR(writer.end(file.span, {}));
    if (!together) RETURN_IF_ERROR(writer.sync());
    file.summary = writer.take_summary();
    file.row.describe(file.summary);
    if (file.summary.fallbacks == 0) continue;
    environment_.metrics.plain_blocks.add(file.summary.fallbacks);
    environment_.diagnostics.error(
        "store", "a block's templates did not verify: kept as plain lines", {{"file", path}});
  }
  if (together) RETURN_IF_ERROR(environment_.files.sync_disk(environment_.names.chunks()));
  for (const NewFile& file : fresh) {
    const std::string path = environment_.names.chunk(file.row.day, file.row.id);
    RETURN_IF_ERROR(environment_.files.rename(path + ".tmp", path));
    if (!together) RETURN_IF_ERROR(environment_.files.sync_dir(parent_dir(path)));
  }
  return together ? environment_.files.sync_disk(environment_.names.chunks()) : Status();
}

uint64_t Sealer::number_of(const Head::WindowRef& window) {
  uint64_t& number = numbers_[window];
  if (number == 0) number = changes_.take_number();
  return number;
}

// Makes a burst wait for the sealer instead of growing the memory.
Status Sealer::wait_for_room(uint64_t most_bytes) {
  if (head_.sizes().memory_bytes <= most_bytes) return {};
  if (!environment_.options.sealer_thread) return seal_all();
  const int64_t give_up = environment_.clock.steady_ns() + kMaxWait;
  MutexLock lock(mutex_);
  while (head_.sizes().memory_bytes > most_bytes && !stopping_) {
    if (environment_.clock.steady_ns() >= give_up) {
      return Error{ErrorCode::kUnavailable,
                   "memory for unsealed entries is full and the disk is behind" +
                       (last_failure_.ok() ? "" : ": " + last_failure_.error().message)};
    }
    sealed_.wait_for(mutex_, std::chrono::milliseconds(100));
  }
  return {};
}

// Seals everything that waits, in the calling thread.
Status Sealer::seal_all() {
  while (head_.has_sealing()) RETURN_IF_ERROR(seal_some());
  return {};
}

Status Sealer::maintain() {
  if (!environment_.options.sealer_thread) RETURN_IF_ERROR(seal_all());
  if (head_.has_sealing()) wish_seal();
  return {};
}

Status Sealer::flush(const std::vector<Head::WindowRef>& windows) {
  if (!environment_.options.sealer_thread) return seal_all();
  uint64_t failures_before = 0;
  {
    MutexLock lock(mutex_);
    failures_before = failures_;
  }
  wish_seal();
  MutexLock lock(mutex_);
  while (true) {
    const auto left = head_.windows();
    const bool pending = std::any_of(windows.begin(), windows.end(), [&](const auto& w) {
      return std::find(left.begin(), left.end(), w) != left.end();
    });
    if (!pending) return {};
    if (failures_ != failures_before && !last_failure_.ok()) return last_failure_;
    if (stopping_) return Error{ErrorCode::kUnavailable, "stopping"};
    sealed_.wait_for(mutex_, std::chrono::milliseconds(100));
  }
}

}  // namespace logsvc::store
