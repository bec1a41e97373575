// Lines that go before their files do: streams past a period of their own, delete requests.
#include <algorithm>

#include "store/head/row_collector.h"
#include "store/store_impl.h"

namespace logsvc::store {

Result<std::string> Store::request_deletion(const std::string& query, TimeRange range) {
  return impl_->deletions->add(query, range, impl_->clock.now());
}
Status Store::cancel_deletion(const std::string& id, bool force) {
  return impl_->deletions->cancel(id, force, impl_->clock.now(),
                                  impl_->options.deletion_cancel_period);
}
std::vector<DeleteRequest> Store::deletions() const { return impl_->deletions->list(); }

// Whether the index says that a stream of the file may have what is doomed.
Result<bool> Store::Impl::holds_doomed(const FileRow& row, const Doomed& doomed) {
  const auto blocks = catalog->directory().rows_of(row.id);
  // Then the file itself has to say.
  if (!blocks.ok() && blocks.error().code == ErrorCode::kCorrupt) return true;
  if (!blocks.ok()) return blocks.error();
  return std::any_of(blocks->begin(), blocks->end(), [&](const StreamBlock& b) {
    const StreamRef stream = streams.find(b.stream_id);
    return stream && doomed.may_match(stream->labels, b.first, b.last);
  });
}

namespace {

// The block without what is doomed, at the end of the file; how many lines that were. A block that
// does not verify is left out: nothing in it can be read, nor be told apart.
Status copy_block(const ChunkReader& reader, uint32_t number, uint64_t block_bytes,
                  StreamRegistry& streams, const Doomed& doomed, ChunkWriter& out,
                  uint64_t* dropped) {
  ASSIGN_OR_RETURN(const OpenBlock block, reader.block(number));
  const auto& all = block.header->streams;
  const bool touched = std::any_of(all.begin(), all.end(), [&](const BlockStream& s) {
    return doomed.may_match(s.labels, s.first, s.last);
  });
  RowCollector kept;
  uint64_t dropped_here = 0, kept_here = 0;
  if (touched) {
    RETURN_IF_ERROR(
        visit_block_rows(reader, number, streams, [&](const StreamRef& stream, const Entry& entry) {
          if (doomed.matches(stream->labels, entry)) {
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
  uint64_t doubles = 0;
  return kept_here ? out.add(kept.take(&doubles), block_bytes) : Status();
}

}  // namespace

Result<uint64_t> Store::Impl::rewrite_without(const FileRow& row, const Doomed& doomed) {
  ASSIGN_OR_RETURN(const auto reader, open_for_rewrite(row));
  if (!reader) return uint64_t{0};
  FileRow fresh;
  fresh.id = row.id + 1;
  fresh.day = row.day;
  if (generation_of(fresh.id) == 0) {
    leave_alone(row, {ErrorCode::kTooLarge, "was rewritten too often"});
    return uint64_t{0};
  }
  uint64_t dropped = 0;
  const auto fill = [&](ChunkWriter& out) -> Status {
    for (uint32_t b = 0; b < reader->end().blocks.size(); ++b) {
      const Status copied =
          copy_block(*reader, b, options.window_bytes, streams, doomed, out, &dropped);
      if (!copied.ok() && copied.error().code == ErrorCode::kCorrupt) {
        report_damage(environment, copied.error());
      } else if (!copied.ok()) {
        return copied;
      }
    }
    // Nothing to drop after all.
    return dropped ? Status() : Error{ErrorCode::kCancelled, "nothing is doomed"};
  };
  const Status rewritten = rewrite({row.id}, fresh, reader->end().span, fill);
  if (!rewritten.ok() && rewritten.error().code == ErrorCode::kCancelled) return uint64_t{0};
  RETURN_IF_ERROR(rewritten);
  return dropped;
}

// One file whose streams have periods of their own; false: there is none.
Result<bool> Store::Impl::retain_some() {
  if (!retention.has_rules() || retention_clock.held()) return false;
  const Timestamp now = clock.now();
  const auto all = catalog->files();
  for (const auto& [id, row] : *all) {
    const Timestamp day = start_of_day(row->first);
    const size_t past = retention.periods_past(day, now);
    size_t& looked_at = periods_looked_at[id];
    if (looked_at == past || left_alone.count(id)) continue;
    const Doomed doomed{
        [&](const LabelSet& stream, Timestamp, Timestamp) {
          return retention.is_past(day, now, stream);
        },
        [&](const LabelSet& stream, const Entry&) { return retention.is_past(day, now, stream); }};
    ASSIGN_OR_RETURN(const bool holds, holds_doomed(*row, doomed));
    if (holds) {
      ASSIGN_OR_RETURN(const uint64_t dropped, rewrite_without(*row, doomed));
      metrics.expired_entries.add(dropped);
      periods_looked_at.erase(id);
      periods_looked_at[id + 1] = past;
      return true;
    }
    looked_at = past;
  }
  return false;
}

// One step of the requests whose time to be cancelled is over; false: nothing can be done now.
Result<bool> Store::Impl::delete_some() {
  if (retention_clock.held()) return false;
  const auto active = deletions->active();
  auto due = std::make_shared<ActiveDeletions>();
  for (const auto& d : *active) {
    if (add_saturated(d->request.created, options.deletion_cancel_period) <= clock.now()) {
      due->push_back(d);
    }
  }
  std::vector<std::string> ids;
  for (const auto& d : *due) ids.push_back(d->request.id);
  if (ids != deletion_work.ids) deletion_work = {ids, {}, {}};
  if (ids.empty()) return false;
  if (!deletion_work.barrier) return begin_deletion();
  // No copy may be left in the journal, or a start could bring it back.
  if (journal->first_sequence() <= *deletion_work.barrier) {
    RETURN_IF_ERROR(keeper->trim());
    if (journal->first_sequence() <= *deletion_work.barrier) return false;
  }
  DeletionMatcher matcher(due, TimeRange{});
  ASSIGN_OR_RETURN(const bool more, delete_from_one_file(matcher, ids));
  if (more) return true;
  RETURN_IF_ERROR(remove_retired());
  if (!catalog->retired().empty()) return false;  // a query still reads an old file
  RETURN_IF_ERROR(deletions->set_processed(ids));
  diagnostics.info("store", "processed delete requests",
                   {{"requests", std::to_string(ids.size())}});
  deletion_work = {};
  RETURN_IF_ERROR(remove_unused_streams());
  return true;
}

// What is open goes into files first; the journal begins a new segment, so that the old ones go.
Result<bool> Store::Impl::begin_deletion() {
  ASSIGN_OR_RETURN(deletion_work.barrier, committer->begin_segment());
  wish_seal();
  return true;
}

Result<bool> Store::Impl::delete_from_one_file(DeletionMatcher& matcher,
                                               const std::vector<std::string>& ids) {
  const Doomed doomed{[&](const LabelSet& s, Timestamp first, Timestamp last) {
                        return matcher.may_match(s, first, last);
                      },
                      [&](const LabelSet& s, const Entry& e) { return matcher.matches(s, e); }};
  const auto all = catalog->files();
  size_t position = 0;
  for (const auto& [id, row] : *all) {
    ++position;
    if (!deletion_work.done.insert(id).second) continue;
    ASSIGN_OR_RETURN(const bool holds, holds_doomed(*row, doomed));
    if (!holds) continue;
    const auto dropped = rewrite_without(*row, doomed);
    if (!dropped.ok()) {
      deletion_work.done.erase(id);
      return dropped.error();
    }
    deletion_work.done.insert(id + 1);
    metrics.deleted_entries.add(*dropped);
    const auto percent = static_cast<uint32_t>(100 * position / (all->size() + 1));
    deletions->set_percent(ids, percent);
    return true;
  }
  return false;
}

}  // namespace logsvc::store
