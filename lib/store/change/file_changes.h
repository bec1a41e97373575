// Changes the set of chunk files: sealing, rewriting, dropping. One lock serves all of these, held
// over the disk for one window or file at a time; no query takes it. The locks of the committer,
// the catalog, the journal keeper and the index are taken under it.
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
  // Borrows all. last_place is the highest that any file ever had.
  FileChanges(const StoreEnvironment& environment, Catalog& catalog, CatalogDb& index,
              StreamRegistry& streams, uint64_t last_place);

  // Must be held while the files are changed.
  Mutex& mutex() LOGSVC_TSA(lock_returned(mutex_)) { return mutex_; }

  const StoreEnvironment& environment() const { return environment_; }
  Catalog& catalog() const { return catalog_; }
  CatalogDb& index() const { return index_; }
  StreamRegistry& streams() const { return streams_; }

  // Returns a number that no file ever had, for one that comes after all existing ones.
  uint64_t take_number() REQUIRES(mutex_);
  // Behaves as DayDirectories::make.
  Status make_days(std::span<const NewFile> of) REQUIRES(mutex_) { return days_.make(of); }
  // Behaves as Catalog::publish; the index has the change already.
  void publish(std::span<const uint64_t> gone, std::span<const FileRow> fresh,
               std::span<const Head::WindowRef> windows) REQUIRES(mutex_);

  // Drops files that are no longer wanted, with what is in them.
  Status drop(const std::vector<uint64_t>& ids) REQUIRES(mutex_);
  // Removes retired files that no query reads any more.
  Status remove_retired() REQUIRES(mutex_);

  // Returns nullptr if the file cannot be read; it is left alone from now on.
  Result<std::shared_ptr<const ChunkReader>> open_for_rewrite(const FileRow& row) REQUIRES(mutex_);
  // Leaves a file that cannot be rewritten as it is until the next start.
  void leave_alone(const FileRow& row, const Error& why) REQUIRES(mutex_);
  bool is_left_alone(uint64_t id) const REQUIRES(mutex_) { return left_alone_.count(id) > 0; }
  // Replaces files by a new one, in one transaction:
  //
  //   new file written, synced, renamed, directory synced     it names the files it replaces
  //   index: new file in, old ones gone                       one transaction
  //   old files removed when no query reads them, directory synced, their rows forgotten
  //
  // A crash anywhere leaves every line once: the next start adopts a complete new file in place of
  // the old ones, whatever the index knows (FORMAT.md). fresh gives number and day. If `fill` adds
  // no block, nothing of the files is left; kCancelled from `fill` is not a failure.
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
  // Lists files that failed rewriting left; cleared before the next.
  std::vector<std::string> failed_files_ GUARDED_BY(mutex_);
  std::set<uint64_t> left_alone_ GUARDED_BY(mutex_);
  DayDirectories days_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::store
