#include "store/head/batch_parts.h"

#include <algorithm>
#include <utility>

#include "base/time.h"

namespace logsvc::store {
namespace {

// Entries of one stream and day that follow each other are a run. An agent that sends what a host
// with a hundred containers logged around midnight has 200.
constexpr size_t kMostRuns = 1024;

// Returns the end of the run that begins at `first`.
size_t end_of_run(const std::vector<Entry>& entries, size_t first) {
  const Timestamp day = start_of_day(entries[first].timestamp);
  const Timestamp next = add_saturated(day, kDay);
  size_t end = first + 1;
  while (end < entries.size() && entries[end].timestamp >= day && entries[end].timestamp < next) {
    ++end;
  }
  return end;
}

}  // namespace

bool opens_many(const Batch& batch) {
  size_t runs = 0;
  for (const StreamEntries& stream : batch.streams) {
    for (size_t i = 0; i < stream.entries.size(); i = end_of_run(stream.entries, i)) {
      if (++runs > kMostRuns) return true;
    }
  }
  return false;
}

Status for_each_part(const Batch& batch, const std::function<Status(Batch)>& append) {
  Batch part;
  size_t runs = 0;
  for (const StreamEntries& stream : batch.streams) {
    part.streams.push_back({stream.labels, {}});
    for (size_t i = 0; i < stream.entries.size();) {
      if (runs == kMostRuns) {
        RETURN_IF_ERROR(append(std::exchange(part, Batch())));
        part.streams.push_back({stream.labels, {}});
        runs = 0;
      }
      const size_t end = end_of_run(stream.entries, i);
      auto& entries = part.streams.back().entries;
      entries.insert(entries.end(), stream.entries.begin() + static_cast<ptrdiff_t>(i),
                     stream.entries.begin() + static_cast<ptrdiff_t>(end));
      ++runs;
      i = end;
    }
  }
  return append(std::move(part));
}

std::shared_ptr<const Batch> batch_of_parts(
    std::shared_ptr<const Batch> whole, const std::vector<std::shared_ptr<const Batch>>& parts) {
  struct Joined {
    std::shared_ptr<const Batch> whole;  // has the bytes
    Batch batch;
  };
  auto joined = std::make_shared<Joined>();
  joined->whole = std::move(whole);
  for (const auto& part : parts) {
    for (const StreamEntries& stream : part->streams) joined->batch.streams.push_back(stream);
  }
  return {joined, &joined->batch};
}

}  // namespace logsvc::store
