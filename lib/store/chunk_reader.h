// Sealed entries, in a file that never changes again. Layout: FORMAT.md.
// The file is treated as hostile: every offset, count and hash is checked before use.
// Safe from several threads. Decoded parts are shared and immutable.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "model/entry.h"
#include "os/file_system.h"
#include "store/chunk_format.h"

namespace logsvc::store {

// Times, places and metadata of every row of a block, without the text.
struct BlockRows {
  std::vector<Timestamp> times;
  // Of the row's line, in the text of its frame.
  std::vector<uint32_t> text_offsets;
  std::vector<uint32_t> text_lengths;
  std::string metadata_bytes;  // the sets' views point here
  std::vector<std::vector<LabelView>> metadata_sets;
  std::vector<uint32_t> metadata;  // set of each row; empty: no row has any

  size_t memory_bytes() const;
};

class ChunkReader {
 public:
  // Reads and verifies the footer. kCorrupt (path: what) if it does not; kNotFound if the file
  // is gone.
  static Result<std::shared_ptr<const ChunkReader>> open(FileSystem& files,
                                                         const std::string& path);

  const std::string& path() const { return path_; }
  const FileEnd& end() const { return end_; }
  // Parsed once, then kept.
  Result<std::shared_ptr<const BlockHeader>> block(uint32_t number) const;
  Result<std::shared_ptr<const BlockRows>> rows(uint32_t number) const;
  // Text of the frame (an index into header.frames of kind kText).
  Result<std::shared_ptr<const std::string>> text(uint32_t number, const FrameRef& frame) const;

 private:
  ChunkReader(std::unique_ptr<ReadableFile> file, std::string path, FileEnd end)
      : file_(std::move(file)), path_(std::move(path)), end_(std::move(end)) {}
  struct Opened {
    std::shared_ptr<const BlockHeader> header;
    uint64_t frames_offset = 0;
  };
  Result<Opened> opened(uint32_t number) const;
  Result<std::string> frame(const Opened& block, const FrameRef& frame) const;
  Result<std::string> only_frame(const Opened& block, FrameKind kind) const;
  Error located(const Error& error, uint32_t number) const;

  const std::unique_ptr<ReadableFile> file_;
  const std::string path_;
  const FileEnd end_;
  mutable Mutex mutex_;
  mutable std::map<uint32_t, Opened> blocks_ GUARDED_BY(mutex_);
};

// Readers of recently used files. Safe from several threads.
class ChunkCache {
 public:
  explicit ChunkCache(FileSystem& files, size_t max_files = 512)
      : files_(files), max_files_(max_files) {}
  Result<std::shared_ptr<const ChunkReader>> get(uint64_t id, const std::string& path);
  void remove(uint64_t id);

 private:
  FileSystem& files_;
  const size_t max_files_;
  Mutex mutex_;
  using Item = std::pair<uint64_t, std::shared_ptr<const ChunkReader>>;
  std::list<Item> recent_ GUARDED_BY(mutex_);  // newest first
  std::unordered_map<uint64_t, std::list<Item>::iterator> by_id_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::store
