// Who changes the set of chunk files: sealing, rewriting, dropping. There is one lock for all of
// them, held over the disk for one window or file at a time; no query takes it. Under it come the
// committer's, the catalog's, the journal keeper's and the index's.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "store/catalog/catalog.h"
#include "store/change/day_directories.h"
#include "store/chunk/chunk_reader.h"
#include "store/chunk/chunk_writer.h"
#include "store/index/catalog_db.h"
#include "store/policy/store_environment.h"

namespace logsvc::store {

class FileChanges {
 public:
  // Borrows all. last_place: the highest that any file ever had.
  FileChanges(const StoreEnvironment& environment, Catalog& catalog, CatalogDb& index,
              StreamRegistry& streams, uint64_t last_place);

  // To be held while the files are changed.
  Mutex& mutex() LOGSVC_TSA(lock_returned(mutex_)) { return mutex_; }

  const StoreEnvironment& environment() const { return environment_; }
  Catalog& catalog() const { return catalog_; }
  CatalogDb& index() const { return index_; }
  StreamRegistry& streams() const { return streams_; }

  // A number that no file ever had, for one that comes after all that there are.
  uint64_t take_number() REQUIRES(mutex_);
  // As DayDirectories::make.
  Status make_days(std::span<const NewFile> of) REQUIRES(mutex_) { return days_.make(of); }
  // As Catalog::publish; the index has the change already.
  void publish(std::span<const uint64_t> gone, std::span<const FileRow> fresh,
               std::span<const Head::WindowRef> windows) REQUIRES(mutex_);

  // Files are no longer wanted, nor what is in them.
  Status drop(const std::vector<uint64_t>& ids) REQUIRES(mutex_);
  // Removes retired files that no query reads any more.
  Status remove_retired() REQUIRES(mutex_);

  // nullptr: the file cannot be read and is left alone from now on.
  Result<std::shared_ptr<const ChunkReader>> open_for_rewrite(const FileRow& row) REQUIRES(mutex_);
  // Files that cannot be rewritten stay as they are until the next start.
  void leave_alone(const FileRow& row, const Error& why) REQUIRES(mutex_);
  bool is_left_alone(uint64_t id) const REQUIRES(mutex_) { return left_alone_.count(id) > 0; }
  // Puts a new file into the place of others, in one transaction:
  //
  //   new file written, synced, renamed, directory synced     it names the files it replaces
  //   index: new file in, old ones gone                       one transaction
  //   old files removed when no query reads them, directory synced, their rows forgotten
  //
  // A crash anywhere leaves every line once: a complete new file is adopted by the next start in
  // place of the old ones, whatever the index knows (FORMAT.md). fresh: number and day. Nothing is
  // left of the files if `fill` adds no block; kCancelled of `fill` is no failure.
  Status rewrite(const std::vector<uint64_t>& ids, FileRow fresh, JournalSpan span,
                 const std::function<Status(ChunkWriter&)>& fill) REQUIRES(mutex_);

 private:
  std::vector<uint64_t> replaced_by(const std::vector<uint64_t>& ids, const std::string& day) const;
  Status clear_failed(const std::string& path);
  Status clear_failed_files() REQUIRES(mutex_);

  const StoreEnvironment& environment_;
  Catalog& catalog_;
  CatalogDb& index_;
  StreamRegistry& streams_;

  Mutex mutex_;
  uint64_t last_place_ GUARDED_BY(mutex_);
  // Left by rewriting that failed; cleared before the next.
  std::vector<std::string> failed_files_ GUARDED_BY(mutex_);
  std::set<uint64_t> left_alone_ GUARDED_BY(mutex_);
  DayDirectories days_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::store
