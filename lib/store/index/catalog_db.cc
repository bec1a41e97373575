#include "store/index/catalog_db.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace logsvc::store {
namespace {

constexpr int64_t kSchemaVersion = 3;
constexpr size_t kMaxPooled = 8;

constexpr const char* kPragmas =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-4096;"
    "PRAGMA wal_autocheckpoint=128; PRAGMA journal_size_limit=524288;";

// A row's sum covers its other columns: what is damaged or contradicts itself is found at the
// start, before good files are blamed for it.
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS streams(id INTEGER PRIMARY KEY, labels TEXT NOT NULL,"
    "  sum INTEGER);"
    "CREATE TABLE IF NOT EXISTS files(id INTEGER PRIMARY KEY, day TEXT NOT NULL, bytes INTEGER,"
    "  rows INTEGER, raw_bytes INTEGER, first INTEGER, last INTEGER, sum INTEGER);"
    "CREATE TABLE IF NOT EXISTS blocks(file_id INTEGER, block INTEGER, ids BLOB, rows BLOB,"
    "  sum INTEGER, PRIMARY KEY(file_id, block)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS gone(file_id INTEGER PRIMARY KEY, replaced_by INTEGER,"
    "  sum INTEGER) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS gone_by ON gone(replaced_by);"
    "CREATE TABLE IF NOT EXISTS damaged(file_id INTEGER, block INTEGER, why TEXT, sum INTEGER,"
    "  PRIMARY KEY(file_id, block)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS sealed(day INTEGER PRIMARY KEY, through INTEGER,"
    "  sum INTEGER) WITHOUT ROWID;";

struct TableCheck {
  const char* table;
  const char* wrong;  // a condition on rows
};
constexpr TableCheck kChecks[] = {
    {"streams", "sum IS NOT row_sum(id, labels)"},
    {"files", "sum IS NOT row_sum(id, day, bytes, rows, raw_bytes, first, last)"},
    {"blocks", "sum IS NOT row_sum(file_id, block, ids, rows)"},
    {"blocks", "file_id NOT IN (SELECT id FROM files)"},
    {"gone", "sum IS NOT row_sum(file_id, replaced_by)"},
    {"damaged", "sum IS NOT row_sum(file_id, block, why)"},
    {"sealed", "sum IS NOT row_sum(day, through)"},
};

// Restricts access, since SQLite would let everybody read it. It must run before the first
// connection: closing a descriptor of the file gives up the locks of the process.
void keep_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return;  // SQLite says why
  struct stat st {};
  if (::fstat(fd, &st) == 0 && (st.st_mode & 07) != 0) (void)::fchmod(fd, st.st_mode & 0770);
  ::close(fd);
}

}  // namespace

CatalogDb::Lease::~Lease() {
  if (!index_) return;
  MutexLock lock(index_->pool_mutex_);
  if (index_->pool_.size() < kMaxPooled) index_->pool_.push_back(std::move(db_));
}

Result<CatalogDb::Lease> CatalogDb::lease() const {
  {
    MutexLock lock(pool_mutex_);
    if (!pool_.empty()) {
      Sqlite db = std::move(pool_.back());
      pool_.pop_back();
      return Lease(*this, std::move(db));
    }
  }
  ASSIGN_OR_RETURN(Sqlite db, Sqlite::open(path_));
  RETURN_IF_ERROR(db.execute("PRAGMA query_only=ON; PRAGMA cache_size=-4096;"));
  return Lease(*this, std::move(db));
}

Result<std::unique_ptr<CatalogDb>> CatalogDb::open(const std::string& path) {
  keep_private(path);
  ASSIGN_OR_RETURN(Sqlite db, Sqlite::open(path));
  RETURN_IF_ERROR(db.execute(kPragmas));
  RETURN_IF_ERROR(db.execute(kSchema));
  RETURN_IF_ERROR(check(db, path));
  return std::unique_ptr<CatalogDb>(new CatalogDb(path, std::move(db)));
}

