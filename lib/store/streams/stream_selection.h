// Holds the streams that a query wants, found by their number. Immutable, so safe from several
// threads.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "store/streams/stream_registry.h"

namespace logsvc::store {

class StreamSelection {
 public:
  explicit StreamSelection(std::vector<StreamRef> streams)
      : streams_(std::move(streams)), slots_(std::bit_ceil(2 * streams_.size() + 2)) {
    for (const StreamRef& s : streams_) {
      size_t at = slot(s->id);
      while (slots_[at].id != 0) at = next(at);
      slots_[at] = {s->id, &s};
    }
  }
  StreamSelection(const StreamSelection&) = delete;
  StreamSelection& operator=(const StreamSelection&) = delete;

  const std::vector<StreamRef>& streams() const { return streams_; }
  // Returns nullptr if it is not wanted.
  const StreamRef* find(uint64_t id) const {
    size_t at = slot(id);
    while (slots_[at].id != 0 && slots_[at].id != id) at = next(at);
    return slots_[at].stream;
  }

 private:
  // Uses open addressing: find() is called for every row that the index has in a range.
  struct Slot {
    uint64_t id = 0;  // 0: free
    const StreamRef* stream = nullptr;
  };
  size_t slot(uint64_t id) const { return id & (slots_.size() - 1); }
  size_t next(size_t at) const { return (at + 1) & (slots_.size() - 1); }

  const std::vector<StreamRef> streams_;
  std::vector<Slot> slots_;
};

}  // namespace logsvc::store
