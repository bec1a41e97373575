#include "store/head/committer.h"

#include "store/head/batch_parts.h"
#include "store/head/journal_record.h"

namespace logsvc::store {
namespace {

// A push over many days or streams waits this long for another one before it is refused.
constexpr Duration kMaxWait = 10 * kSecond;

}  // namespace

Committer::Committer(const StoreEnvironment& environment, journal::Journal& journal,
                     std::unique_ptr<journal::PlaceFile> acknowledged, Head& head,
                     StreamRegistry& streams, WindowSealer& sealer)
    : environment_(environment),
      options_(environment.options),
      clock_(environment.clock),
      journal_(journal),
      head_(head),
      streams_(streams),
      sealer_(sealer),
      acknowledged_(std::move(acknowledged)) {}

Result<Appended> Committer::append(std::shared_ptr<const Batch> batch) {
  return opens_many(*batch) ? append_in_parts(std::move(batch)) : append_one(std::move(batch));
}

Result<Appended> Committer::append_one(std::shared_ptr<const Batch> batch) {
  if (batch->entry_count() == 0) return Appended{std::move(batch), 0};
  RETURN_IF_ERROR(refuse_new_streams(*batch));
  RETURN_IF_ERROR(sealer_.wait_for_room(options_.head_bytes()));
  Pending mine{batch.get(), encode_journal_record(*batch), {}, {}};
  wait_for_commit(mine);
  RETURN_IF_ERROR(mine.status);
  return Appended{batch_without(std::move(batch), mine.duplicates), mine.duplicates.size()};
}

void Committer::wait_for_commit(Pending& mine) {
  MutexLock lock(queue_mutex_);
  queue_.push_back(&mine);
  while (!mine.done) {
    if (committing_) {
      committed_.wait(queue_mutex_);
      continue;
    }
    // Whoever comes first commits for all that wait by then; those that come meanwhile make the
    // next group, so that one fdatasync serves many pushes.
    committing_ = true;
    const std::vector<Pending*> group = std::move(queue_);
    queue_.clear();
    queue_mutex_.unlock();
    commit(group);
    queue_mutex_.lock();
    for (Pending* p : group) p->done = true;
    committing_ = false;
    committed_.notify_all();
  }
}

Result<uint64_t> Committer::write(const std::vector<Pending*>& group, int64_t now_ns) {
  std::vector<std::string_view> records;
  for (const Pending* p : group) records.push_back(p->record);
  const auto last = journal_.append(records);
  if (!last.ok() || now_ns - last_sync_ns_ < options_.sync_interval) return last;
  last_sync_ns_ = now_ns;
  RETURN_IF_ERROR(journal_.sync());
  return last;
}

void Committer::commit(const std::vector<Pending*>& group) {
  MutexLock apply(apply_mutex_);
  const int64_t now = clock_.steady_ns();
  const auto last = write(group, now);
  if (!last.ok()) {
    for (Pending* p : group) p->status = last.error();
    return;
  }
  StoreMetrics& metrics = environment_.metrics;
  uint64_t sequence = *last - group.size();
  for (Pending* p : group) {
    p->duplicates = head_.append(*p->batch, ++sequence, now, streams_, nullptr);
    metrics.duplicates.add(p->duplicates.size());
    for (const StreamEntries& s : p->batch->streams) {
      metrics.entries.add(s.entries.size());
      uint64_t bytes = 0;
      for (const Entry& e : s.entries) bytes += e.line.size();
      metrics.line_bytes.add(bytes);
    }
  }
  // On a full disk the note may stay too low, which matters only after a loss.
  (void)acknowledged_->write(*last).ok();
  head_.rotate_full(options_.window_bytes);
  if (head_.sizes().memory_bytes > options_.head_bytes() / 2) {
    head_.rotate_to_fit(options_.head_bytes() / 4);
  }
  if (head_.has_sealing()) sealer_.wish_seal();
}

// Runs one such push at a time, in the half of the memory that it leaves to others. When a part
// fails, those before it are stored: the client sends everything again, and exact duplicates are
// left out.
Result<Appended> Committer::append_in_parts(std::shared_ptr<const Batch> batch) {
  if (!parts_turn_.begin(clock_, kMaxWait)) {
    return Error{ErrorCode::kUnavailable,
                 "another push over many days or streams is being stored; try again"};
  }
  std::vector<std::shared_ptr<const Batch>> kept;
  uint64_t duplicates = 0;
  const Status done = for_each_part(*batch, [&](Batch part) -> Status {
    RETURN_IF_ERROR(sealer_.wait_for_room(options_.head_bytes() / 2));
    ASSIGN_OR_RETURN(Appended one, append_one(std::make_shared<const Batch>(std::move(part))));
    kept.push_back(std::move(one.kept));
    duplicates += one.duplicates;
    return {};
  });
  parts_turn_.end();
  RETURN_IF_ERROR(done);
  if (duplicates == 0) return Appended{std::move(batch), 0};
  return Appended{batch_of_parts(std::move(batch), kept), duplicates};
}

// Streams cost memory as long as they have lines: whoever makes a label of a request id gets an
// error.
Status Committer::refuse_new_streams(const Batch& batch) const {
  const uint64_t most = options_.max_streams;
  uint64_t known = streams_.size();
  if (most == 0 || known + batch.streams.size() <= most) return {};
  for (const StreamEntries& stream : batch.streams) {
    if (streams_.has(stream.labels) || ++known <= most) continue;
    environment_.metrics.refused_streams.add();
    return Error{
        ErrorCode::kLimit,
        "maximum active stream limit exceeded when trying to create stream " +
            stream.labels.to_string() +
            ", reduce the number of active streams (reduce labels or reduce label values), "
            "or contact your Loki administrator to see if the limit can be increased, "
            "user: 'fake'"};
  }
  return {};
}

Status Committer::replay(const Batch& batch, uint64_t sequence,
                         const std::map<Timestamp, uint64_t>& sealed) {
  RETURN_IF_ERROR(sealer_.wait_for_room(options_.head_bytes()));
  MutexLock apply(apply_mutex_);
  environment_.metrics.duplicates.add(
      head_.append(batch, sequence, clock_.steady_ns(), streams_, &sealed).size());
  head_.rotate_full(options_.window_bytes);
  if (head_.has_sealing()) sealer_.wish_seal();
  return {};
}

std::vector<Head::WindowRef> Committer::rotate_all() {
  MutexLock apply(apply_mutex_);
  head_.rotate_all();
  return head_.windows();
}

Result<uint64_t> Committer::begin_segment() {
  MutexLock apply(apply_mutex_);
  head_.rotate_all();
  RETURN_IF_ERROR(journal_.begin_segment());
  return journal_.next_sequence() - 1;
}

Status Committer::maintain() {
  MutexLock apply(apply_mutex_);
  const int64_t now = clock_.steady_ns();
  head_.rotate_old(now - options_.window_age);
  if (options_.sync_interval == 0 || now - last_sync_ns_ < options_.sync_interval) return {};
  RETURN_IF_ERROR(journal_.sync());
  last_sync_ns_ = now;
  return {};
}

uint64_t Committer::drop(const std::function<bool(Timestamp day)>& past) {
  MutexLock apply(apply_mutex_);
  return head_.drop(past);
}

Status Committer::while_paused(const std::function<Status()>& run) {
  MutexLock apply(apply_mutex_);
  return run();
}

}  // namespace logsvc::store
