// All files of the static_configs and file_sd_configs of all jobs, on one thread: globs are looked
// at again now and then, folders are watched by inotify, and each file that has something gets a
// turn.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "agent/common/folder_watches.h"
#include "agent/files/tailed_file.h"
#include "agent/files/target_files.h"
#include "agent/jobs/job.h"
#include "base/mutex.h"

namespace logsvc::agent {

struct FileJob {
  std::shared_ptr<const Job> job;
  std::vector<StaticConfig> targets;
  std::vector<FileSdConfig> target_files;
  std::string encoding;
  DecompressionConfig decompression;
};

// How a file is packed: as the job says, else by its name.
Compression compression_of(const DecompressionConfig& config, const std::string& path);
// What is discovered of a static_config.
Labels with_address(Labels labels);
// The files there are now for a target: by __path__, __path_exclude__ and __host__.
std::vector<std::string> files_of_target(const Labels& relabelled, const std::string& host);

class FileTargets : private OtherFiles {
 public:
  struct Options {
    std::vector<FileJob> jobs;
    Duration sync_period = 10 * kSecond;
    std::string host;  // for __host__
    // Offsets by path, of a Promtail that was here before.
    std::map<std::string, uint64_t> promtail_offsets;
    // Is given the offset of every file, by path, now and then; from the thread.
    std::function<void(const std::map<std::string, uint64_t>&)> on_positions;
  };
  struct Status {
    std::string job;
    std::string path;
    uint64_t offset = 0;
    uint64_t lag_bytes = 0;
  };

  // Starts the thread. Borrows everything; the store is the thread's alone.
  FileTargets(Options options, LineStore& store, const Clock& clock, Metrics& metrics,
              Diagnostics& diagnostics);
  // Ends the thread. Lines that are held back stay in their files.
  ~FileTargets() override;

  std::vector<Status> status() const;  // any thread

 private:
  struct Tail {
    std::unique_ptr<TailedFile> file;
    std::string job;
    Labels discovered;
    std::string folder, name;  // of the path
  };
  void run();
  // A job, and the targets it has now: those of the configuration and those of its target files.
  struct JobTargets {
    FileJob job;
    TargetFiles files;
    std::vector<StaticConfig> now;
  };
  // Looks for new files, and forgets those that are gone.
  void sync();
  // Files of which the target is no more are left, at the place that they are read to.
  void leave_dropped();
  void sync_target(const FileJob& job, const StaticConfig& target);
  void add_tail(const FileJob& job, const Labels& discovered, const std::string& path);
  std::optional<uint64_t> begin_at(const TailedFile::Options& file, int fd) override;
  bool is_target(const std::string& job, const std::string& path) override;
  void on_left(const std::string& job, const FilePlace& place) override;
  void watch(const std::string& folder);
  // A turn for each file that has something. False: stopping.
  bool round(int64_t now);
  void wait(int64_t until_ns);
  void on_event(const FolderWatches::Event& event);
  void publish();
  void report_positions() const;

  const Options options_;
  LineStore& store_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  FileMetrics metrics_;
  const TailContext context_;
  int wake_fd_ = -1;
  std::atomic<bool> stop_{false};
  // The thread's alone.
  std::vector<JobTargets> jobs_;
  std::set<std::string> target_file_folders_;
  std::map<std::string, Tail> tails_;  // by source
  std::set<std::string> ready_;        // sources
  // Files that were left, with their jobs: they may come again under other names.
  std::deque<std::pair<std::string, FilePlace>> left_;
  FolderWatches watches_;
  std::map<std::string, int> watch_of_;   // by folder
  std::map<int, std::string> folder_of_;  // by watch
  bool sync_soon_ = false;
  mutable Mutex mutex_;
  std::vector<Status> status_ GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace logsvc::agent
