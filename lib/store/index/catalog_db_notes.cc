// Handles what the index keeps beside files and streams: damaged blocks, and how far the journal is
// in files.
#include <utility>

#include "store/index/catalog_db.h"

namespace logsvc::store {

Status CatalogDb::add_damaged(const DamagedBlock& block) {
  MutexLock lock(writer_mutex_);
  ASSIGN_OR_RETURN(auto insert, writer_.prepare("INSERT OR REPLACE INTO damaged "
                                                "VALUES(?1,?2,?3,row_sum(?1,?2,?3))"));
  insert.bind(1, static_cast<int64_t>(block.file_id)).bind(2, static_cast<int64_t>(block.block));
  return insert.bind(3, block.why).run();
}

Result<std::vector<CatalogDb::DamagedBlock>> CatalogDb::damaged_blocks() const {
  ASSIGN_OR_RETURN(Lease db, lease());
  ASSIGN_OR_RETURN(auto rows, db->prepare("SELECT file_id, block, why FROM damaged"));
  std::vector<DamagedBlock> out;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.step());
    if (!found) return out;
    out.push_back({static_cast<uint64_t>(rows.integer(0)), static_cast<uint32_t>(rows.integer(1)),
                   rows.text(2)});
  }
}

Status CatalogDb::forget_sealed(uint64_t before_sequence) {
  MutexLock lock(writer_mutex_);
  ASSIGN_OR_RETURN(auto remove, writer_.prepare("DELETE FROM sealed WHERE through<?"));
  return remove.bind(1, static_cast<int64_t>(before_sequence)).run();
}

Status CatalogDb::forget_sealed_day(Timestamp day) {
  MutexLock lock(writer_mutex_);
  ASSIGN_OR_RETURN(auto transaction, SqliteTransaction::begin(writer_));
  {
    ASSIGN_OR_RETURN(auto remove, writer_.prepare("DELETE FROM sealed WHERE day=?"));
    RETURN_IF_ERROR(remove.bind(1, day).run());
    RETURN_IF_ERROR(writer_.execute("DELETE FROM meta WHERE key='journal_safe'"));
  }
  return transaction.commit();
}

Result<JournalNote> CatalogDb::journal_note() const {
  ASSIGN_OR_RETURN(Lease db, lease());
  ASSIGN_OR_RETURN(auto rows, db->prepare("SELECT key, value FROM meta"));
  JournalNote out;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.step());
    if (!found) return out;
    const std::string key = rows.text(0);
    const int64_t value = rows.integer(1);
    if (key == "journal_through") out.through = static_cast<uint64_t>(value);
    if (key == "journal_safe") out.safe = static_cast<uint64_t>(value);
    if (key == "journal_safe_since") out.safe_since = value;
  }
}

Status CatalogDb::note_journal(const JournalNote& note) {
  MutexLock lock(writer_mutex_);
  ASSIGN_OR_RETURN(auto transaction, SqliteTransaction::begin(writer_));
  {
    ASSIGN_OR_RETURN(auto put, writer_.prepare("INSERT OR REPLACE INTO meta VALUES(?,?)"));
    const std::pair<const char*, int64_t> values[] = {
        {"journal_safe", static_cast<int64_t>(note.safe.value_or(0))},
        {"journal_safe_since", note.safe_since}};
    for (const auto& [key, value] : values) RETURN_IF_ERROR(put.bind(1, key).bind(2, value).run());
  }
  return transaction.commit();
}

}  // namespace logsvc::store
