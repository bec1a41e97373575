#include "store/chunk/chunk_cache.h"

namespace logsvc::store {

Result<std::shared_ptr<const ChunkReader>> ChunkCache::reader(uint64_t file,
                                                              const std::string& path) {
  if (auto known = readers_.find(file)) return known;
  ASSIGN_OR_RETURN(auto reader, ChunkReader::open(files_, path));
  readers_.put(file, reader, 1);
  return reader;
}

Result<OpenBlock> ChunkCache::block(uint64_t file, const ChunkReader& reader, uint32_t number) {
  RETURN_IF_ERROR(known_damage(file, number));
  if (const auto known = blocks_.find({file, number})) return *known;
  auto block = reader.block(number, StreamLabels::kLeaveOut);
  if (!block.ok()) return damaged(file, number, block.error());
  blocks_.put({file, number}, std::make_shared<const OpenBlock>(*block),
              block->header->memory_bytes());
  return block;
}

void ChunkCache::remove(uint64_t file) {
  readers_.remove(file, file + 1);
  blocks_.remove({file, 0}, {file + 1, 0});
  MutexLock lock(mutex_);
  damaged_.erase(damaged_.lower_bound({file, 0}), damaged_.lower_bound({file + 1, 0}));
}

Error ChunkCache::damaged(uint64_t file, uint32_t number, const Error& error) {
  if (error.code != ErrorCode::kCorrupt) return error;
  {
    MutexLock lock(mutex_);
    if (!damaged_.emplace(Key{file, number}, error.message).second) return error;
  }
  if (report_) report_(file, number, error);
  return error;
}

void ChunkCache::remember_damage(uint64_t file, uint32_t number, const std::string& why) {
  MutexLock lock(mutex_);
  damaged_.emplace(Key{file, number}, why);
}

Status ChunkCache::known_damage(uint64_t file, uint32_t number) const {
  MutexLock lock(mutex_);
  const auto found = damaged_.find({file, number});
  return found == damaged_.end() ? Status() : Error{ErrorCode::kCorrupt, found->second};
}

size_t ChunkCache::damaged_blocks() const {
  MutexLock lock(mutex_);
  return damaged_.size();
}

}  // namespace logsvc::store
