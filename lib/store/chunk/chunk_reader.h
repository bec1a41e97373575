// Reads sealed entries from a file that never changes again. Layout: FORMAT.md. The file is treated
// as hostile: every offset, count and hash is checked before use. Safe from several threads.
// Decoded parts are shared and immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "os/file_system.h"
#include "store/chunk/chunk_format.h"
#include "store/columns/column_reader.h"

namespace logsvc::store {

// Holds a block as a query sees it: its header, and where its frames are.
struct OpenBlock {
  std::shared_ptr<const BlockHeader> header;
  uint64_t frames_offset = 0;  // in the file
};

class ChunkReader {
 public:
  // Reads and verifies the footer. Returns kCorrupt (path: what) if it does not verify; kNotFound
  // if the file is gone.
  static Result<std::shared_ptr<const ChunkReader>> open(FileSystem& files,
                                                         const std::string& path);

  const std::string& path() const { return path_; }
  const FileEnd& end() const { return end_; }
  Result<OpenBlock> block(uint32_t number, StreamLabels labels = StreamLabels::kRead) const;
  // Returns the block's bytes as they are in the file.
  Result<std::string> stored_block(uint32_t number) const;
  // Returns the frame's raw bytes, verified.
  Result<RawBytes> frame(const OpenBlock& block, const Frame& frame) const;
  Result<std::vector<Timestamp>> times(const OpenBlock& block) const;
  // Makes the loader for ColumnReader; it borrows this and copies the block.
  ColumnReader::LoadFrame loader(const OpenBlock& block) const;
  // Returns the error with path and block in front.
  Error located(const Error& error, uint32_t number) const;

 private:
  ChunkReader(std::unique_ptr<ReadableFile> file, std::string path, FileEnd end)
      : file_(std::move(file)), path_(std::move(path)), end_(std::move(end)) {}

  const std::unique_ptr<ReadableFile> file_;
  const std::string path_;
  const FileEnd end_;
};

}  // namespace logsvc::store
