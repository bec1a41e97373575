#include "store/change/unused_streams.h"

#include <unordered_set>

namespace logsvc::store {

Status UnusedStreams::remove(FileChanges& changes) {
  return committer_.while_paused([&]() -> Status {
    std::unordered_set<uint64_t> used;
    const auto windows = head_.windows();
    for (const auto& w : windows) w->add_stream_ids(used);
    RETURN_IF_ERROR(changes.index().remove_unused_streams(used));
    changes.streams().keep_only(used);
    return changes.index().forget_sealed(journal_.first_sequence());
  });
}

}  // namespace logsvc::store
