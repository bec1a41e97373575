// Holds what a query reads: all that was in memory and visible at one moment. For one thread.
#pragma once

#include <memory>
#include <vector>

#include "store/head/head.h"
#include "store/index/catalog_db.h"
#include "store/policy/deletion.h"

namespace logsvc::store {

// Keeps its windows in memory and its files on disk.
struct Snapshot {
  std::vector<Head::WindowRef> windows;
  std::shared_ptr<const FileSet> files;
  std::shared_ptr<const ActiveDeletions> hidden;  // deletions that were pending

  // Returns the numbers of files that may have something in the range, ascending.
  std::vector<uint64_t> files_in(TimeRange range) const;
  // Takes out the streams for which a pending deletion may match lines in the range: each of their
  // lines has to be checked.
  std::vector<StreamRef> take_touched(std::vector<StreamRef>& selected, TimeRange range) const;
};

}  // namespace logsvc::store
