// Limits how much memory the bodies of requests, and what is unpacked from them, may hold together.
// Safe from several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace logsvc::http {

class MemoryBudget {
 public:
  // Requests that hold more than kSmallBytes leave a quarter of the budget to smaller ones.
  static constexpr uint64_t kSmallBytes = 1u << 20;

  explicit MemoryBudget(uint64_t bytes) : most_(bytes) {}

  uint64_t held() const { return held_.load(std::memory_order_relaxed); }
  // Returns the most that was held since the last call.
  uint64_t take_peak() { return peak_.exchange(held(), std::memory_order_relaxed); }

 private:
  friend class MemoryLease;
  bool take(uint64_t bytes, uint64_t already) {
    const uint64_t most = already + bytes > kSmallBytes ? most_ / 4 * 3 : most_;
    uint64_t held = held_.load(std::memory_order_relaxed);
    do {
      if (bytes > most || held > most - bytes) return false;
    } while (!held_.compare_exchange_weak(held, held + bytes, std::memory_order_relaxed));
    uint64_t peak = peak_.load(std::memory_order_relaxed);
    while (held + bytes > peak &&
           !peak_.compare_exchange_weak(peak, held + bytes, std::memory_order_relaxed)) {
    }
    return true;
  }
  void give_back(uint64_t bytes) { held_.fetch_sub(bytes, std::memory_order_relaxed); }

  const uint64_t most_;
  std::atomic<uint64_t> held_{0};
  std::atomic<uint64_t> peak_{0};
};

// What one request holds of a budget; its end gives it back. For one thread.
class MemoryLease {
 public:
  MemoryLease() = default;  // without a budget: anything may be taken
  explicit MemoryLease(std::shared_ptr<MemoryBudget> budget) : budget_(std::move(budget)) {}
  ~MemoryLease() { release(); }
  MemoryLease(MemoryLease&& other) noexcept
      : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, 0)) {}
  MemoryLease& operator=(MemoryLease&& other) noexcept {
    release();
    budget_ = std::move(other.budget_);
    bytes_ = std::exchange(other.bytes_, 0);
    return *this;
  }

  // Returns false if the budget does not have that much; nothing is taken then.
  bool grow(uint64_t bytes) {
    if (budget_ && !budget_->take(bytes, bytes_)) return false;
    bytes_ += bytes;
    return true;
  }
  void release() {
    if (budget_ && bytes_ > 0) budget_->give_back(bytes_);
    bytes_ = 0;
  }

 private:
  std::shared_ptr<MemoryBudget> budget_;
  uint64_t bytes_ = 0;
};

}  // namespace logsvc::http
