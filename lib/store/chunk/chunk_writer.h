// Writes entries into one immutable chunk file. For one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file_system.h"
#include "store/chunk/chunk_format.h"
#include "store/chunk/window.h"

namespace logsvc::store {

// Holds what the index has to know of a written file.
struct ChunkSummary {
  uint64_t file_bytes = 0;
  uint64_t rows = 0;
  uint64_t raw_bytes = 0;
  Timestamp first = 0;
  Timestamp last = 0;
  std::vector<std::vector<BlockStream>> blocks;  // the streams of each block
  uint64_t fallbacks = 0;  // blocks kept as plain lines since they did not verify
};

// Writes blocks one after the other into path.tmp; finish() turns it into path: synced, renamed,
// directory synced. A writer that is destroyed without it leaves path.tmp, which the next start
// removes.
class ChunkWriter {
 public:
  static Result<ChunkWriter> create(FileSystem& files, const std::string& path);

  // streams must be sorted by label string, their rows by time, and not empty. A new block is begun
  // when the last one has twice block_bytes of lines.
  Status add(const std::vector<Window::StreamRows>& streams, uint64_t block_bytes);
  // Adds a block as it is in another file.
  Status add_stored(const std::string& bytes, const BlockHeader& header);
  bool is_empty() const { return refs_.empty(); }
  // At least one block must have been added.
  Result<ChunkSummary> finish(JournalSpan span, const std::vector<uint64_t>& replaces);
  // These are finish() in steps, for whoever syncs and renames many files together: they write what
  // belongs at the end, make it last, and return what the index has to know.
  Status end(JournalSpan span, const std::vector<uint64_t>& replaces);
  Status sync() { return file_->sync(); }
  ChunkSummary take_summary() { return std::move(summary_); }

 private:
  ChunkWriter(FileSystem& files, std::string path, std::unique_ptr<WritableFile> file)
      : files_(files), path_(std::move(path)), file_(std::move(file)) {}
  Status put(const std::string& bytes, uint32_t rows, uint64_t raw_bytes,
             std::vector<BlockStream> streams);

  FileSystem& files_;
  std::string path_;
  std::unique_ptr<WritableFile> file_;
  std::vector<BlockRef> refs_;
  ChunkSummary summary_;
};

// Writes one window as one file.
Result<ChunkSummary> write_chunk(FileSystem& files, const std::string& path,
                                 const std::vector<Window::StreamRows>& streams, JournalSpan span,
                                 uint64_t block_bytes);

}  // namespace logsvc::store
