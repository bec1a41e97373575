#include "store/index/sqlite.h"

#include <sqlite3.h>

#include "base/checksum.h"

namespace logsvc::store {
namespace {

Error sqlite_error(sqlite3* db, const std::string& what) {
  const int code = db ? sqlite3_errcode(db) : SQLITE_NOMEM;
  ErrorCode out = ErrorCode::kIo;
  if (code == SQLITE_FULL) out = ErrorCode::kNoSpace;
  // What is written has unique keys: if one exists already, something wrote over the database.
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_CONSTRAINT) {
    out = ErrorCode::kCorrupt;
  }
  if (code == SQLITE_PERM || code == SQLITE_READONLY || code == SQLITE_CANTOPEN) {
    out = ErrorCode::kPermission;
  }
  return {out, what + ": " + (db ? sqlite3_errmsg(db) : "out of memory")};
}

std::string path_of(sqlite3* db) {
  const char* path = sqlite3_db_filename(db, "main");
  return path ? path : "index";
}

uint64_t hash_value(sqlite3_value* value, uint64_t seed) {
  const int type = sqlite3_value_type(value);
  if (type == SQLITE_INTEGER) {
    const sqlite3_int64 number = sqlite3_value_int64(value);
    return hash_bytes({reinterpret_cast<const char*>(&number), sizeof number}, seed);
  }
  // This gives a blob for any value: a text's bytes.
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
  const auto n = static_cast<size_t>(sqlite3_value_bytes(value));
  return hash_bytes(bytes ? std::string_view(bytes, n) : std::string_view(),
                    seed + static_cast<uint64_t>(type));
}

void row_sum(sqlite3_context* context, int count, sqlite3_value** values) {
  uint64_t sum = 0;
  for (int i = 0; i < count; ++i) sum = hash_value(values[i], sum);
  sqlite3_result_int64(context, static_cast<sqlite3_int64>(sum));
}

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
void Sqlite::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

SqliteStatement& SqliteStatement::bind(int at, int64_t value) {
  sqlite3_bind_int64(statement_.get(), at, value);
  return *this;
}

SqliteStatement& SqliteStatement::bind(int at, std::string_view value) {
  sqlite3_bind_text64(statement_.get(), at, value.data(), value.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
  return *this;
}

SqliteStatement& SqliteStatement::bind_bytes(int at, std::string_view value) {
  sqlite3_bind_blob64(statement_.get(), at, value.data(), value.size(), SQLITE_TRANSIENT);
  return *this;
}

Result<bool> SqliteStatement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return sqlite_error(db_, path_of(db_));
}

Status SqliteStatement::run() {
  const auto stepped = step();
  reset();
  if (!stepped.ok()) return stepped.error();
  return {};
}

void SqliteStatement::reset() { sqlite3_reset(statement_.get()); }

int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string SqliteStatement::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_.get(), column);
  const int n = sqlite3_column_bytes(statement_.get(), column);
  return bytes ? std::string(reinterpret_cast<const char*>(bytes), static_cast<size_t>(n)) : "";
}

std::string_view SqliteStatement::bytes(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const int n = sqlite3_column_bytes(statement_.get(), column);
  return bytes ? std::string_view(bytes, static_cast<size_t>(n)) : std::string_view();
}

Result<Sqlite> Sqlite::open(const std::string& path) {
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  Sqlite out(db);
  if (code != SQLITE_OK) return sqlite_error(db, path);
  sqlite3_busy_timeout(db, 10'000);
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
  if (sqlite3_create_function_v2(db, "row_sum", -1, kFlags, nullptr, row_sum, nullptr, nullptr,
                                 nullptr) != SQLITE_OK) {
    return sqlite_error(db, path);
  }
  return out;
}

Status Sqlite::execute(const std::string& sql) {
  if (sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return sqlite_error(db_.get(), path_of(db_.get()));
  }
  return {};
}

Result<SqliteStatement> Sqlite::prepare(const std::string& sql) {
  sqlite3_stmt* s = nullptr;
  if (sqlite3_prepare_v2(db_.get(), sql.c_str(), static_cast<int>(sql.size()), &s, nullptr) !=
      SQLITE_OK) {
    return sqlite_error(db_.get(), path_of(db_.get()) + ": " + sql);
  }
  return SqliteStatement(db_.get(), s);
}

Result<SqliteTransaction> SqliteTransaction::begin(Sqlite& db) {
  RETURN_IF_ERROR(db.execute("BEGIN IMMEDIATE"));
  return SqliteTransaction(db);
}

SqliteTransaction::~SqliteTransaction() {
  if (db_) (void)db_->execute("ROLLBACK").ok();
}

Status SqliteTransaction::commit() {
  RETURN_IF_ERROR(db_->execute("COMMIT"));
  db_ = nullptr;
  return {};
}

}  // namespace logsvc::store
