// Rewrites files without some of their rows, for those who delete lines before their files go.
// Stateless.
#pragma once

#include <functional>

#include "store/change/file_changes.h"

namespace logsvc::store {

// Says which rows a rewritten file must not have.
struct RowsToDelete {
  // Returns whether the stream may have such rows in [first, last].
  std::function<bool(const LabelSet&, Timestamp first, Timestamp last)> may_match;
  std::function<bool(const LabelSet&, const Entry&)> matches;
};

// Returns whether the index says that a stream of the file may have such rows; if the index is
// damaged there, the file itself is asked.
Result<bool> may_hold(const FileChanges& changes, const FileRow& row, const RowsToDelete& rows);
// Replaces a file by one without them, and returns how many they were. 0: there were none, or the
// file cannot be read.
Result<uint64_t> rewrite_without(FileChanges& changes, const FileRow& row, const RowsToDelete& rows)
    REQUIRES(changes.mutex());

}  // namespace logsvc::store
