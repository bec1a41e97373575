// Is a disk in memory that behaves like one at its worst: what was not synced may be lost, names as
// well as bytes; operations fail; the power goes. Safe from several threads.
//
// A name (create, rename, remove, make_dirs, remove_dir) is durable once its directory was synced,
// and bytes once their file was. crash() decides at random what else is kept.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "os/file_system.h"

namespace logsvc::testing {

class MemFileSystem : public FileSystem {
 public:
  // Sets every file back to its last synced bytes; names stay as they are.
  void drop_unsynced();
  // Cuts the power and restarts: names and bytes that were not synced are each kept, lost or torn.
  void crash(std::mt19937_64& random);

  // Makes the n-th append from now (1: the next) fail with kNoSpace after writing half; 0: none.
  void fail_append(int nth);
  // Makes the next sync fail with kIo.
  void fail_next_sync();
  // Makes the n-th operation from now (1: the next) that changes the disk fail with kIo or
  // kNoSpace, an append after a part of it; 0: none.
  void fail_operation(uint64_t nth);
  // Lets nothing reach the disk from that operation on, until crash(). `on_off` is called once,
  // then.
  void power_off(uint64_t nth, std::function<void()> on_off = {});
  bool is_off() const;
  uint64_t operations() const;  // that changed the disk or tried to

  // Returns the bytes of a file, to damage them.
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
  Status sync_disk(const std::string& path) override;
  Result<DiskSpace> space(const std::string& path) override;
  void set_space(DiskSpace space);

 private:
  struct File {
    std::string now;
    std::string synced;
  };
  using FileRef = std::shared_ptr<File>;
  struct Names {
    std::map<std::string, FileRef> files;
    std::set<std::string> dirs;
  };
  // Is a change of names that was not synced. file is what `path` then names; nullptr: nothing.
  struct Change {
    std::string dir;   // its sync makes the change durable
    std::string path;  // file or directory
    FileRef file;
    std::string from;  // for a rename
    enum class Kind { kFile, kMakeDir, kRemoveDir } kind = Kind::kFile;
  };
  struct State {
    std::mutex mutex;
    Names now;
    Names durable;
    std::vector<Change> changes;
    DiskSpace space{1u << 30, 1u << 30};
    int fail_append = 0;
    bool fail_sync = false;
    uint64_t operations = 0;
    uint64_t fail_at = 0;
    uint64_t off_at = 0;
    bool off = false;
    std::function<void()> on_off;

    Status operate();
    void change(Change c);
  };
  static void apply(const Change& change, Names& names);
  static void tear(File& file, std::mt19937_64& random);
  class Writer;
  class Reader;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace logsvc::testing
