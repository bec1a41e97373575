#include "store/common/entry_table.h"

#include <algorithm>
#include <bit>
#include <random>
#include <utility>

#include "base/checksum.h"

namespace logsvc::store {
namespace {

constexpr size_t kLeastSlots = 16;
constexpr size_t kKeptSlots = 4096;  // clear() gives larger tables back

// Those who push lines must not be able to choose which of them share a hash.
uint64_t secret() {
  static const uint64_t kSecret = [] {
    std::random_device device;
    return uint64_t{device()} << 32 | device();
  }();
  return kSecret;
}

}  // namespace

bool same_pairs(std::span<const LabelView> a, std::span<const LabelView> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

bool same_entry(const Entry& a, const Entry& b) {
  return a.timestamp == b.timestamp && a.line == b.line && same_pairs(a.metadata, b.metadata);
}

// The time is mixed in by multiplying: as a seed it would undo differences of short lines.
uint64_t entry_hash(const Entry& entry) {
  uint64_t hash = hash_bytes(entry.line, secret());
  for (const LabelView& pair : entry.metadata) {
    hash = hash_bytes(pair.value, hash_bytes(pair.name, hash));
  }
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15u;
  hash ^= static_cast<uint64_t>(entry.timestamp) * kOdd;
  return (hash ^ hash >> 32) * kOdd;
}

void EntryTable::put(Slot slot) {
  size_t at = slot.hash & mask();
  while (slots_[at].position != kFree) at = (at + 1) & mask();
  slots_[at] = slot;
}

void EntryTable::resize(size_t slots) {
  const std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(slots));
  for (const Slot& slot : before) {
    if (slot.position != kFree) put(slot);
  }
}

void EntryTable::reserve(size_t entries) {
  const size_t slots = std::max(kLeastSlots, std::bit_ceil(2 * entries));
  if (slots > slots_.size()) resize(slots);
}

void EntryTable::add(uint64_t hash, uint32_t position) {
  reserve(size_ + 1);
  put({shorten(hash), position});
  ++size_;
}

void EntryTable::clear() {
  if (size_ == 0) return;
  if (slots_.size() > kKeptSlots) {
    slots_ = {};
  } else {
    std::fill(slots_.begin(), slots_.end(), Slot());
  }
  size_ = 0;
}

}  // namespace logsvc::store
