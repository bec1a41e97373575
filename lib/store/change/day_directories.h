// Makes and removes the directories of days below chunks/: one is made when a day gets its first
// file and removed with its last, both durably. For one thread at a time.
#pragma once

#include <set>
#include <span>
#include <string>

#include "base/result.h"
#include "store/index/catalog_db.h"
#include "store/policy/store_environment.h"

namespace logsvc::store {

class DayDirectories {
 public:
  // Borrows the environment.
  explicit DayDirectories(const StoreEnvironment& environment) : environment_(environment) {}

  // Makes the directories that the files need; they exist and are durable when this returns.
  Status make(std::span<const NewFile> of);
  // Makes removals of files of these days durable; empty directories are removed too.
  Status sync(const std::set<std::string>& days);

 private:
  const StoreEnvironment& environment_;
  std::set<std::string> lasting_;  // days whose directory was synced into its parent
};

}  // namespace logsvc::store
