// Holds the open part of one UTC day: entries of every stream since the last seal, in memory,
// searchable at once. It is filled by one thread at a time (the committer), read by many, and
// sealed into one chunk file.
//
// Rows point into the window's arena, which only grows; they stay valid as long as the window, so
// readers keep it alive with a shared_ptr and read rows without a lock.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "base/mutex.h"
#include "base/time.h"
#include "model/entry.h"
#include "store/chunk/chunk_format.h"
#include "store/common/entry_table.h"
#include "store/streams/stream_registry.h"

namespace logsvc::store {

class Window {
 public:
  // day is the start of the UTC day; opened_ns is the steady clock; hash says where equal entries
  // are looked for.
  Window(Timestamp day, uint64_t first_sequence, int64_t opened_ns, EntryHash hash = entry_hash)
      : day_(day), opened_ns_(opened_ns), hash_(hash), span_{first_sequence, first_sequence} {}

  // Copies the entries in, except those that the stream already has here with the same time, line
  // and metadata; their positions are added to `duplicates`. sequence is that of the journal record
  // they came in, and never decreases.
  void append(const StreamRef& stream, std::span<const Entry> entries, uint64_t sequence,
              std::vector<uint32_t>& duplicates);

  struct StreamRows {
    StreamRef stream;
    std::vector<Entry> rows;  // sorted by time, equal times in order of arrival
  };
  // Returns the stream's rows in the range; empty if there are none.
  std::vector<Entry> rows(const Stream& stream, TimeRange range) const;
  // Returns all rows, streams sorted by label string, for sealing.
  std::vector<StreamRows> all_rows() const;

  struct StreamSummary {
    uint64_t rows = 0;
    uint64_t bytes = 0;  // of lines
    Timestamp first = 0;
    Timestamp last = 0;
  };
  // Adds the numbers of streams that have something here.
  void add_stream_ids(std::unordered_set<uint64_t>& ids) const;
  // Returns nullopt if the stream has nothing here.
  std::optional<StreamSummary> summary(const Stream& stream) const;

  Timestamp day() const { return day_; }
  // Returns whether the range has a part of the day.
  bool overlaps(TimeRange range) const {
    return range.overlaps(day_, add_saturated(day_, kDay - 1));
  }
  int64_t opened_ns() const { return opened_ns_; }
  JournalSpan span() const;
  struct Sizes {
    uint64_t line_bytes = 0;    // of all lines
    uint64_t memory_bytes = 0;  // about what it occupies
    uint64_t entries = 0;
  };
  Sizes sizes() const;

 private:
  struct Rows {
    StreamRef stream;
    std::vector<Entry> rows;  // in order of arrival
    bool sorted = true;
    StreamSummary summary;
    // Holds all rows, from the first entry on that is not newer than all before it.
    EntryTable seen;
  };
  bool is_duplicate(Rows& rows, const Entry& entry) const;
  bool append_one(Rows& rows, const Entry& entry) REQUIRES(mutex_);
  Arena& arena_for_next() REQUIRES(mutex_);

  const Timestamp day_;
  const int64_t opened_ns_;
  const EntryHash hash_;
  mutable SharedMutex mutex_;
  JournalSpan span_ GUARDED_BY(mutex_);
  // A push may open thousands of windows with one line each, so the first lines take small steps.
  Arena first_arena_ GUARDED_BY(mutex_){1024};
  Arena arena_ GUARDED_BY(mutex_);
  std::unordered_map<const Stream*, Rows> streams_ GUARDED_BY(mutex_);
  uint64_t line_bytes_ GUARDED_BY(mutex_) = 0;
  uint64_t entries_ GUARDED_BY(mutex_) = 0;
};

// Copies an entry; its bytes are in the arena. Entries of one stream often have the same pairs as
// the one before, and then share them.
Entry copy_entry(Arena& arena, const Entry& entry, const Entry* before = nullptr);

}  // namespace logsvc::store
