// What the journal has, and what it should have. Numbers of records never come again: chunk files
// and the index say by number what they have, and a start would take new records for old ones.
#include <algorithm>

#include "store/head/journal_record.h"
#include "store/store_impl.h"

namespace logsvc::store {
namespace {

constexpr std::string_view kWhatIsLost =
    "acknowledged lines of these records are lost, unless chunk files have them";

}  // namespace

Status Store::Impl::open_journal() {
  journal::OpenReport report;
  ASSIGN_OR_RETURN(
      journal, journal::Journal::open(files, names.journal(),
                                      {.segment_bytes = options.journal_segment_bytes}, &report));
  if (report.torn_bytes) {
    diagnostics.warn("store", "the journal ends in a torn record, as after a crash: left out",
                     {{"at", report.detail}, {"bytes", std::to_string(report.torn_bytes)}});
  }
  std::string moved;
  for (const std::string& path : report.set_aside) moved += (moved.empty() ? "" : "; ") + path;
  if (!moved.empty()) {
    diagnostics.error("store", "a journal segment is corrupt, none of its records verifies: moved",
                      {{"to", moved}});
  }
  return {};
}

// Before anything is read or written: is all there that the index, the files and the record of what
// was acknowledged speak of?
Status Store::Impl::check_journal() {
  ASSIGN_OR_RETURN(JournalNote note, index->journal_note());
  if (!note.through) {
    ASSIGN_OR_RETURN(note.through, highest_record_in_files());
  }
  uint64_t reached = *note.through;
  {
    MutexLock apply(apply_mutex);
    ASSIGN_OR_RETURN(acknowledged, journal::PlaceFile::open(files, names.acknowledged()));
    reached = std::max(reached, acknowledged->sequence());
  }
  const uint64_t next = journal->next_sequence();
  if (note.safe_since != 0 && !journal->is_begun()) {
    diagnostics.error("store", "the journal is missing: lines that were only there are lost",
                      {{"directory", names.journal()}});
  }
  if (note.safe && journal->is_begun()) {
    report_missing("the beginning of the journal is missing: " + std::string(kWhatIsLost),
                   *note.safe + 1, journal->first_sequence() - 1, note);
  }
  // Without a note nobody knows what of it is in files.
  if (note.safe_since != 0 || journal->is_begun()) {
    report_missing("the end of the journal is missing: " + std::string(kWhatIsLost),
                   std::max(next, note.safe.value_or(0) + 1), reached, note);
  }
  if (next <= reached && reached <= note.safe.value_or(0)) {
    diagnostics.warn("store", "the end of the journal is missing, but chunk files have the lines",
                     {{"first", std::to_string(next)}, {"last", std::to_string(reached)}});
  }
  RETURN_IF_ERROR(journal->advance_to(reached + 1));
  {
    MutexLock lock(note_mutex);
    noted = note;
  }
  return journal->begin();
}

// Of an index that was made by a release that did not keep it.
Result<uint64_t> Store::Impl::highest_record_in_files() {
  uint64_t highest = 0;
  ASSIGN_OR_RETURN(const auto sealed, index->sealed());
  for (const auto& [day, through] : sealed) highest = std::max(highest, through);
  const auto all = catalog->files();
  for (const auto& [id, row] : *all) {
    const auto reader = ChunkReader::open(files, names.chunk(row->day, id));
    if (reader.ok()) highest = std::max(highest, (*reader)->end().span.last);
  }
  return highest;
}

void Store::Impl::report_missing(std::string_view what, uint64_t first, uint64_t last,
                                 const JournalNote& note) {
  if (first > last) return;
  metrics.lost_records.add(last - first + 1);
  diagnostics.error("store", what,
                    {{"records", std::to_string(last - first + 1)},
                     {"first", std::to_string(first)},
                     {"last", std::to_string(last)},
                     {"since", note.safe_since ? format_rfc3339(note.safe_since) : "unknown"}});
}

// safe: the lines of records up to there are in files.
void Store::Impl::report_losses(const std::vector<journal::Loss>& losses, uint64_t safe) {
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
  metrics.lost_records.add(lost);
  if (lost > 0) {
    diagnostics.error("store", "the journal is corrupt: acknowledged records are lost",
                      {{"records", std::to_string(lost)}, {"at", places}});
  } else {
    diagnostics.warn("store", "the journal is corrupt, but chunk files have the lines",
                     {{"at", places}});
  }
}

// Puts what the journal has and no file back into the head.
Status Store::Impl::replay() {
  ASSIGN_OR_RETURN(const auto sealed, index->sealed());
  ASSIGN_OR_RETURN(const JournalNote note, index->journal_note());
  const auto reader = journal->read_from(1);
  while (true) {
    ASSIGN_OR_RETURN(const bool found, reader->next());
    if (!found) break;
    metrics.replayed_records.add();
    const auto batch = decode_journal_record(reader->record());
    if (!batch.ok()) {
      metrics.lost_records.add();
      diagnostics.error(
          "store", "a journal record cannot be read: left out",
          {{"sequence", std::to_string(reader->sequence())}, {"why", batch.error().message}});
      continue;
    }
    RETURN_IF_ERROR(wait_for_room(options.head_bytes()));
    MutexLock apply(apply_mutex);
    metrics.duplicates.add(
        head.append(*batch, reader->sequence(), clock.steady_ns(), streams, &sealed).size());
    head.rotate_full(options.window_bytes);
    if (head.has_sealing()) wish_seal();
  }
  report_losses(reader->losses(), note.safe.value_or(0));
  head.pass_over(journal->next_sequence() - 1);
  return note_journal();
}

// So that the next start knows what it should find.
Status Store::Impl::note_journal() {
  MutexLock lock(note_mutex);
  JournalNote now = noted;
  now.safe = head.safe_sequence();
  if (now.safe == noted.safe && noted.safe_since != 0) return {};
  now.safe_since = clock.now();
  RETURN_IF_ERROR(index->note_journal(now));
  noted = now;
  return {};
}

// Noted first: what is trimmed is not missing.
Status Store::Impl::trim_journal() {
  RETURN_IF_ERROR(note_journal());
  MutexLock lock(note_mutex);
  return journal->trim(noted.safe.value_or(0));
}

}  // namespace logsvc::store
