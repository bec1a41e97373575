#include "store/head/batch_parts.h"
#include "store/head/journal_record.h"
#include "store/store_impl.h"

namespace logsvc::store {
namespace {

// How long a push waits for the sealer when memory is full, before it is refused.
constexpr Duration kMaxWait = 10 * kSecond;

}  // namespace

Result<Appended> Store::append(std::shared_ptr<const Batch> batch) {
  return opens_many(*batch) ? impl_->append_in_parts(std::move(batch))
                            : impl_->append(std::move(batch));
}

Result<Appended> Store::Impl::append(std::shared_ptr<const Batch> batch) {
  if (batch->entry_count() == 0) return Appended{std::move(batch), 0};
  RETURN_IF_ERROR(refuse_new_streams(*batch));
  RETURN_IF_ERROR(wait_for_room(options.head_bytes()));
  Pending mine{batch.get(), encode_journal_record(*batch), {}, {}};
  wait_for_commit(mine);
  RETURN_IF_ERROR(mine.status);
  return Appended{batch_without(std::move(batch), mine.doubles), mine.doubles.size()};
}

void Store::Impl::wait_for_commit(Pending& mine) {
  MutexLock lock(commit_mutex);
  queue.push_back(&mine);
  while (!mine.done) {
    if (committing) {
      committed.wait(commit_mutex);
      continue;
    }
    // Whoever comes first commits for all that wait by then; those that come meanwhile make the
    // next group, so one fdatasync serves many pushes.
    committing = true;
    const std::vector<Pending*> group = std::move(queue);
    queue.clear();
    commit_mutex.unlock();
    commit(group);
    commit_mutex.lock();
    for (Pending* p : group) p->done = true;
    committing = false;
    committed.notify_all();
  }
}

void Store::Impl::commit(const std::vector<Pending*>& group) {
  MutexLock apply(apply_mutex);
  std::vector<std::string_view> records;
  for (const Pending* p : group) records.push_back(p->record);
  const auto last = journal->append(records);
  Status status = last.ok() ? Status() : Status(last.error());
  const int64_t now = clock.steady_ns();
  if (status.ok() && now - last_sync_ns >= options.sync_interval) {
    status = journal->sync();
    last_sync_ns = now;
  }
  if (!status.ok()) {
    for (Pending* p : group) p->status = status;
    return;
  }
  uint64_t sequence = *last - group.size();
  for (Pending* p : group) {
    p->doubles = head.append(*p->batch, ++sequence, now, streams, nullptr);
    metrics.duplicates.add(p->doubles.size());
    for (const StreamEntries& s : p->batch->streams) {
      metrics.entries.add(s.entries.size());
      uint64_t bytes = 0;
      for (const Entry& e : s.entries) bytes += e.line.size();
      metrics.line_bytes.add(bytes);
    }
  }
  // On a full disk it says less than there was, which only a loss would show.
  (void)acknowledged->write(*last).ok();
  head.rotate_full(options.window_bytes);
  if (head.sizes().memory_bytes > options.head_bytes() / 2) {
    head.rotate_to_fit(options.head_bytes() / 4);
  }
  if (head.has_sealing()) wish_seal();
}

// One such push at a time, and in the half of the memory that it leaves to others. When a part
// fails, those before it are stored: the client sends all again, and exact doubles are left out.
Result<Appended> Store::Impl::append_in_parts(std::shared_ptr<const Batch> batch) {
  const int64_t give_up = clock.steady_ns() + kMaxWait;
  {
    MutexLock lock(parts_mutex);
    while (appending_parts) {
      if (clock.steady_ns() >= give_up) {
        return Error{ErrorCode::kUnavailable,
                     "another push over many days or streams is being stored; try again"};
      }
      parts_changed.wait_for(parts_mutex, std::chrono::milliseconds(100));
    }
    appending_parts = true;
  }
  std::vector<std::shared_ptr<const Batch>> kept;
  uint64_t duplicates = 0;
  const Status done = for_each_part(*batch, [&](Batch part) -> Status {
    RETURN_IF_ERROR(wait_for_room(options.head_bytes() / 2));
    ASSIGN_OR_RETURN(Appended one, append(std::make_shared<const Batch>(std::move(part))));
    kept.push_back(std::move(one.kept));
    duplicates += one.duplicates;
    return {};
  });
  {
    MutexLock lock(parts_mutex);
    appending_parts = false;
    parts_changed.notify_one();
  }
  RETURN_IF_ERROR(done);
  if (duplicates == 0) return Appended{std::move(batch), 0};
  return Appended{batch_of_parts(std::move(batch), kept), duplicates};
}

// Streams cost memory as long as they have lines: whoever makes a label of a request id is told.
Status Store::Impl::refuse_new_streams(const Batch& batch) const {
  const uint64_t most = options.max_streams;
  uint64_t known = streams.size();
  if (most == 0 || known + batch.streams.size() <= most) return {};
  for (const StreamEntries& stream : batch.streams) {
    if (streams.has(stream.labels) || ++known <= most) continue;
    metrics.refused_streams.add();
    return Error{
        ErrorCode::kLimit,
        "Maximum active stream limit exceeded when trying to create stream " +
            stream.labels.to_string() +
            ", reduce the number of active streams (reduce labels or reduce label values), "
            "or contact your Loki administrator to see if the limit can be increased, "
            "user: 'fake'"};
  }
  return {};
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

}  // namespace logsvc::store
