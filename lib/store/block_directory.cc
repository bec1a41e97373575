#include "store/block_directory.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

namespace logsvc::store {
namespace {

// For so few streams the database is asked directly when much would have to be read else.
constexpr size_t kFewStreams = 16;
constexpr size_t kManyFiles = 4;

}  // namespace

Result<LruCache<uint64_t, BlockDirectory::FileRows>::Ref> BlockDirectory::of_file(uint64_t file) {
  if (auto known = cache_.find(file)) return known;
  ASSIGN_OR_RETURN(FileRows rows, index_.blocks_of_file(file));
  auto shared = std::make_shared<const FileRows>(std::move(rows));
  cache_.put(file, shared, shared->size() * sizeof(StreamBlock));
  return LruCache<uint64_t, FileRows>::Ref(shared);
}

Result<std::vector<StreamBlock>> BlockDirectory::find(const std::vector<StreamRef>& streams,
                                                      TimeRange range,
                                                      const std::vector<uint64_t>& files) {
  std::vector<StreamBlock> out;
  if (files.empty() || streams.empty()) return out;
  if (streams.size() <= kFewStreams && files.size() > kManyFiles) {
    const auto unknown = std::count_if(files.begin(), files.end(),
                                       [&](uint64_t f) { return cache_.find(f) == nullptr; });
    if (static_cast<size_t>(unknown) > kManyFiles) {
      ASSIGN_OR_RETURN(out, index_.blocks(streams, range, files.back()));
      std::erase_if(out, [&](const StreamBlock& b) {
        return !std::binary_search(files.begin(), files.end(), b.file_id);
      });
      std::sort(out.begin(), out.end(), [](const StreamBlock& a, const StreamBlock& b) {
        return std::tie(a.file_id, a.block, a.first_row) <
               std::tie(b.file_id, b.block, b.first_row);
      });
      return out;
    }
  }
  std::unordered_set<uint64_t> wanted(streams.size() * 2);
  for (const StreamRef& s : streams) wanted.insert(s->id);
  for (const uint64_t file : files) {
    ASSIGN_OR_RETURN(const auto rows, of_file(file));
    for (const StreamBlock& b : *rows) {
      if (range.overlaps(b.first, b.last) && wanted.count(b.stream_id)) out.push_back(b);
    }
  }
  return out;
}

}  // namespace logsvc::store
