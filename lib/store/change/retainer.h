// Removes lines of streams with a retention period of their own before the files of their day go.
#pragma once

#include <cstdint>
#include <map>

#include "store/change/file_changes.h"
#include "store/policy/retention.h"
#include "store/policy/retention_clock.h"

namespace logsvc::store {

class Retainer {
 public:
  // Borrows all.
  Retainer(FileChanges& changes, const Retention& retention, const RetentionClock& clock)
      : changes_(changes), retention_(retention), clock_(clock) {}

  // Rewrites one file without lines past their period; returns false if there is none. Takes the
  // lock of changes.
  Result<bool> retain_some();

 private:
  void forget_gone(const FileSet& files) REQUIRES(changes_.mutex());

  FileChanges& changes_;
  const Retention& retention_;
  const RetentionClock& clock_;
  // Says how many of the periods were over when a file was last checked.
  std::map<uint64_t, size_t> looked_at_ GUARDED_BY(changes_.mutex());
};

}  // namespace logsvc::store
