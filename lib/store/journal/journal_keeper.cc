#include "store/journal/journal_keeper.h"

#include <algorithm>

#include "store/chunk/chunk_reader.h"
#include "store/head/journal_record.h"

namespace logsvc::store {
namespace {

constexpr std::string_view kWhatIsLost =
    "acknowledged lines of these records are lost, unless chunk files have them";

}  // namespace

Result<std::unique_ptr<journal::Journal>> open_journal(const StoreEnvironment& environment) {
  journal::OpenReport report;
  ASSIGN_OR_RETURN(auto journal,
                   journal::Journal::open(
                       environment.files, environment.names.journal(),
                       {.segment_bytes = environment.options.journal_segment_bytes}, &report));
  if (report.torn_bytes) {
    environment.diagnostics.warn(
        "store", "the journal ends in a torn record, as after a crash: left out",
        {{"at", report.detail}, {"bytes", std::to_string(report.torn_bytes)}});
  }
  std::string moved;
  for (const std::string& path : report.set_aside) moved += (moved.empty() ? "" : "; ") + path;
  if (!moved.empty()) {
    environment.diagnostics.error(
        "store", "a journal segment is corrupt, none of its records verifies: moved",
        {{"to", moved}});
  }
  return journal;
}

Status JournalKeeper::check(const FileSet& files, uint64_t acknowledged) {
  ASSIGN_OR_RETURN(JournalNote note, index_.journal_note());
  if (!note.through) {
    ASSIGN_OR_RETURN(note.through, highest_record_in(files));
  }
  const uint64_t reached = std::max(*note.through, acknowledged);
  const uint64_t next = journal_.next_sequence();
  if (note.safe_since != 0 && !journal_.is_begun()) {
    environment_.diagnostics.error("store",
                                   "the journal is missing: lines that were only there are lost",
                                   {{"directory", environment_.names.journal()}});
  }
  if (note.safe && journal_.is_begun()) {
    report_missing("the beginning of the journal is missing: " + std::string(kWhatIsLost),
                   *note.safe + 1, journal_.first_sequence() - 1, note);
  }
  // Without a note nothing says what of it is in files.
  if (note.safe_since != 0 || journal_.is_begun()) {
    report_missing("the end of the journal is missing: " + std::string(kWhatIsLost),
                   std::max(next, note.safe.value_or(0) + 1), reached, note);
  }
  if (next <= reached && reached <= note.safe.value_or(0)) {
    environment_.diagnostics.warn(
        "store", "the end of the journal is missing, but chunk files have the lines",
        {{"first", std::to_string(next)}, {"last", std::to_string(reached)}});
  }
  RETURN_IF_ERROR(journal_.advance_to(reached + 1));
  {
    MutexLock lock(mutex_);
    noted_ = note;
  }
  return journal_.begin();
}

// Serves an index that was made by a release that did not keep it.
Result<uint64_t> JournalKeeper::highest_record_in(const FileSet& files) const {
  uint64_t highest = 0;
  ASSIGN_OR_RETURN(const auto sealed, index_.sealed());
  for (const auto& [day, through] : sealed) highest = std::max(highest, through);
  for (const auto& [id, row] : files) {
    const auto reader =
        ChunkReader::open(environment_.files, environment_.names.chunk(row->day, id));
    if (reader.ok()) highest = std::max(highest, (*reader)->end().span.last);
  }
  return highest;
}

void JournalKeeper::report_missing(std::string_view what, uint64_t first, uint64_t last,
                                   const JournalNote& note) {
  if (first > last) return;
  environment_.metrics.lost_records.add(last - first + 1);
  environment_.diagnostics.error(
      "store", what,
      {{"records", std::to_string(last - first + 1)},
       {"first", std::to_string(first)},
       {"last", std::to_string(last)},
       {"since", note.safe_since ? format_rfc3339(note.safe_since) : "unknown"}});
}

// The lines of records up to `safe` are in files.
void JournalKeeper::report_losses(const std::vector<journal::Loss>& losses, uint64_t safe) {
  constexpr size_t kMaxPlaces = 10;
  uint64_t lost = 0;
  std::string places;
  for (const journal::Loss& loss : losses) {
    const uint64_t end = loss.first + loss.records;
    lost += end - std::min(end, std::max(loss.first, safe + 1));
    if (&loss - losses.data() >= static_cast<std::ptrdiff_t>(kMaxPlaces)) continue;
    places += (places.empty() ? "" : "; ") + loss.where + ", " + std::to_string(loss.bytes) +
              " bytes, records " + std::to_string(loss.first) + " to " + std::to_string(end - 1);
  }
  if (losses.empty()) return;
  environment_.metrics.lost_records.add(lost);
  if (lost > 0) {
    environment_.diagnostics.error("store", "the journal is corrupt: acknowledged records are lost",
                                   {{"records", std::to_string(lost)}, {"at", places}});
  } else {
    environment_.diagnostics.warn("store", "the journal is corrupt, but chunk files have the lines",
                                  {{"at", places}});
  }
}

Status JournalKeeper::replay(Committer& committer) {
  ASSIGN_OR_RETURN(const auto sealed, index_.sealed());
  ASSIGN_OR_RETURN(const JournalNote known, index_.journal_note());
  const auto reader = journal_.read_from(1);
  while (true) {
    ASSIGN_OR_RETURN(const bool found, reader->next());
    if (!found) break;
    environment_.metrics.replayed_records.add();
    const auto batch = decode_journal_record(reader->record());
    if (!batch.ok()) {
      environment_.metrics.lost_records.add();
      environment_.diagnostics.error(
          "store", "a journal record cannot be read: left out",
          {{"sequence", std::to_string(reader->sequence())}, {"why", batch.error().message}});
      continue;
    }
    RETURN_IF_ERROR(committer.replay(*batch, reader->sequence(), sealed));
  }
  report_losses(reader->losses(), known.safe.value_or(0));
  head_.pass_over(journal_.next_sequence() - 1);
  return note();
}

Status JournalKeeper::note() {
  MutexLock lock(mutex_);
  JournalNote now = noted_;
  now.safe = head_.safe_sequence();
  if (now.safe == noted_.safe && noted_.safe_since != 0) return {};
  now.safe_since = environment_.clock.now();
  RETURN_IF_ERROR(index_.note_journal(now));
  noted_ = now;
  return {};
}

Status JournalKeeper::trim() {
  RETURN_IF_ERROR(note());
  MutexLock lock(mutex_);
  return journal_.trim(noted_.safe.value_or(0));
}

}  // namespace logsvc::store
