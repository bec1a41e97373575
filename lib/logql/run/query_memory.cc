#include "logql/run/query_memory.h"

#include <algorithm>
#include <string>

namespace logsvc::logql {
namespace {

// Accounts take from the budget in steps of this size, so that queries do not wait for each other
// at each entry.
constexpr uint64_t kStepBytes = 256 << 10;

// The limit of an account that has none of its own, so that sums of bytes do not wrap around.
constexpr uint64_t kMostBytes = UINT64_MAX / 2;

uint64_t whole_steps(uint64_t bytes) { return (bytes + kStepBytes - 1) / kStepBytes * kStepBytes; }

constexpr const char* kAdvice = "add more label matchers, a shorter range or a smaller limit";

Error over_own_limit(uint64_t limit) {
  return invalid("the query would hold more than " + std::to_string(limit >> 20) + " MiB; " +
                 kAdvice);
}

Error over_common_limit(uint64_t limit) {
  return {ErrorCode::kLimit,
          "too many outstanding requests: all running queries together would "
          "hold more than " +
              std::to_string(limit >> 20) + " MiB (--query-memory); try again later, or " +
              kAdvice};
}

}  // namespace

bool QueryMemory::take(uint64_t bytes) {
  uint64_t used = used_bytes_.load(std::memory_order_relaxed);
  do {
    if (limit_bytes_ && (bytes > limit_bytes_ || used > limit_bytes_ - bytes)) return false;
  } while (!used_bytes_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  return true;
}

MemoryAccount::MemoryAccount(std::shared_ptr<QueryMemory> all, uint64_t limit_bytes)
    : all_(std::move(all)), limit_bytes_(limit_bytes ? limit_bytes : kMostBytes) {}

MemoryAccount::~MemoryAccount() {
  if (all_) all_->give_back(reserved_bytes_);
}

Status MemoryAccount::hold(uint64_t bytes) {
  if (bytes > limit_bytes_ || held_bytes_ > limit_bytes_ - bytes) {
    return over_own_limit(limit_bytes_);
  }
  const uint64_t held = held_bytes_ + bytes;
  if (all_ && held > reserved_bytes_) {
    const uint64_t more = whole_steps(held) - reserved_bytes_;
    if (!all_->take(more)) return over_common_limit(all_->limit_bytes());
    reserved_bytes_ += more;
  }
  held_bytes_ = held;
  peak_bytes_ = std::max(peak_bytes_, held);
  return {};
}

void MemoryAccount::release(uint64_t bytes) {
  held_bytes_ -= std::min(bytes, held_bytes_);
  const uint64_t needed = whole_steps(held_bytes_);
  if (!all_ || reserved_bytes_ <= needed + kStepBytes) return;
  all_->give_back(reserved_bytes_ - needed);
  reserved_bytes_ = needed;
}

uint64_t memory_bytes(const std::string& text) {
  static const size_t kInside = std::string().capacity();
  return text.capacity() > kInside ? text.capacity() + kAllocationBytes : 0;
}

uint64_t memory_bytes(const Labels& labels) {
  uint64_t out = labels.capacity() * sizeof(Label) + kAllocationBytes;
  for (const Label& label : labels) out += memory_bytes(label.name) + memory_bytes(label.value);
  return out;
}

}  // namespace logsvc::logql
