// Reads the files of a container's log as one: X, and before it X.1, X.2 … or X.1.gz …, where the
// highest number is the oldest. It opens newer files as soon as it sees them, so that a slow reader
// loses nothing to rotation. For one thread.
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

// Reads bytes of a file that may be compressed; closes the file.
class LogFileBytes;

// Buffers shared by all the files that one thread reads.
struct LogFileBuffers {
  std::string bytes, text;
};

class LogFiles {
 public:
  // path is that of the newest file, which need not exist yet. Borrows the buffers.
  LogFiles(std::string path, LogFileFormat format, LogFileBuffers& buffers);
  ~LogFiles();

  // Opens the files that exist; none at all is fine. Returns true if reading continues directly
  // behind the cursor, false if it begins with the oldest file that may hold newer records and the
  // cursor's record has to be searched for. Returns kPermission and kIo as they occur.
  Result<bool> open(const Cursor& cursor);

  using OnRecord = std::function<void(const LogRecord&)>;
  // Passes on records until about max_bytes of files are read. Returns the bytes read, 0 at the
  // end.
  Result<size_t> read(size_t max_bytes, const OnRecord& on_record);
  // Opens files that are newer than the known ones.
  Status look();

  // Counts how often a file was rotated away or emptied, perhaps before all of it was read.
  uint64_t gaps() const { return gaps_; }
  bool has_any() const { return !files_.empty(); }
  uint64_t damaged_records() const { return damaged_; }

 private:
  struct File {
    std::unique_ptr<LogFileBytes> bytes;
    uint64_t inode = 0;
    uint64_t offset = 0;  // of the next record, uncompressed
    std::string first;    // its first bytes, which identify it once it is compressed
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
  std::deque<File> files_;  // the front one is being read
  LogFileBuffers& buffers_;
  uint64_t gaps_ = 0;
  uint64_t damaged_ = 0;
};

}  // namespace logsvc::agent
