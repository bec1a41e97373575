// The files of a container's log as one: X, and before it X.1, X.2 … or X.1.gz …, the highest
// number being the oldest. Files that follow the one being read are opened as soon as they are
// seen, so that rotation takes nothing away from a reader that is behind. For one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "agent/docker/cursor.h"
#include "agent/docker/log_file_decoder.h"
#include "base/result.h"

namespace logsvc::agent {

// Bytes of a file that may be compressed; closes it.
class LogFileBytes;

// Shared by the files that one thread reads.
struct LogFileBuffers {
  std::string bytes, text;
};

class LogFiles {
 public:
  // path: of the newest file; it need not be there yet. Borrows the buffers.
  LogFiles(std::string path, LogFileFormat format, LogFileBuffers& buffers);
  ~LogFiles();

  // Opens what there is. True: reading goes on right behind the cursor. False: it begins with the
  // oldest file that may hold what is behind the cursor, and the record is to be searched.
  // kPermission and kIo as they come; no file at all is fine.
  Result<bool> open(const Cursor& cursor);

  using OnRecord = std::function<void(const LogRecord&)>;
  // Gives records until about max_bytes of files are read. Returns their bytes, 0 at the end.
  Result<size_t> read(size_t max_bytes, const OnRecord& on_record);
  // Opens files that are newer than those known.
  Status look();

  // Times that files were rotated away, or the file emptied, perhaps before all was read.
  uint64_t gaps() const { return gaps_; }
  bool has_any() const { return !files_.empty(); }
  uint64_t damaged_records() const { return damaged_; }

 private:
  struct File {
    std::unique_ptr<LogFileBytes> bytes;
    uint64_t inode = 0;
    uint64_t offset = 0;  // of the next record, uncompressed
    std::string first;    // its first bytes, by which it is known when it has been compressed
  };
  Result<std::deque<File>> list() const;
  Result<File> open_file(const std::string& path) const;
  bool is_anchor(File& file, const Cursor& cursor);
  bool begins_after(File& file, Timestamp time);
  Result<size_t> read_file(File& file, size_t max_bytes, const OnRecord& on_record);
  bool was_replaced() const;
  Status check_emptied(File& file);

  const std::string path_;
  const LogFileFormat format_;
  std::deque<File> files_;  // the front is being read
  LogFileBuffers& buffers_;
  uint64_t gaps_ = 0;
  uint64_t damaged_ = 0;
};

}  // namespace logsvc::agent
