// Wraps SQLite in RAII: a connection, prepared statements, a transaction. For one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace logsvc::store {

class Sqlite;

// Bind (from 1), step until it returns false, read columns (from 0), reset to use it again.
class SqliteStatement {
 public:
  SqliteStatement(SqliteStatement&&) = default;
  SqliteStatement& operator=(SqliteStatement&&) = default;

  SqliteStatement& bind(int at, int64_t value);
  SqliteStatement& bind(int at, std::string_view value);        // copied
  SqliteStatement& bind_bytes(int at, std::string_view value);  // a blob; copied
  // Returns true for a row, and false when done.
  Result<bool> step();
  // Runs a statement without rows: step and reset.
  Status run();
  void reset();
  int64_t integer(int column) const;
  std::string text(int column) const;
  // Returns a blob, valid until the next step or reset.
  std::string_view bytes(int column) const;

 private:
  friend class Sqlite;
  struct Finalize {
    void operator()(sqlite3_stmt* s) const;
  };
  SqliteStatement(sqlite3* db, sqlite3_stmt* s) : db_(db), statement_(s) {}
  sqlite3* db_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Sqlite {
 public:
  // Creates the file if it is missing. Returns kCorrupt if it is not a database. Statements may
  // call row_sum(value, …): a checksum of the values and their types.
  static Result<Sqlite> open(const std::string& path);

  Status execute(const std::string& sql);  // one or more statements without results
  Result<SqliteStatement> prepare(const std::string& sql);

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  explicit Sqlite(sqlite3* db) : db_(db) {}
  std::unique_ptr<sqlite3, Close> db_;
};

// Rolls back unless committed.
class SqliteTransaction {
 public:
  static Result<SqliteTransaction> begin(Sqlite& db);
  SqliteTransaction(SqliteTransaction&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
  ~SqliteTransaction();
  Status commit();

 private:
  explicit SqliteTransaction(Sqlite& db) : db_(&db) {}
  Sqlite* db_;
};

}  // namespace logsvc::store
