// A disk in memory that can lose what was not synced and fail writes. Safe from several threads.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "os/file_system.h"

namespace logsvc::testing {

class MemFileSystem : public FileSystem {
 public:
  // Every file falls back to its last synced bytes, as after a power cut. (Names are taken as
  // synced.)
  void drop_unsynced();
  // The n-th append from now (1: the next) fails with kNoSpace after writing half; 0: none.
  void fail_append(int nth);
  // The next sync fails with kIo.
  void fail_next_sync();

  // The bytes of a file, to damage them.
  std::string bytes(const std::string& path) const;
  void set_bytes(const std::string& path, std::string bytes);

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
  Result<DiskSpace> space(const std::string& path) override;

 private:
  struct File {
    std::string now;
    std::string synced;
  };
  struct State {
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<File>> files;
    std::set<std::string> dirs;
    int fail_append = 0;
    bool fail_sync = false;
  };
  class Writer;
  class Reader;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace logsvc::testing
