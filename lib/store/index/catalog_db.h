// The index, a SQLite database: which chunk files there are, which streams have rows in which of
// their blocks, and from when to when. Layout: FORMAT.md.
// Safe from several threads: one writing connection behind a lock, readers share a small pool.
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

  // All but id and day.
  void describe(const ChunkSummary& summary) {
    bytes = summary.file_bytes;
    rows = summary.rows;
    raw_bytes = summary.raw_bytes;
    first = summary.first;
    last = summary.last;
  }
};
// What the index knows of the journal beside it.
struct JournalNote {
  std::optional<uint64_t> through;  // the highest record of which a chunk file had lines, ever
  // The lines of all records up to here are in files; nullopt: a file is gone that had some.
  std::optional<uint64_t> safe;
  Timestamp safe_since = 0;  // when that was noted; 0: never
};
// A file that the index is to know.
struct NewFile {
  FileRow row;
  ChunkSummary summary;
  JournalSpan span;  // what of the journal is in files now, of its day
};
// Chunk files by number. Whoever holds a row keeps its file on disk.
using FileSet = std::map<uint64_t, std::shared_ptr<const FileRow>>;

class CatalogDb {
 public:
  // Makes the database if it is missing. kCorrupt or kUnsupported (another schema version) when it
  // has to be set aside and built anew.
  static Result<std::unique_ptr<CatalogDb>> open(const std::string& path);

  // Everything in it, for start-up.
  Status load_streams(StreamRegistry& streams) const;
  Result<std::vector<FileRow>> files() const;
  Result<std::map<Timestamp, uint64_t>> sealed() const;  // day → journal sequence

  // One transaction: the files, their streams' blocks, unknown streams, and what of the journal is
  // in files now. Streams get their numbers from the registry. gone: files that the one file of
  // `fresh` replaces, as for replace_files.
  Status add_files(std::span<const NewFile> fresh, StreamRegistry& streams,
                   const std::vector<uint64_t>& gone = {});
  // One transaction: the files `gone` are not wanted any more, `fresh` (may be null) has what is
  // left of them. Rows of gone files stay, for queries under way, until forget_files.
  Status replace_files(const std::vector<uint64_t>& gone, const FileRow* fresh,
                       const ChunkSummary* summary, StreamRegistry& streams);
  // Files that were given to replace_files and not to forget_files, and what has their lines now
  // (0: nothing, they were dropped).
  Result<std::map<uint64_t, uint64_t>> gone_files() const;
  // Not gone after all.
  Status restore_file(uint64_t id);
  Status forget_files(const std::vector<uint64_t>& ids);
  // The highest number that was ever given to forget_files; 0: none. It must not come again: files
  // name those that they replaced.
  Result<uint64_t> highest_forgotten_file() const;

  Result<JournalNote> journal_note() const;
  // One transaction. `through` is left as it is: add_file() raises it.
  Status note_journal(const JournalNote& note);

  // Blocks that do not verify, and why.
  struct DamagedBlock {
    uint64_t file_id = 0;
    uint32_t block = 0;
    std::string why;
  };
  Status add_damaged(const DamagedBlock& block);
  Result<std::vector<DamagedBlock>> damaged_blocks() const;
  // Forgets `sealed` rows of days that have nothing after this sequence.
  Status forget_sealed(uint64_t before_sequence);
  // What the journal has of the day is replayed again.
  Status forget_sealed_day(Timestamp day);
  // Deletes streams without a block left that are not in `used`, and adds the others to it.
  Status remove_unused_streams(std::unordered_set<uint64_t>& used);

  // Of the blocks of one file, those that have streams.
  using FileStreams = std::vector<PackedStreams>;
  // Asks for one file after the other; cheapest in the order of their numbers. For one thread; goes
  // before the index.
  class FileCursor;
  Result<FileCursor> cursor() const;

 private:
  explicit CatalogDb(std::string path, Sqlite writer)
      : path_(std::move(path)), writer_(std::move(writer)) {}

  // A connection for reading, given back when it goes.
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

  Lease lease_;  // goes after the statement
  SqliteStatement rows_;
};

}  // namespace logsvc::store
