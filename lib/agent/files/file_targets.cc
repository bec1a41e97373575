#include "agent/files/file_targets.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "agent/files/glob.h"
#include "agent/files/rotated_files.h"
#include "agent/pipeline/pipeline_entry.h"

namespace logsvc::agent {
namespace {

constexpr Duration kMinSync = 50 * kMillisecond;  // between looks at globs when files come and go
constexpr size_t kMaxLeft = 1000;
constexpr uint32_t kEvents = IN_CREATE | IN_MODIFY | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;

bool tells_targets(const std::string& name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) return false;
  const std::string_view ending = std::string_view(name).substr(dot);
  return ending == ".json" || ending == ".yml" || ending == ".yaml" || ending == ".JSON" ||
         ending == ".YML" || ending == ".YAML";
}

}  // namespace

Compression compression_of(const DecompressionConfig& config, const std::string& path) {
  if (config.enabled) {
    return config.format == "z"     ? Compression::kZlib
           : config.format == "bz2" ? Compression::kBzip2
                                    : Compression::kGzip;
  }
  return compression_of_name(path);
}

Labels with_address(Labels labels) {
  if (!find_label(labels, "__address__")) set_label(labels, "__address__", "localhost");
  return labels;
}

std::vector<std::string> files_of_target(const Labels& relabelled, const std::string& host) {
  const std::string* wanted = find_label(relabelled, "__host__");
  const std::string* pattern = find_label(relabelled, "__path__");
  if ((wanted && !wanted->empty() && *wanted != host) || !pattern || pattern->empty()) return {};
  std::vector<std::string> out = glob_files(*pattern);
  const std::string* without = find_label(relabelled, "__path_exclude__");
  if (without && !without->empty()) {
    std::erase_if(out, [&](const auto& path) { return glob_matches_path(*without, path); });
  }
  return out;
}

FileTargets::FileTargets(Options options, LineStore& store, const Clock& clock, Metrics& metrics,
                         Diagnostics& diagnostics)
    : options_(std::move(options)),
      store_(store),
      clock_(clock),
      diagnostics_(diagnostics),
      metrics_(metrics),
      context_{store_, clock_, metrics_, diagnostics_},
      watches_(kEvents) {
  for (const FileJob& job : options_.jobs)
    jobs_.push_back({job, TargetFiles(job.target_files, diagnostics_), job.targets});
  wake_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] { run(); });
}

FileTargets::~FileTargets() {
  stop_ = true;
  const uint64_t one = 1;
  (void)!::write(wake_fd_, &one, sizeof one);
  thread_.join();
  report_positions();
  tails_.clear();
  ::close(wake_fd_);
}

std::vector<FileTargets::Status> FileTargets::status() const {
  MutexLock lock(mutex_);
  return status_;
}

void FileTargets::publish() {
  std::vector<Status> out;
  for (const auto& [source, tail] : tails_) {
    out.push_back({tail.job, tail.file->path(), tail.file->offset(), tail.file->lag_bytes()});
  }
  MutexLock lock(mutex_);
  status_ = std::move(out);
}

void FileTargets::report_positions() const {
  if (!options_.on_positions) return;
  std::map<std::string, uint64_t> out;
  for (const auto& [source, tail] : tails_) {
    out[tail.file->path()] = tail.file->committed_offset();
  }
  options_.on_positions(out);
}

void FileTargets::watch(const std::string& folder) {
  if (watch_of_.count(folder)) return;
  const int id = watches_.add(folder);
  if (id == FolderWatches::kNone) return;  // it is checked every sync_period instead
  watch_of_[folder] = id;
  folder_of_[id] = folder;
}

std::optional<uint64_t> FileTargets::begin_at(const TailedFile::Options& file, int fd) {
  const bool packed = file.compression != Compression::kNone;
  const auto head = packed ? unpacked_head(fd, file.compression) : std::nullopt;
  if (packed && !head) return 0;           // its reader will report the error
  if (packed && head->empty()) return {};  // it is being written
  const auto is_that = [&](const FileIdentity& other) {
    return packed ? begins_so(*head, other) : is_same_file(fd, other);
  };
  for (const auto& [source, tail] : tails_) {
    if (source == file.source || tail.job != file.job) continue;
    const auto other = packed ? tail.file->identity() : std::nullopt;
    if (packed ? other && is_that(*other) : tail.file->reads_renamed(fd)) return {};
  }
  for (auto left = left_.rbegin(); left != left_.rend(); ++left) {
    if (left->first == file.job && is_that(left->second.file)) return left->second.offset;
  }
  return 0;
}

bool FileTargets::is_target(const std::string& job, const std::string& path) {
  return std::any_of(tails_.begin(), tails_.end(), [&](const auto& one) {
    return one.second.job == job && one.second.file->path() == path;
  });
}

void FileTargets::on_left(const std::string& job, const FilePlace& place) {
  left_.emplace_back(job, place);
  if (left_.size() > kMaxLeft) left_.pop_front();
}

void FileTargets::add_tail(const FileJob& job, const Labels& discovered, const std::string& path) {
  std::error_code failure;
  const std::string full = std::filesystem::absolute(path, failure).lexically_normal().string();
  const std::string source = "file/" + job.job->name() + "/" + full;
  if (tails_.count(source)) return;
  auto pipeline = job.job->open(discovered, {{"filename", full}});
  if (!pipeline) return;
  TailedFile::Options options;
  options.source = source;
  options.path = full;
  options.compression = compression_of(job.decompression, full);
  if (!job.encoding.empty()) {
    auto decoder = TextDecoder::make(job.encoding);
    if (!decoder.ok()) {
      metrics_.failures.add();
      diagnostics_.warn("agent", "a file is not read",
                        {{"path", full}, {"why", decoder.error().message}});
      return;
    }
    options.decoder = std::move(*decoder);
  }
  options.job = job.job->name();
  options.others = this;
  const auto known = options_.promtail_offsets.find(full);
  if (known != options_.promtail_offsets.end()) options.start_offset = known->second;
  const std::filesystem::path parts(full);
  Tail tail{std::make_unique<TailedFile>(context_, std::move(options), std::move(pipeline)),
            job.job->name(), discovered, parts.parent_path().string(), parts.filename().string()};
  watch(tail.folder);
  tails_.emplace(source, std::move(tail));
  ready_.insert(source);
}

