#include "agent/docker/wakeup_stream.h"

#include <utility>

#include "base/time.h"

namespace logsvc::agent {
namespace {

constexpr Duration kInterval = 250 * kMillisecond;

}  // namespace

bool WakeupStream::read() {
  const auto count = [this](const LogRecord&) { ++untold_records_; };
  while (true) {
    const auto bytes = stream_->read(net::HttpStream::kDoNotWait);
    if (!bytes.ok() && bytes.error().code == ErrorCode::kTimeout) return true;
    if (!bytes.ok() || bytes->empty() || !decoder_.feed(*bytes, count).ok()) return false;
  }
}

uint64_t WakeupStream::take_records(int64_t now) {
  answer_wanted_ = true;
  not_before_ = now + kInterval;
  return std::exchange(untold_records_, 0);
}

}  // namespace logsvc::agent