Status CatalogDb::check(Sqlite& db, const std::string& path) {
  {
    ASSIGN_OR_RETURN(auto insert,
                     db.prepare("INSERT OR IGNORE INTO meta VALUES('schema_version', ?)"));
    RETURN_IF_ERROR(insert.bind(1, kSchemaVersion).run());
    ASSIGN_OR_RETURN(auto check, db.prepare("SELECT value FROM meta WHERE key='schema_version'"));
    ASSIGN_OR_RETURN(const bool found, check.step());
    if (!found || check.integer(0) != kSchemaVersion) {
      return Error{ErrorCode::kUnsupported, path + ": another schema version"};
    }
    ASSIGN_OR_RETURN(auto quick, db.prepare("PRAGMA quick_check(1)"));
    ASSIGN_OR_RETURN(const bool answered, quick.step());
    if (!answered || quick.text(0) != "ok") {
      return Error{ErrorCode::kCorrupt, path + ": " + quick.text(0)};
    }
  }
  for (const TableCheck& check : kChecks) {
    const std::string table = check.table;
    ASSIGN_OR_RETURN(auto rows, db.prepare("SELECT 1 FROM " + table + " WHERE " + check.wrong));
    ASSIGN_OR_RETURN(const bool found, rows.step());
    if (found) {
      return Error{ErrorCode::kCorrupt,
                   path + ": a row of the table " + table + " does not verify"};
    }
  }
  return {};
}

Status CatalogDb::load_streams(StreamRegistry& streams) const {
  ASSIGN_OR_RETURN(Lease db, lease());
  ASSIGN_OR_RETURN(auto rows, db->prepare("SELECT id, labels FROM streams"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.step());
    if (!found) return {};
    ASSIGN_OR_RETURN(LabelSet labels, LabelSet::parse(rows.text(1)));
    streams.add(static_cast<uint64_t>(rows.integer(0)), labels);
  }
}

Result<std::vector<FileRow>> CatalogDb::files() const {
  ASSIGN_OR_RETURN(Lease db, lease());
  ASSIGN_OR_RETURN(auto rows, db->prepare("SELECT id, day, bytes, rows, raw_bytes, first, last "
                                          "FROM files ORDER BY id"));
  std::vector<FileRow> out;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.step());
    if (!found) return out;
    out.push_back({static_cast<uint64_t>(rows.integer(0)), rows.text(1),
                   static_cast<uint64_t>(rows.integer(2)), static_cast<uint64_t>(rows.integer(3)),
                   static_cast<uint64_t>(rows.integer(4)), rows.integer(5), rows.integer(6)});
  }
}

Result<std::map<Timestamp, uint64_t>> CatalogDb::sealed() const {
  ASSIGN_OR_RETURN(Lease db, lease());
  ASSIGN_OR_RETURN(auto rows, db->prepare("SELECT day, through FROM sealed"));
  std::map<Timestamp, uint64_t> out;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.step());
    if (!found) return out;
    out[rows.integer(0)] = static_cast<uint64_t>(rows.integer(1));
  }
}

Status CatalogDb::insert_file(const FileRow& file, const ChunkSummary& summary,
                              StreamRegistry& streams) {
  ASSIGN_OR_RETURN(auto insert, writer_.prepare("INSERT INTO files VALUES(?1,?2,?3,?4,?5,?6,?7,"
                                                "row_sum(?1,?2,?3,?4,?5,?6,?7))"));
  insert.bind(1, static_cast<int64_t>(file.id)).bind(2, file.day);
  insert.bind(3, static_cast<int64_t>(file.bytes)).bind(4, static_cast<int64_t>(file.rows));
  insert.bind(5, static_cast<int64_t>(file.raw_bytes)).bind(6, file.first).bind(7, file.last);
  RETURN_IF_ERROR(insert.run());
  ASSIGN_OR_RETURN(auto insert_stream, writer_.prepare("INSERT OR IGNORE INTO streams "
                                                       "VALUES(?1,?2,row_sum(?1,?2))"));
  ASSIGN_OR_RETURN(auto insert_block,
                   writer_.prepare("INSERT INTO blocks VALUES(?1,?2,?3,?4,row_sum(?1,?2,?3,?4))"));
  insert_block.bind(1, static_cast<int64_t>(file.id));
  std::vector<StreamBlock> rows;
  for (size_t b = 0; b < summary.blocks.size(); ++b) {
    rows.clear();
    for (const BlockStream& s : summary.blocks[b]) {
      const StreamRef stream = streams.get_or_add(s.labels);
      const auto id = static_cast<int64_t>(stream->id);
      RETURN_IF_ERROR(insert_stream.bind(1, id).bind(2, s.labels.to_string()).run());
      rows.push_back({stream->id, file.id, static_cast<uint32_t>(b), s.first_row, s.rows, s.first,
                      s.last, s.raw_bytes});
    }
    if (rows.empty()) continue;  // it is damaged
    const PackedStreams list = pack_streams(static_cast<uint32_t>(b), rows);
    insert_block.bind(2, static_cast<int64_t>(b)).bind_bytes(3, list.ids).bind_bytes(4, list.rows);
    RETURN_IF_ERROR(insert_block.run());
  }
  return {};
}

