// Files without some of their rows, for those who delete lines before their files go. Stateless.
#pragma once

#include <functional>

#include "store/change/file_changes.h"

namespace logsvc::store {

// Rows that a rewritten file is to be without.
struct RowsToDelete {
  // Whether the stream may have such rows in [first, last].
  std::function<bool(const LabelSet&, Timestamp first, Timestamp last)> may_match;
  std::function<bool(const LabelSet&, const Entry&)> matches;
};

// Whether the index says that a stream of the file may have such rows; if it does not make sense of
// the file, the file itself has to say.
Result<bool> may_hold(const FileChanges& changes, const FileRow& row, const RowsToDelete& rows);
// Puts a file without them into its place; how many they were. 0: there were none, or the file
// cannot be read.
Result<uint64_t> rewrite_without(FileChanges& changes, const FileRow& row, const RowsToDelete& rows)
    REQUIRES(changes.mutex());

}  // namespace logsvc::store
