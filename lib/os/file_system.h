// Reaches the disk, behind an interface so that tests can drop what was not synced and fail writes.
// PosixFileSystem is the real one; tests/support/mem_file_system.h is the other. All are safe from
// several threads; a single file object is for one thread at a time, except that sync() may run
// beside append() in another thread, and any thread may call ReadableFile::read_at.
//
// Errors: kNotFound if the path does not exist, kNoSpace if the disk is full (ENOSPC, EDQUOT) or
// the process's file-size limit is reached (EFBIG), kPermission, else kIo. Messages name the path
// and the system's reason.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace logsvc {

class WritableFile {
 public:
  virtual ~WritableFile() = default;  // closes without sync
  virtual Status append(std::string_view bytes) = 0;
  // Appends the parts one after the other, without joining them first.
  virtual Status append_parts(std::span<const std::string_view> parts);
  // Returns when the bytes appended so far survive a power cut (fdatasync).
  virtual Status sync() = 0;
  // Cuts the file to size bytes; later appends go there.
  virtual Status truncate(uint64_t size) = 0;
};

class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  virtual uint64_t size() const = 0;
  // Reads exactly n bytes from offset; kCorrupt if the file ends before.
  virtual Result<std::string> read_at(uint64_t offset, uint64_t n) const = 0;
};

struct DiskSpace {
  uint64_t total_bytes = 0;
  uint64_t free_bytes = 0;  // for unprivileged users
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<std::unique_ptr<ReadableFile>> open_read(const std::string& path) = 0;
  // Creates or empties the file.
  virtual Result<std::unique_ptr<WritableFile>> create(const std::string& path) = 0;
  // Opens at the end; creates the file if it is missing.
  virtual Result<std::unique_ptr<WritableFile>> open_append(const std::string& path) = 0;
  virtual Result<std::string> read_all(const std::string& path) = 0;
  // Returns the names (not paths) in the directory, sorted.
  virtual Result<std::vector<std::string>> list(const std::string& dir) = 0;
  virtual Result<uint64_t> file_size(const std::string& path) = 0;
  virtual bool exists(const std::string& path) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  // Removes only empty directories.
  virtual Status remove_dir(const std::string& path) = 0;
  // Makes parents too; it is fine if the directory exists.
  virtual Status make_dirs(const std::string& path) = 0;
  // Makes renames, creations and removals in the directory survive a power cut.
  virtual Status sync_dir(const std::string& path) = 0;
  // Does sync() of every file and sync_dir() of every directory on the disk of `path` in one go
  // (syncfs), for many small files at once. It also waits for what others wrote there.
  virtual Status sync_disk(const std::string& path) = 0;
  virtual Result<DiskSpace> space(const std::string& path) = 0;
  // Sets mode 0600. A file system without modes has nothing to do.
  virtual Status make_private(const std::string&) { return {}; }

  // Replaces a whole file so that it survives a crash at any point: temp file, sync, rename,
  // sync_dir.
  enum class Readers { kGroup, kOwner };  // kOwner: nobody else from the first byte on
  Status replace(const std::string& path, std::string_view bytes,
                 Readers readers = Readers::kGroup);
};

// Is the file system of this machine; stateless.
class PosixFileSystem : public FileSystem {
 public:
  Result<std::unique_ptr<ReadableFile>> open_read(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> open_append(const std::string& path) override;
  Result<std::string> read_all(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& dir) override;
  Result<uint64_t> file_size(const std::string& path) override;
  bool exists(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status remove_dir(const std::string& path) override;
  Status make_dirs(const std::string& path) override;
  Status sync_dir(const std::string& path) override;
  Status sync_disk(const std::string& path) override;
  Result<DiskSpace> space(const std::string& path) override;
  Status make_private(const std::string& path) override;
};

// Returns the directory part of a path ("." if it has none).
std::string parent_dir(const std::string& path);

}  // namespace logsvc
