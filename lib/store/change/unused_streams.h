// Removes streams without lines after lines were dropped, since they cost memory.
#pragma once

#include "journal/journal.h"
#include "store/change/file_changes.h"
#include "store/head/committer.h"

namespace logsvc::store {

class UnusedStreams {
 public:
  // Borrows all.
  UnusedStreams(journal::Journal& journal, Head& head, Committer& committer)
      : journal_(journal), head_(head), committer_(committer) {}

  // Removes them from registry and index, unless the head just got something for them.
  Status remove(FileChanges& changes) REQUIRES(changes.mutex());

 private:
  journal::Journal& journal_;
  Head& head_;
  Committer& committer_;
};

}  // namespace logsvc::store