Status CatalogDb::add_files(std::span<const NewFile> fresh, StreamRegistry& streams,
                            const std::vector<uint64_t>& gone) {
  if (fresh.empty()) return {};
  MutexLock lock(writer_mutex_);
  ASSIGN_OR_RETURN(auto transaction, SqliteTransaction::begin(writer_));
  for (const NewFile& file : fresh) RETURN_IF_ERROR(insert_file(file.row, file.summary, streams));
  RETURN_IF_ERROR(mark_gone(gone, fresh[0].row.id));
  {
    ASSIGN_OR_RETURN(auto sealed,
                     writer_.prepare("INSERT INTO sealed VALUES(?1,?2,row_sum(?1,?2)) "
                                     "ON CONFLICT(day) DO UPDATE SET through=max(through,?2), "
                                     "sum=row_sum(day,max(through,?2))"));
    for (const NewFile& file : fresh) {
      sealed.bind(1, start_of_day(file.row.first)).bind(2, static_cast<int64_t>(file.span.last));
      RETURN_IF_ERROR(sealed.run());
    }
    uint64_t highest = 0;
    for (const NewFile& file : fresh) highest = std::max(highest, file.span.last);
    ASSIGN_OR_RETURN(auto through,
                     writer_.prepare("INSERT INTO meta VALUES('journal_through', ?1) "
                                     "ON CONFLICT(key) DO UPDATE SET value=max(value, ?1)"));
    RETURN_IF_ERROR(through.bind(1, static_cast<int64_t>(highest)).run());
  }
  return transaction.commit();
}

// The new file also replaces what they replaced themselves.
Status CatalogDb::mark_gone(const std::vector<uint64_t>& ids, uint64_t replaced_by) {
  ASSIGN_OR_RETURN(auto insert, writer_.prepare("INSERT OR REPLACE INTO gone "
                                                "VALUES(?1,?2,row_sum(?1,?2))"));
  ASSIGN_OR_RETURN(auto follow,
                   writer_.prepare("UPDATE gone SET replaced_by=?2, sum=row_sum(file_id,?2) "
                                   "WHERE replaced_by=?1"));
  for (const uint64_t id : ids) {
    for (SqliteStatement* s : {&insert, &follow}) {
      s->bind(1, static_cast<int64_t>(id)).bind(2, static_cast<int64_t>(replaced_by));
      RETURN_IF_ERROR(s->run());
    }
  }
  return {};
}

Status CatalogDb::replace_files(const std::vector<uint64_t>& gone, const FileRow* fresh,
                                const ChunkSummary* summary, StreamRegistry& streams) {
  MutexLock lock(writer_mutex_);
  ASSIGN_OR_RETURN(auto transaction, SqliteTransaction::begin(writer_));
  if (fresh) RETURN_IF_ERROR(insert_file(*fresh, *summary, streams));
  RETURN_IF_ERROR(mark_gone(gone, fresh ? fresh->id : 0));
  return transaction.commit();
}

Result<std::map<uint64_t, uint64_t>> CatalogDb::gone_files() const {
  ASSIGN_OR_RETURN(Lease db, lease());
  ASSIGN_OR_RETURN(auto rows, db->prepare("SELECT file_id, replaced_by FROM gone"));
  std::map<uint64_t, uint64_t> out;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.step());
    if (!found) return out;
    out[static_cast<uint64_t>(rows.integer(0))] = static_cast<uint64_t>(rows.integer(1));
  }
}

