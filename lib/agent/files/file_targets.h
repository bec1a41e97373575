// Reads all files of the static_configs and file_sd_configs of all jobs on one thread: it expands
// globs again from time to time, watches folders by inotify, and gives a turn to each file that has
// something to read.
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

// Returns how a file is compressed: as the job says, otherwise by its name.
Compression compression_of(const DecompressionConfig& config, const std::string& path);
// Returns the discovered labels of a static_config.
Labels with_address(Labels labels);
// Returns the existing files of a target, by __path__, __path_exclude__ and __host__.
std::vector<std::string> files_of_target(const Labels& relabelled, const std::string& host);

class FileTargets : private OtherFiles {
 public:
  struct Options {
    std::vector<FileJob> jobs;
    Duration sync_period = 10 * kSecond;
    std::string host;  // for __host__
    // The offsets, by path, that an earlier Promtail left.
    std::map<std::string, uint64_t> promtail_offsets;
    // Receives the offset of every file, by path, from time to time; called on the thread.
    std::function<void(const std::map<std::string, uint64_t>&)> on_positions;
  };
  struct Status {
    std::string job;
    std::string path;
    uint64_t offset = 0;
    uint64_t lag_bytes = 0;
  };

  // Starts the thread. Borrows everything; only the thread may use the store.
  FileTargets(Options options, LineStore& store, const Clock& clock, Metrics& metrics,
              Diagnostics& diagnostics);
  // Ends the thread. Lines held back stay in their files.
  ~FileTargets() override;

  std::vector<Status> status() const;  // any thread

 private:
  struct Tail {
    std::unique_ptr<TailedFile> file;
    std::string job;
    Labels discovered;
    std::string folder, name;  // parts of the path
  };
  void run();
  // A job and its current targets: those of the configuration and those of its target files.
  struct JobTargets {
    FileJob job;
    TargetFiles files;
    std::vector<StaticConfig> now;
  };
  // Finds new files and forgets those that are gone.
  void sync();
  // Stops reading files that have lost their target, and keeps their places.
  void leave_dropped();
  void sync_target(const FileJob& job, const StaticConfig& target);
  void add_tail(const FileJob& job, const Labels& discovered, const std::string& path);
  std::optional<uint64_t> begin_at(const TailedFile::Options& file, int fd) override;
  bool is_target(const std::string& job, const std::string& path) override;
  void on_left(const std::string& job, const FilePlace& place) override;
  void watch(const std::string& folder);
  // Gives each file that has something a turn. Returns false when stopping.
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
  // Only for the thread.
  std::vector<JobTargets> jobs_;
  std::set<std::string> target_file_folders_;
  std::map<std::string, Tail> tails_;  // by source
  std::set<std::string> ready_;        // sources
  // Files that are no longer read, with their jobs: they may come back under other names.
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
