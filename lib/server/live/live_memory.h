// Counts the memory of what waits for live readers: batches that are not yet read, pieces in their
// queues, frames that they do not take. What several readers share is counted once. Safe from
// several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "model/entry.h"

namespace logsvc::server {

// Holds a number of bytes until it is destroyed. For one thread at a time.
class LiveLease {
 public:
  LiveLease() = default;  // of no memory: what it holds is not counted
  explicit LiveLease(std::shared_ptr<std::atomic<uint64_t>> held) : held_(std::move(held)) {}
  ~LiveLease() { set(0); }
  LiveLease(LiveLease&& other) noexcept
      : held_(std::move(other.held_)), bytes_(std::exchange(other.bytes_, 0)) {}
  LiveLease& operator=(LiveLease&& other) noexcept {
    set(0);
    held_ = std::move(other.held_);
    bytes_ = std::exchange(other.bytes_, 0);
    return *this;
  }

  void set(uint64_t bytes) {
    if (held_ && bytes != bytes_) held_->fetch_add(bytes - bytes_, std::memory_order_relaxed);
    bytes_ = bytes;
  }

 private:
  std::shared_ptr<std::atomic<uint64_t>> held_;
  uint64_t bytes_ = 0;
};

class LiveMemory {
 public:
  explicit LiveMemory(uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}  // 0: no limit

  uint64_t held_bytes() const { return held_->load(std::memory_order_relaxed); }
  // Whether so much is held that the slowest readers have to give some up.
  bool full() const { return limit_bytes_ > 0 && held_bytes() > limit_bytes_; }
  // Whether they have given up enough: there is room for a while.
  bool has_room() const { return limit_bytes_ == 0 || held_bytes() <= limit_bytes_ / 4 * 3; }

  LiveLease lease(uint64_t bytes) const {
    LiveLease out(held_);
    out.set(bytes);
    return out;
  }
  // Returns the batch, whose bytes are held until its last copy is destroyed.
  std::shared_ptr<const Batch> hold(std::shared_ptr<const Batch> batch) const;

 private:
  const uint64_t limit_bytes_;
  const std::shared_ptr<std::atomic<uint64_t>> held_ = std::make_shared<std::atomic<uint64_t>>(0);
};

// Returns about what the batch keeps from being freed.
uint64_t memory_bytes(const Batch& batch);

}  // namespace logsvc::server
