// Joining undersized files: windows that were sealed by age on a quiet day, late lines. Files that
// follow each other in a day become one of about a window; the order of arrival stays.
#include <algorithm>

#include "store/head/row_collector.h"
#include "store/store_impl.h"

namespace logsvc::store {
namespace {

constexpr size_t kManyFiles = 10;              // are joined although more may come
constexpr Duration kSettledAfter = 1 * kHour;  // nothing new came for the day

using Run = std::vector<std::shared_ptr<const FileRow>>;

// Whether these, which are as many as fit, should be joined now.
bool worth_joining(const Run& run, bool is_full, Timestamp now) {
  if (run.size() < 2) return false;
  if (is_full || run.size() >= kManyFiles) return true;
  const uint64_t settled = static_cast<uint64_t>(std::max<Timestamp>(0, now - kSettledAfter));
  const Timestamp day_end = add_saturated(start_of_day(run[0]->first), kDay);
  return day_end <= now && place_of(run.back()->id) <= settled / kSecond;
}

}  // namespace

// The first run of small files that is worth it; empty if there is none.
std::vector<std::shared_ptr<const FileRow>> Store::Impl::files_to_join() {
  const auto all = catalog->files();
  std::map<std::string, Run> days;
  for (const auto& [id, row] : *all) days[row->day].push_back(row);
  const Timestamp now = clock.now();
  for (const auto& [day, rows] : days) {
    Run run;
    uint64_t bytes = 0;
    for (const auto& row : rows) {
      const bool small = row->raw_bytes < options.window_bytes / 2 && !left_alone.count(row->id);
      const bool fits = bytes + row->raw_bytes <= options.window_bytes;
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

Result<bool> Store::Impl::join_some() {
  const Run run = files_to_join();
  if (run.empty()) return false;
  RowCollector rows;
  JournalSpan span;
  std::vector<uint64_t> ids;
  for (const auto& row : run) {
    ASSIGN_OR_RETURN(const auto reader, open_for_rewrite(*row));
    if (!reader) return true;
    for (uint32_t b = 0; b < reader->end().blocks.size(); ++b) {
      const Status read = visit_block_rows(
          *reader, b, streams,
          [&](const StreamRef& stream, const Entry& entry) { rows.add(stream, entry); });
      if (!read.ok()) {
        leave_alone(*row, read.error());
        return true;
      }
    }
    add_span(span, reader->end().span);
    ids.push_back(row->id);
  }
  uint64_t doubles = 0;
  const auto joined = rows.take(&doubles);
  FileRow fresh;
  fresh.id = run[0]->id + 1;
  fresh.day = run[0]->day;
  if (generation_of(fresh.id) == 0) {
    leave_alone(*run[0], {ErrorCode::kTooLarge, "was rewritten too often"});
    return true;
  }
  const auto fill = [&](ChunkWriter& writer) -> Status {
    return writer.add(joined, options.window_bytes);
  };
  RETURN_IF_ERROR(rewrite(ids, fresh, span, fill));
  metrics.joined_files.add(ids.size());
  metrics.joined_doubles.add(doubles);
  return true;
}

}  // namespace logsvc::store
