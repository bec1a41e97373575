// What a log is: entries, grouped in streams, travelling in batches.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/time.h"
#include "model/label_set.h"

namespace logsvc {

// One stored line. It is a view: whoever made it owns the bytes and says how long they live. The
// line may hold any bytes (NUL, newlines, invalid UTF-8).
struct Entry {
  Timestamp timestamp = 0;
  std::string_view line;
  std::span<const LabelView> metadata;  // structured metadata, sorted by name
};

// Entries of one stream, in the order they arrived.
struct StreamEntries {
  LabelSet labels;
  std::vector<Entry> entries;
};

// Bytes that came compressed, kept so that whoever writes them need not compress them again.
struct PackedText {
  std::string snappy;     // one snappy block; empty if there is none
  std::string_view text;  // what it unpacks to, in the batch's arena
};

// What one push carries. Entries point into the arena; moved, never copied. Immutable once
// shared (shared_ptr<const Batch>).
struct Batch {
  Arena arena;
  std::vector<StreamEntries> streams;
  PackedText packed;  // most lines lie in its text

  Batch() = default;
  Batch(Batch&&) = default;
  Batch& operator=(Batch&&) = default;

  size_t entry_count() const {
    size_t n = 0;
    for (const auto& s : streams) n += s.entries.size();
    return n;
  }
};

// Where an entry is in a batch.
struct BatchPlace {
  uint32_t stream = 0;
  uint32_t entry = 0;
};
// Returns the batch without the entries at these places, which are in the batch's order; streams
// that become empty are left out. Shares the bytes of the batch.
std::shared_ptr<const Batch> batch_without(std::shared_ptr<const Batch> batch,
                                           std::span<const BatchPlace> places);

}  // namespace logsvc
