// Keeps what queries share of chunk files: open readers and parsed block headers. It is bounded;
// the least recently used goes first. It also knows which blocks do not verify: these are not tried
// again. Safe from several threads.
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

  // Is told once of each block that is found damaged. Set it before any other thread uses the
  // cache.
  using DamageReport = std::function<void(uint64_t file, uint32_t block, const Error&)>;
  void on_damage(DamageReport report) { report_ = std::move(report); }
  // Makes block() return this error from now on. Errors other than kCorrupt pass through: they may
  // not last.
  Error damaged(uint64_t file, uint32_t number, const Error& error);
  // Notes damage that an earlier process found: it is not reported again.
  void remember_damage(uint64_t file, uint32_t number, const std::string& why);
  // Returns the error of a block that is known to be damaged; reads nothing.
  Status known_damage(uint64_t file, uint32_t number) const;
  size_t damaged_blocks() const;
  uint64_t memory_bytes() const { return blocks_.memory_bytes(); }

 private:
  using Key = std::pair<uint64_t, uint32_t>;  // file, block

  FileSystem& files_;
  LruCache<uint64_t, ChunkReader> readers_;  // each counts as 1
  LruCache<Key, OpenBlock> blocks_;
  mutable Mutex mutex_;
  std::map<Key, std::string> damaged_ GUARDED_BY(mutex_);  // with the reason
  DamageReport report_;
};

}  // namespace logsvc::store
