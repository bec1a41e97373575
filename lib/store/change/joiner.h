// Joins undersized files: windows that were sealed by age on a quiet day, and late lines. Files
// that follow each other in a day become one of about a window; the order of arrival stays.
#pragma once

#include <memory>
#include <vector>

#include "store/change/file_changes.h"

namespace logsvc::store {

class Joiner {
 public:
  explicit Joiner(FileChanges& changes) : changes_(changes) {}

  // Joins the first run of files that is worth it; returns false if there is none. Takes the lock
  // of changes.
  Result<bool> join_some();

 private:
  using Run = std::vector<std::shared_ptr<const FileRow>>;
  Run files_to_join() const REQUIRES(changes_.mutex());
  Result<bool> join(const Run& run) REQUIRES(changes_.mutex());

  FileChanges& changes_;
};

}  // namespace logsvc::store
