#include "wire/label_text_cache.h"

namespace logsvc::wire {

Result<LabelSet> LabelTextCache::parse(std::string_view text) {
  {
    ReaderLock lock(mutex_);
    if (const auto found = sets_.find(text); found != sets_.end()) return found->second;
  }
  auto parsed = LabelSet::parse(text);
  if (!parsed.ok()) {
    const std::string& message = parsed.error().message;
    if (message.find("parse error") == std::string::npos) return parsed.error();
    return invalid("couldn't parse labels: " + message);
  }
  WriterLock lock(mutex_);
  if (sets_.size() >= kMaxEntries) sets_.clear();
  return sets_.emplace(text, std::move(*parsed)).first->second;
}

}  // namespace logsvc::wire
