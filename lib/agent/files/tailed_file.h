// Follows one path through growth, rotation (renamed or deleted, a new file in its place) and
// truncation. A file that was rotated while the agent did not run is found again by its inode or,
// if it was compressed, by its first bytes; it is read to its end, then the files rotated after it
// are read.
//
// Belongs to the thread of FileTargets.
#pragma once

#include <sys/stat.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "agent/files/file_metrics.h"
#include "agent/files/file_place.h"
#include "agent/files/line_source.h"
#include "agent/files/line_store.h"
#include "agent/files/rotated_files.h"
#include "agent/files/text_decoder.h"
#include "agent/pipeline/target_pipeline.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"

namespace logsvc::agent {

struct TailContext {
  LineStore& store;
  const Clock& clock;
  FileMetrics& metrics;
  Diagnostics& diagnostics;
};

class OtherFiles;

class TailedFile {
 public:
  struct Options {
    std::string source;  // its key in the store
    std::string path;
    Compression compression = Compression::kNone;
    std::unique_ptr<TextDecoder> decoder;  // null: UTF-8
    std::optional<uint64_t> start_offset;  // if nothing is known yet (Promtail's positions)
    std::string job;                       // whose target it is; used by others
    OtherFiles* others = nullptr;          // null: it is the only file
  };
  TailedFile(const TailContext& context, Options options, std::unique_ptr<TargetPipeline> pipeline);
  ~TailedFile();

  enum class State {
    kMore,  // more can be read now
    kIdle,  // at its end
    kGone,  // the path is gone and all was read; or it is read under another name
    kStop,  // the agent is stopping
  };
  // Reads for a while and commits. Checks for rotation at the end of a file.
  State turn();
  // Passes on blocks whose wait is over. Returns false when the agent is stopping.
  bool flush_due(int64_t steady_ns);
  int64_t next_due() const { return pipeline_->next_due(); }
  int64_t paused_until() const { return pipeline_->paused_until(); }
  // Returns when a turn is due without any event for the file: one that was renamed may still be
  // written to. Otherwise returns kNever.
  static constexpr int64_t kNever = INT64_MAX;
  int64_t look_again_at() const { return look_again_at_; }
  // Returns whether the open file is the one read here, although the path has another file by now.
  bool reads_renamed(int fd) const;
  // Identifies the file that is read here; nullopt before it was opened.
  std::optional<FileIdentity> identity() const;

  const std::string& path() const { return options_.path; }
  const std::string& source() const { return options_.source; }
  uint64_t offset() const { return lines_ ? lines_->offset() : 0; }
  uint64_t lag_bytes() const;
  // Returns the offset behind the last line that is safe.
  uint64_t committed_offset() const;

 private:
  bool open_at_start();
  bool open_path();
  bool open_successor();
  bool open_new(int fd, Compression compression);
  bool open_rotated(const FilePlace& place);
  bool open_packed(const FilePlace& place, const std::vector<RotatedFile>& rotated);
  // Makes the files that had the path after the last open one the next to be read: they are found
  // by their numbers, otherwise by having been written to since that time (ns; 0: none).
  void note_rotated(int64_t modified);
  bool note_listed(const std::vector<RotatedFile>& rotated, int64_t modified);
  bool open(int fd, uint64_t offset, Compression compression);
  void close();
  // Decides what to do at the end of the file, by what the path has now.
  State at_end();
  bool is_overwritten() const;
  State read_anew();
  State next_file();
  // Returns whether the writer of a renamed file may not have noticed the rename yet.
  bool may_grow();
  void note_successors();
  void add_successor(int fd);  // takes over the descriptor
  // Returns whether it is the file being read, or one of successors_.
  bool is_open(const struct stat& file) const;
  bool know_encoding();
  uint64_t whole_characters(uint64_t offset) const;
  bool read(size_t max_bytes);
  void finish();
  void add_line(std::string_view text, uint64_t offset);
  bool commit();
  void fail(const char* what, const std::string& why);

  const TailContext& context_;
  Options options_;
  const std::shared_ptr<FileMetrics::OfPath> counts_;
  std::unique_ptr<TargetPipeline> pipeline_;
  int fd_ = -1;
  bool is_rotated_ = false;  // fd_ is an older file than the one at the path
  FileIdentity identity_;
  std::unique_ptr<LineSource> lines_;
  uint64_t base_ = 0;  // added to offsets so that sequences grow across files
  bool first_open_ = true;
  Compression compression_ = Compression::kNone;  // of fd_
  bool knows_encoding_ = false;                   // of fd_: see TextDecoder::begin
  struct Successor {
    int fd;
    Compression compression;
  };
  std::deque<Successor> successors_;  // the files that had the path later, in order
  int64_t look_again_at_ = kNever;
  // For a renamed file: since when the new one has lines; its size, and since when it is unchanged.
  int64_t succeeded_at_ = 0, quiet_since_ = 0;
  uint64_t quiet_bytes_ = 0;
  std::string committed_;
};

// The set of files to which a TailedFile belongs; it knows under which other names a file was read.
class OtherFiles {
 public:
  virtual ~OtherFiles() = default;
  // Returns where to begin in an open file that is new at the path of `file`, behind what was read
  // under another name. Returns nullopt while the file is being read under that name; try later.
  virtual std::optional<uint64_t> begin_at(const TailedFile::Options& file, int fd) = 0;
  // Returns whether the job follows the path separately, for example because of a glob.
  virtual bool is_target(const std::string& job, const std::string& path) = 0;
  // Notes that a file was read up to the place and replaced by another at its path.
  virtual void on_left(const std::string& job, const FilePlace& place) = 0;
};

}  // namespace logsvc::agent
