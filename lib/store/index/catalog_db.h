// Is the index, a SQLite database: it says which chunk files there are, which streams have rows in
// which of their blocks, and from when to when. Layout: FORMAT.md. Safe from several threads: one
// writing connection is behind a lock, and readers share a small pool.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "store/chunk/chunk_writer.h"
#include "store/index/packed_streams.h"
#include "store/index/sqlite.h"
#include "store/streams/stream_registry.h"

namespace logsvc::store {

struct FileRow {
  uint64_t id = 0;
  std::string day;  // "20260102"
  uint64_t bytes = 0;
  uint64_t rows = 0;
  uint64_t raw_bytes = 0;
  Timestamp first = 0;
  Timestamp last = 0;

  // Sets all but id and day.
  void describe(const ChunkSummary& summary) {
    bytes = summary.file_bytes;
    rows = summary.rows;
    raw_bytes = summary.raw_bytes;
    first = summary.first;
    last = summary.last;
  }
};
// Holds what the index knows of the journal beside it.
struct JournalNote {
  std::optional<uint64_t> through;  // the highest record of which a chunk file had lines, ever
  // The lines of all records up to here are in files; nullopt: a file that had some is gone.
  std::optional<uint64_t> safe;
  Timestamp safe_since = 0;  // when that was noted; 0: never
};
// Describes a file that the index must learn of.
struct NewFile {
  FileRow row;
  ChunkSummary summary;
  JournalSpan span;  // what is in files now of the journal, for its day
};
// Holds chunk files by number. Whoever holds a row keeps its file on disk.
using FileSet = std::map<uint64_t, std::shared_ptr<const FileRow>>;

class CatalogDb {
 public:
  // Creates the database if it is missing. Returns kCorrupt or kUnsupported (another schema
  // version) when it has to be set aside and rebuilt.
  static Result<std::unique_ptr<CatalogDb>> open(const std::string& path);

  // These load everything in it, for start-up.
  Status load_streams(StreamRegistry& streams) const;
  Result<std::vector<FileRow>> files() const;
  Result<std::map<Timestamp, uint64_t>> sealed() const;  // day → journal sequence

  // Stores in one transaction the files, their streams' blocks, unknown streams, and what of the
  // journal is in files now. Streams get their numbers from the registry. `gone` are files that the
  // one file of `fresh` replaces, as for replace_files.
  Status add_files(std::span<const NewFile> fresh, StreamRegistry& streams,
                   const std::vector<uint64_t>& gone = {});
  // Notes in one transaction that the files `gone` are not wanted any more, and that `fresh` (may
  // be null) has what is left of them. Rows of gone files stay, for running queries, until
  // forget_files.
  Status replace_files(const std::vector<uint64_t>& gone, const FileRow* fresh,
                       const ChunkSummary* summary, StreamRegistry& streams);
  // Returns the files that were given to replace_files and not to forget_files, and what has their
  // lines now (0: nothing, they were dropped).
  Result<std::map<uint64_t, uint64_t>> gone_files() const;
  // Makes a gone file valid again.
  Status restore_file(uint64_t id);
  Status forget_files(const std::vector<uint64_t>& ids);
  // Returns the highest number that was ever given to forget_files; 0: none. It must not be reused:
  // files name those that they replaced.
  Result<uint64_t> highest_forgotten_file() const;

  Result<JournalNote> journal_note() const;
  // Writes in one transaction. `through` is left as it is: add_files() raises it.
  Status note_journal(const JournalNote& note);

  // Names a block that does not verify, and says why.
  struct DamagedBlock {
    uint64_t file_id = 0;
    uint32_t block = 0;
    std::string why;
  };
  Status add_damaged(const DamagedBlock& block);
  Result<std::vector<DamagedBlock>> damaged_blocks() const;
  // Forgets `sealed` rows of days that have nothing after this sequence.
  Status forget_sealed(uint64_t before_sequence);
  // What the journal has of the day will be replayed again.
  Status forget_sealed_day(Timestamp day);
  // Deletes streams without a block left that are not in `used`, and adds the others to it.
  Status remove_unused_streams(std::unordered_set<uint64_t>& used);

  // Lists the blocks of one file that have streams.
  using FileStreams = std::vector<PackedStreams>;
  // Reads one file after the other; cheapest in the order of their numbers. For one thread; it must
  // be destroyed before the index.
  class FileCursor;
  Result<FileCursor> cursor() const;

 private:
  explicit CatalogDb(std::string path, Sqlite writer)
      : path_(std::move(path)), writer_(std::move(writer)) {}

  // Lends a connection for reading and gives it back when destroyed.
  class Lease;
  Result<Lease> lease() const;
  static Status check(Sqlite& db, const std::string& path);
  Status insert_file(const FileRow& file, const ChunkSummary& summary, StreamRegistry& streams)
      REQUIRES(writer_mutex_);
  Status mark_gone(const std::vector<uint64_t>& ids, uint64_t replaced_by) REQUIRES(writer_mutex_);

  const std::string path_;
  mutable Mutex writer_mutex_;
  Sqlite writer_ GUARDED_BY(writer_mutex_);
  mutable Mutex pool_mutex_;
  mutable std::vector<Sqlite> pool_ GUARDED_BY(pool_mutex_);
};

class CatalogDb::Lease {
 public:
  Lease(const CatalogDb& index, Sqlite db) : index_(&index), db_(std::move(db)) {}
  Lease(Lease&& other) noexcept : index_(other.index_), db_(std::move(other.db_)) {
    other.index_ = nullptr;
  }
  Lease& operator=(Lease&&) = delete;
  ~Lease();
  Sqlite& operator*() { return db_; }
  Sqlite* operator->() { return &db_; }

 private:
  const CatalogDb* index_;
  Sqlite db_;
};

class CatalogDb::FileCursor {
 public:
  Result<FileStreams> streams_of(uint64_t file);

 private:
  friend class CatalogDb;
  FileCursor(Lease lease, SqliteStatement rows)
      : lease_(std::move(lease)), rows_(std::move(rows)) {}

  Lease lease_;  // given back after the statement
  SqliteStatement rows_;
};

}  // namespace logsvc::store
