#include "model/entry.h"

namespace logsvc {

std::shared_ptr<const Batch> batch_without(std::shared_ptr<const Batch> batch,
                                           std::span<const BatchPlace> places) {
  if (places.empty()) return batch;
  struct Part {
    std::shared_ptr<const Batch> whole;  // owns the bytes
    Batch left;
  };
  auto part = std::make_shared<Part>();
  auto next = places.begin();
  for (uint32_t s = 0; s < batch->streams.size(); ++s) {
    const StreamEntries& all = batch->streams[s];
    StreamEntries left{all.labels, {}};
    for (uint32_t e = 0; e < all.entries.size(); ++e) {
      if (next != places.end() && next->stream == s && next->entry == e) {
        ++next;
      } else {
        left.entries.push_back(all.entries[e]);
      }
    }
    if (!left.entries.empty()) part->left.streams.push_back(std::move(left));
  }
  part->whole = std::move(batch);
  return {part, &part->left};
}

}  // namespace logsvc
