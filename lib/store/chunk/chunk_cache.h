// What queries share of chunk files: open readers, parsed block headers. Bounded; what was not used
// for longest goes first. Also, which blocks do not verify: these are not tried again. Safe from
// several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "store/chunk/chunk_reader.h"
#include "store/common/lru_cache.h"

namespace logsvc::store {

class ChunkCache {
 public:
  ChunkCache(FileSystem& files, uint64_t max_bytes, size_t max_files = 512)
      : files_(files), readers_(max_files), blocks_(max_bytes) {}

  Result<std::shared_ptr<const ChunkReader>> reader(uint64_t file, const std::string& path);
  Result<OpenBlock> block(uint64_t file, const ChunkReader& reader, uint32_t number);
  void remove(uint64_t file);

  // Is told of each block that is found damaged, once. Before any other thread uses the cache.
  using DamageReport = std::function<void(uint64_t file, uint32_t block, const Error&)>;
  void on_damage(DamageReport report) { report_ = std::move(report); }
  // From now on block() gives this error. Other errors than kCorrupt pass: they may not last.
  Error damaged(uint64_t file, uint32_t number, const Error& error);
  // As found by an earlier process: not reported again.
  void remember_damage(uint64_t file, uint32_t number, const std::string& why);
  // The error of a block that is known to be damaged; reads nothing.
  Status known_damage(uint64_t file, uint32_t number) const;
  size_t damaged_blocks() const;
  uint64_t memory_bytes() const { return blocks_.memory_bytes(); }

 private:
  using Key = std::pair<uint64_t, uint32_t>;  // file, block

  FileSystem& files_;
  LruCache<uint64_t, ChunkReader> readers_;  // each counts as one
  LruCache<Key, OpenBlock> blocks_;
  mutable Mutex mutex_;
  std::map<Key, std::string> damaged_ GUARDED_BY(mutex_);  // and why
  DamageReport report_;
};

}  // namespace logsvc::store
