// Knows which chunk files queries may use, and what is cached of them. A change of the set
// (publish) becomes visible as a whole: a window is in the head until its file is visible. Files
// that are replaced or dropped are retired: they stay on disk until no query reads them.
//
// Safe from several threads; publish() is called by one at a time, which holds the lock of
// FileChanges. The catalog's lock is held to take or put pointers, never over the disk; the head's
// lock and the lock of the deletions in force are taken under it.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/mutex.h"
#include "store/catalog/snapshot.h"
#include "store/chunk/chunk_cache.h"
#include "store/index/block_directory.h"
#include "store/index/catalog_db.h"
#include "store/index/time_marks.h"
#include "store/policy/store_environment.h"

namespace logsvc::store {

class Catalog {
 public:
  // Borrows all but `files`, which are visible, and `damaged`: blocks that are known to be corrupt.
  Catalog(const StoreEnvironment& environment, CatalogDb& index, Head& head,
          const DeletionRequests& deletions, FileSet files,
          const std::vector<CatalogDb::DamagedBlock>& damaged);

  Snapshot snapshot() const;
  // Returns the visible files.
  std::shared_ptr<const FileSet> files() const;

  // Retires the files `gone`, makes `fresh` visible, and removes from the head `windows`, whose
  // lines are in the fresh files. Queries see all of this at one moment.
  void publish(std::span<const uint64_t> gone, std::span<const FileRow> fresh,
               std::span<const Head::WindowRef> windows);

  // Returns the files that are still on disk though they are not visible any more.
  std::vector<FileRow> retired() const;
  // Returns those of them that no query reads.
  std::vector<FileRow> unread_retired() const;
  // Notes that these retired files are gone from the disk.
  void removed(std::span<const uint64_t> ids);
  // Drops what is cached of a file that is about to be removed.
  void forget(uint64_t file);

  // Returns the directory, which synchronises itself.
  BlockDirectory& directory() const { return directory_; }
  ChunkCache& chunks() const { return chunks_; }
  TimeMarkCache& marks() const { return marks_; }

 private:
  const StoreEnvironment& environment_;
  CatalogDb& index_;
  Head& head_;
  const DeletionRequests& deletions_;
  mutable BlockDirectory directory_;
  mutable ChunkCache chunks_;
  mutable TimeMarkCache marks_;
  mutable SharedMutex mutex_;
  std::shared_ptr<const FileSet> visible_ GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<const FileRow>> retired_ GUARDED_BY(mutex_);
};

// Says that a block cannot be read and is left out.
void report_damage(const StoreEnvironment& environment, const Error& error);

}  // namespace logsvc::store