void FileTargets::sync_target(const FileJob& job, const StaticConfig& target) {
  const Labels discovered = with_address(target.labels);
  const auto labels = job.job->relabel(discovered);
  if (!labels) return;
  for (const std::string& path : files_of_target(*labels, options_.host)) {
    add_tail(job, discovered, path);
  }
  const std::string* pattern = find_label(*labels, "__path__");
  if (!pattern || pattern->empty()) return;
  // A folder that has no files yet is watched as well.
  const size_t special = pattern->find_first_of("*?[{");
  const std::string fixed = pattern->substr(0, special);
  watch(std::filesystem::path(fixed).parent_path().string());
}

void FileTargets::leave_dropped() {
  std::set<std::pair<std::string, Labels>> wanted;
  for (const JobTargets& job : jobs_) {
    for (const StaticConfig& target : job.now)
      wanted.emplace(job.job.job->name(), with_address(target.labels));
  }
  std::erase_if(tails_, [&](const auto& one) {
    const Tail& tail = one.second;
    if (wanted.count({tail.job, tail.discovered})) return false;
    (void)tail.file->flush_due(INT64_MAX);  // open blocks: no more lines are read
    return true;
  });
}

void FileTargets::sync() {
  bool changed = false;
  for (JobTargets& job : jobs_) {
    for (const std::string& folder : job.files.folders()) {
      watch(folder);
      target_file_folders_.insert(folder);
    }
    if (!job.files.refresh()) continue;
    changed = true;
    job.now = job.job.targets;
    for (StaticConfig& target : job.files.targets()) job.now.push_back(std::move(target));
  }
  if (changed) leave_dropped();
  for (const JobTargets& job : jobs_) {
    for (const StaticConfig& target : job.now) sync_target(job.job, target);
  }
  for (const auto& [source, tail] : tails_) ready_.insert(source);
}

bool FileTargets::round(int64_t now) {
  const std::set<std::string> turns = std::move(ready_);
  ready_.clear();
  for (const std::string& source : turns) {
    if (stop_) return false;
    const auto found = tails_.find(source);
    if (found == tails_.end()) continue;
    TailedFile& file = *found->second.file;
    if (file.paused_until() > now) {
      ready_.insert(source);
      continue;
    }
    switch (file.turn()) {
      case TailedFile::State::kMore:
        ready_.insert(source);
        break;
      case TailedFile::State::kIdle:
        break;
      case TailedFile::State::kGone:
        tails_.erase(found);
        break;
      case TailedFile::State::kStop:
        return false;
    }
  }
  return true;
}

void FileTargets::on_event(const FolderWatches::Event& event) {
  if (event.lost() || (event.mask & (IN_CREATE | IN_MOVED_TO))) sync_soon_ = true;
  const auto folder = folder_of_.find(event.watch);
  if (folder == folder_of_.end()) return;
  if (event.is_last()) {
    watch_of_.erase(folder->second);
    folder_of_.erase(folder);
    return;
  }
  if (target_file_folders_.count(folder->second) && tells_targets(std::string(event.name)))
    sync_soon_ = true;
  for (const auto& [source, tail] : tails_) {
    if (tail.name == event.name && tail.folder == folder->second) ready_.insert(source);
  }
}

void FileTargets::wait(int64_t until_ns) {
  const int64_t left = until_ns - clock_.steady_ns();
  const int timeout =
      left <= 0 ? 0 : static_cast<int>(std::min<int64_t>(left / kMillisecond + 1, 10'000));
  pollfd fds[2] = {{wake_fd_, POLLIN, 0}, {watches_.fd(), POLLIN, 0}};  // poll ignores -1
  ::poll(fds, 2, timeout);
  watches_.read([this](const FolderWatches::Event& event) { on_event(event); });
}

void FileTargets::run() {
  int64_t next_sync = 0, next_publish = 0;
  while (!stop_) {
    const int64_t now = clock_.steady_ns();
    if (now >= next_sync) {
      sync();
      report_positions();
      sync_soon_ = false;
      next_sync = now + std::max(options_.sync_period, kMinSync);
    }
    if (!round(now)) return;
    int64_t until = next_sync;
    for (auto& [source, tail] : tails_) {
      if (!tail.file->flush_due(clock_.steady_ns())) return;
      if (tail.file->look_again_at() <= clock_.steady_ns()) ready_.insert(source);
      until = std::min({until, tail.file->next_due(), tail.file->look_again_at()});
    }
    if (now >= next_publish) {
      publish();
      next_publish = now + kSecond;
    }
    const auto runnable = [&](const std::string& source) {
      const auto found = tails_.find(source);
      return found != tails_.end() && found->second.file->paused_until() <= now;
    };
    if (std::any_of(ready_.begin(), ready_.end(), runnable)) {
      until = 0;
    } else {
      for (const std::string& source : ready_) {
        const auto found = tails_.find(source);
        if (found != tails_.end()) until = std::min(until, found->second.file->paused_until());
      }
    }
    wait(until);
    if (sync_soon_) next_sync = std::min(next_sync, clock_.steady_ns() + kMinSync);
  }
}

}  // namespace logsvc::agent
