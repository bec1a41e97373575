#include "server/live/shown_history.h"

namespace logsvc::server {
namespace {

constexpr int64_t kCompareAfterHistory = 2 * kSecond;

// Lengths stand before the parts of any bytes, so that the parts cannot run into each other.
std::string key_of(const TailEntry& e) {
  std::string key = std::to_string(e.entry.timestamp) + ' ';
  for (const Labels* labels : {&e.labels, &e.entry.metadata, &e.entry.parsed}) {
    key += std::to_string(labels->size()) + ' ';
    for (const Label& label : *labels) {
      for (const std::string* part : {&label.name, &label.value}) {
        key += std::to_string(part->size()) + ' ' + *part;
      }
    }
  }
  return key + e.entry.line;
}

}  // namespace

void ShownHistory::set(const std::vector<TailEntry>& history, int64_t now_ns) {
  for (const TailEntry& entry : history) {
    bytes_ += sizeof(std::string) + logql::kHashNodeBytes + keys_.insert(key_of(entry))->capacity();
  }
  compare_until_ns_ = history.empty() ? 0 : now_ns + kCompareAfterHistory;
}

bool ShownHistory::may_have(const LivePiece& piece) {
  if (comparing_ && piece.offered_ns < compare_until_ns_) return true;
  comparing_ = false;
  keys_ = {};
  bytes_ = 0;
  return false;
}

bool ShownHistory::take(const TailEntry& entry) {
  if (keys_.empty()) return false;
  const auto found = keys_.find(key_of(entry));
  if (found == keys_.end()) return false;
  keys_.erase(found);
  return true;
}

}  // namespace logsvc::server