Status CatalogDb::restore_file(uint64_t id) {
  MutexLock lock(writer_mutex_);
  ASSIGN_OR_RETURN(auto restore, writer_.prepare("DELETE FROM gone WHERE file_id=?"));
  return restore.bind(1, static_cast<int64_t>(id)).run();
}

Status CatalogDb::forget_files(const std::vector<uint64_t>& ids) {
  MutexLock lock(writer_mutex_);
  ASSIGN_OR_RETURN(auto transaction, SqliteTransaction::begin(writer_));
  for (const char* statement :
       {"DELETE FROM blocks WHERE file_id=?", "DELETE FROM files WHERE id=?",
        "DELETE FROM damaged WHERE file_id=?", "DELETE FROM gone WHERE file_id=?",
        "INSERT INTO meta VALUES('forgotten_file', ?1) "
        "ON CONFLICT(key) DO UPDATE SET value=max(value, ?1)"}) {
    ASSIGN_OR_RETURN(auto change, writer_.prepare(statement));
    for (const uint64_t id : ids) {
      RETURN_IF_ERROR(change.bind(1, static_cast<int64_t>(id)).run());
    }
  }
  return transaction.commit();
}

Result<uint64_t> CatalogDb::highest_forgotten_file() const {
  ASSIGN_OR_RETURN(Lease db, lease());
  ASSIGN_OR_RETURN(auto row, db->prepare("SELECT value FROM meta WHERE key='forgotten_file'"));
  ASSIGN_OR_RETURN(const bool found, row.step());
  return found ? static_cast<uint64_t>(row.integer(0)) : 0;
}

namespace {

// Takes out of `unknown` the streams that any block has. It begins with the newest blocks: most are
// in them.
Status find_used(Sqlite& db, std::unordered_set<int64_t>& unknown) {
  ASSIGN_OR_RETURN(auto rows,
                   db.prepare("SELECT ids FROM blocks ORDER BY file_id DESC, block DESC"));
  while (!unknown.empty()) {
    ASSIGN_OR_RETURN(const bool found, rows.step());
    if (!found) break;
    ASSIGN_OR_RETURN(const auto ids, unpack_stream_ids(rows.bytes(0)));
    for (const int64_t id : ids) unknown.erase(id);
  }
  return {};
}

}  // namespace

Status CatalogDb::remove_unused_streams(std::unordered_set<uint64_t>& used) {
  MutexLock lock(writer_mutex_);
  ASSIGN_OR_RETURN(auto transaction, SqliteTransaction::begin(writer_));
  std::unordered_set<int64_t> unused, all;
  {
    ASSIGN_OR_RETURN(auto rows, writer_.prepare("SELECT id FROM streams"));
    while (true) {
      ASSIGN_OR_RETURN(const bool found, rows.step());
      if (!found) break;
      all.insert(rows.integer(0));
    }
    unused = all;
    for (const uint64_t id : used) unused.erase(static_cast<int64_t>(id));
    RETURN_IF_ERROR(find_used(writer_, unused));
    ASSIGN_OR_RETURN(auto remove, writer_.prepare("DELETE FROM streams WHERE id=?"));
    for (const int64_t id : unused) RETURN_IF_ERROR(remove.bind(1, id).run());
  }
  RETURN_IF_ERROR(transaction.commit());
  for (const int64_t id : all) {
    if (!unused.count(id)) used.insert(static_cast<uint64_t>(id));
  }
  return {};
}

Result<CatalogDb::FileCursor> CatalogDb::cursor() const {
  ASSIGN_OR_RETURN(Lease db, lease());
  ASSIGN_OR_RETURN(auto rows, db->prepare("SELECT block, ids, rows FROM blocks WHERE file_id=? "
                                          "ORDER BY block"));
  return FileCursor(std::move(db), std::move(rows));
}

Result<CatalogDb::FileStreams> CatalogDb::FileCursor::streams_of(uint64_t file) {
  rows_.bind(1, static_cast<int64_t>(file));
  FileStreams out;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows_.step());
    if (!found) break;
    out.push_back({static_cast<uint32_t>(rows_.integer(0)), std::string(rows_.bytes(1)),
                   std::string(rows_.bytes(2))});
  }
  rows_.reset();
  return out;
}

}  // namespace logsvc::store
