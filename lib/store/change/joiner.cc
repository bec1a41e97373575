#include "store/change/joiner.h"

#include <algorithm>
#include <map>

#include "store/head/row_collector.h"

namespace logsvc::store {
namespace {

constexpr size_t kManyFiles = 10;              // are joined although more may come
constexpr Duration kSettledAfter = 1 * kHour;  // nothing new came for the day

using Run = std::vector<std::shared_ptr<const FileRow>>;

// Returns whether these, which are as many as fit, should be joined now.
bool worth_joining(const Run& run, bool is_full, Timestamp now) {
  if (run.size() < 2) return false;
  if (is_full || run.size() >= kManyFiles) return true;
  const uint64_t settled = static_cast<uint64_t>(std::max<Timestamp>(0, now - kSettledAfter));
  const Timestamp day_end = add_saturated(start_of_day(run[0]->first), kDay);
  return day_end <= now && place_of(run.back()->id) <= settled / kSecond;
}

}  // namespace

// Returns an empty run if there is none.
Joiner::Run Joiner::files_to_join() const {
  const uint64_t window_bytes = changes_.environment().options.window_bytes;
  const auto all = changes_.catalog().files();
  std::map<std::string, Run> days;
  for (const auto& [id, row] : *all) days[row->day].push_back(row);
  const Timestamp now = changes_.environment().clock.now();
  for (const auto& [day, rows] : days) {
    Run run;
    uint64_t bytes = 0;
    for (const auto& row : rows) {
      const bool small = row->raw_bytes < window_bytes / 2 && !changes_.is_left_alone(row->id);
      const bool fits = bytes + row->raw_bytes <= window_bytes;
      if (!small || !fits) {
        if (worth_joining(run, small, now)) return run;
        run.clear();
        bytes = 0;
      }
      if (!small) continue;
      run.push_back(row);
      bytes += row->raw_bytes;
    }
    if (worth_joining(run, false, now)) return run;
  }
  return {};
}

namespace {

// Adds what a file that is made of several has of the journal.
void add_span(JournalSpan& span, JournalSpan more) {
  if (more.last == 0) return;
  span.first = span.last == 0 ? more.first : std::min(span.first, more.first);
  span.last = std::max(span.last, more.last);
}

}  // namespace

Result<bool> Joiner::join_some() {
  MutexLock lock(changes_.mutex());
  const Run run = files_to_join();
  return run.empty() ? Result<bool>(false) : join(run);
}

// Returns true also if a file cannot be read: without it others may be worth joining.
Result<bool> Joiner::join(const Run& run) {
  RowCollector rows;
  JournalSpan span;
  std::vector<uint64_t> ids;
  for (const auto& row : run) {
    ASSIGN_OR_RETURN(const auto reader, changes_.open_for_rewrite(*row));
    if (!reader) return true;
    for (uint32_t b = 0; b < reader->end().blocks.size(); ++b) {
      const Status read = visit_block_rows(
          *reader, b, changes_.streams(),
          [&](const StreamRef& stream, const Entry& entry) { rows.add(stream, entry); });
      if (!read.ok()) {
        changes_.leave_alone(*row, read.error());
        return true;
      }
    }
    add_span(span, reader->end().span);
    ids.push_back(row->id);
  }
  uint64_t duplicates = 0;
  const auto joined = rows.take(&duplicates);
  FileRow fresh;
  fresh.id = run[0]->id + 1;
  fresh.day = run[0]->day;
  if (generation_of(fresh.id) == 0) {
    changes_.leave_alone(*run[0], {ErrorCode::kTooLarge, "was rewritten too often"});
    return true;
  }
  const auto fill = [&](ChunkWriter& writer) -> Status {
    return writer.add(joined, changes_.environment().options.window_bytes);
  };
  RETURN_IF_ERROR(changes_.rewrite(ids, fresh, span, fill));
  changes_.environment().metrics.joined_files.add(ids.size());
  changes_.environment().metrics.joined_duplicates.add(duplicates);
  return true;
}

}  // namespace logsvc::store
