#include "server/ingest/label_values.h"

#include <algorithm>

namespace logsvc::server {

void LabelValues::sweep(Name& name, int64_t hour) {
  if (name.swept_hour == hour) return;
  name.swept_hour = hour;
  values_ -= std::erase_if(name.values,
                           [&](const auto& value) { return hour - value.second >= kWindowHours; });
}

void LabelValues::make_room(const Name& but) {
  const uint64_t most = std::max(kMaxValues, max_values_);
  while (names_.size() > kMaxNames || (values_ > most && names_.size() > 1)) {
    auto oldest = names_.end();
    for (auto it = names_.begin(); it != names_.end(); ++it) {
      if (&it->second == &but) continue;
      if (oldest == names_.end() || it->second.grew < oldest->second.grew) oldest = it;
    }
    if (oldest == names_.end()) return;
    values_ -= oldest->second.values.size();
    names_.erase(oldest);
  }
}

bool LabelValues::add(std::string_view name, std::string_view value, int64_t hour) {
  auto found = names_.find(name);
  if (found == names_.end()) found = names_.emplace(std::string(name), Name()).first;
  Name& counted = found->second;
  const uint64_t hash = std::hash<std::string_view>()(value);
  if (const auto known = counted.values.find(hash); known != counted.values.end()) {
    known->second = hour;
    return true;
  }
  if (counted.values.size() >= max_values_) sweep(counted, hour);
  if (counted.values.size() >= max_values_) return false;
  counted.values.emplace(hash, hour);
  counted.grew = ++growths_;
  values_ += 1;
  make_room(counted);
  return true;
}

uint64_t LabelValues::count(std::string_view name, int64_t hour) {
  const auto found = names_.find(name);
  if (found == names_.end()) return 0;
  sweep(found->second, hour);
  return found->second.values.size();
}

}  // namespace logsvc::server
