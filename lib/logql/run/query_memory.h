// Counts the memory that queries hold for their answers: a budget for all of them together, and an
// account for each, which is asked before memory is taken.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "model/label_set.h"

namespace logsvc::logql {

// The budget of all queries of a process. Safe from several threads.
class QueryMemory {
 public:
  explicit QueryMemory(uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}  // 0: no limit

  uint64_t limit_bytes() const { return limit_bytes_; }
  uint64_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }

 private:
  friend class MemoryAccount;
  bool take(uint64_t bytes);
  void give_back(uint64_t bytes) { used_bytes_.fetch_sub(bytes, std::memory_order_relaxed); }

  const uint64_t limit_bytes_;
  std::atomic<uint64_t> used_bytes_{0};
};

// The account of one query. Everything is given back at its end. For one thread at a time.
class MemoryAccount {
 public:
  // all is shared with other queries, or nullptr. limit_bytes is for this one alone, 0 = no limit.
  MemoryAccount(std::shared_ptr<QueryMemory> all, uint64_t limit_bytes);
  ~MemoryAccount();
  MemoryAccount(const MemoryAccount&) = delete;
  MemoryAccount& operator=(const MemoryAccount&) = delete;

  // Call it before the bytes are allocated. kInvalid: this query holds too much; kLimit: all of
  // them do, and trying again later may help. A call that fails holds nothing.
  Status hold(uint64_t bytes);
  void release(uint64_t bytes);
  // Releases everything but so many of the bytes held.
  void keep(uint64_t bytes) { release(held_bytes_ - std::min(held_bytes_, bytes)); }

  uint64_t held_bytes() const { return held_bytes_; }
  uint64_t peak_bytes() const { return peak_bytes_; }

 private:
  const std::shared_ptr<QueryMemory> all_;
  const uint64_t limit_bytes_;
  uint64_t held_bytes_ = 0;
  uint64_t peak_bytes_ = 0;
  uint64_t reserved_bytes_ = 0;  // taken from the budget for all; at least held_bytes_
};

// What an allocation costs besides its bytes.
inline constexpr uint64_t kAllocationBytes = 16;
// What a node of a hash table costs besides its key and value.
inline constexpr uint64_t kHashNodeBytes = 48;

// Returns what the text takes on the heap, with what the allocator adds.
uint64_t memory_bytes(const std::string& text);
uint64_t memory_bytes(const Labels& labels);

}  // namespace logsvc::logql
