// Finds the entries that are equal to a given one. The hash only says where to look; whether two
// entries are equal is decided by their bytes. For one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/entry.h"

namespace logsvc::store {

// Hashes time, line and metadata. It differs in each process and must not be written to disk.
uint64_t entry_hash(const Entry& entry);
using EntryHash = uint64_t (*)(const Entry&);

// Returns whether time, line and metadata are the same, byte by byte.
bool same_entry(const Entry& a, const Entry& b);
bool same_pairs(std::span<const LabelView> a, std::span<const LabelView> b);

// Holds positions of entries that the caller keeps, by hash: open addressing, about 16 bytes per
// entry.
class EntryTable {
 public:
  // Returns the position of an entry for which is_same(position) holds, among those added with this
  // hash.
  template <class IsSame>
  std::optional<uint32_t> find(uint64_t hash, const IsSame& is_same) const {
    if (slots_.empty()) return {};
    const uint32_t short_hash = shorten(hash);
    for (size_t at = short_hash & mask();; at = (at + 1) & mask()) {
      const Slot& slot = slots_[at];
      if (slot.position == kFree) return {};
      if (slot.hash == short_hash && is_same(slot.position)) return slot.position;
    }
  }
  // position must be below 2^32 - 1.
  void add(uint64_t hash, uint32_t position);
  void reserve(size_t entries);
  void clear();
  bool empty() const { return size_ == 0; }

 private:
  static constexpr uint32_t kFree = UINT32_MAX;
  struct Slot {
    uint32_t hash = 0;
    uint32_t position = kFree;
  };
  static uint32_t shorten(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }
  size_t mask() const { return slots_.size() - 1; }
  void put(Slot slot);
  void resize(size_t slots);

  std::vector<Slot> slots_;  // a power of two of them, at most half of them taken
  size_t size_ = 0;
};

}  // namespace logsvc::store
