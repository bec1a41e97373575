#include "server/live/live_memory.h"

namespace logsvc::server {

std::shared_ptr<const Batch> LiveMemory::hold(std::shared_ptr<const Batch> batch) const {
  struct Held {
    std::shared_ptr<const Batch> batch;
    LiveLease lease;
  };
  const uint64_t bytes = memory_bytes(*batch);
  auto held = std::make_shared<Held>(Held{std::move(batch), lease(bytes)});
  const Batch* const it = held->batch.get();
  return {std::move(held), it};
}

uint64_t memory_bytes(const Batch& batch) {
  uint64_t bytes = batch.arena.size_bytes() + batch.packed.snappy.size();
  // A batch without its duplicates has its bytes in the one that it was made of.
  const bool borrows = bytes == 0;
  for (const StreamEntries& stream : batch.streams) {
    bytes += stream.entries.size() * sizeof(Entry);
    if (!borrows) continue;
    for (const Entry& entry : stream.entries) bytes += entry.line.size();
  }
  return bytes;
}

}  // namespace logsvc::server
