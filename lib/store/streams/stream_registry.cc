#include "store/streams/stream_registry.h"

#include <algorithm>

namespace logsvc::store {

StreamRef StreamRegistry::get_or_add(const LabelSet& labels) {
  {
    ReaderLock lock(mutex_);
    if (const auto found = by_labels_.find(labels); found != by_labels_.end()) return found->second;
  }
  WriterLock lock(mutex_);
  StreamRef& slot = by_labels_[labels];
  if (!slot) {
    slot = std::make_shared<const Stream>(Stream{next_id_++, labels});
    by_id_[slot->id] = slot;
  }
  return slot;
}

bool StreamRegistry::has(const LabelSet& labels) const {
  ReaderLock lock(mutex_);
  return by_labels_.count(labels) != 0;
}

void StreamRegistry::add(uint64_t id, const LabelSet& labels) {
  WriterLock lock(mutex_);
  auto stream = std::make_shared<const Stream>(Stream{id, labels});
  by_labels_[labels] = stream;
  by_id_[id] = std::move(stream);
  next_id_ = std::max(next_id_, id + 1);
}

StreamRef StreamRegistry::find(uint64_t id) const {
  ReaderLock lock(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<StreamRef> StreamRegistry::select(std::span<const Matcher> matchers) const {
  std::vector<StreamRef> out;
  {
    ReaderLock lock(mutex_);
    for (const auto& [labels, stream] : by_labels_) {
      if (matches_all(matchers, labels)) out.push_back(stream);
    }
  }
  std::sort(out.begin(), out.end(),
            [](const StreamRef& a, const StreamRef& b) { return a->labels < b->labels; });
  return out;
}

void StreamRegistry::keep_only(const std::unordered_set<uint64_t>& ids) {
  WriterLock lock(mutex_);
  std::erase_if(by_labels_, [&](const auto& s) { return !ids.count(s.second->id); });
  std::erase_if(by_id_, [&](const auto& s) { return !ids.count(s.first); });
  by_labels_.rehash(0);
  by_id_.rehash(0);
}

size_t StreamRegistry::size() const {
  ReaderLock lock(mutex_);
  return by_id_.size();
}

}  // namespace logsvc::store
