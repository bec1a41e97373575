// Takes one container's log into the spool, from a file or from answers of the API:
//
//   bytes → records → resume filter → joined lines → pipeline → groups with the place behind them
//
// For the thread of ReadLoop.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/common/agent_metrics.h"
#include "agent/docker/docker_client.h"
#include "agent/docker/log_files.h"
#include "agent/docker/log_frame_decoder.h"
#include "agent/docker/partial_joiner.h"
#include "agent/docker/resume_filter.h"
#include "agent/docker/safe_place.h"
#include "agent/pipeline/target_pipeline.h"
#include "agent/spool/group_writer.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"

namespace logsvc::agent {

// Makes the pipeline for one output of a container; null: the output is not wanted.
using MakePipeline = std::function<std::unique_ptr<TargetPipeline>(const Container&, OutputStream)>;

// Shared by the logs of one thread; outlives them.
struct LogContext {
  Spool& spool;
  GroupWriter& writer;
  LogFileBuffers& buffers;
  const Clock& clock;
  AgentMetrics& metrics;
  Diagnostics& diagnostics;
  MakePipeline make_pipeline;
  size_t max_line_bytes;
};

enum class TurnEnd {
  kMore,           // the turn's limit was reached
  kIdle,           // nothing more for now
  kStreamEnded,    // an answer of the API ended and was read completely
  kAnchorMissing,  // the answer does not contain the place to continue from: ask for everything
  kBroken,         // an answer broke off, or the file cannot be read
};

struct TurnResult {
  TurnEnd end = TurnEnd::kIdle;
  size_t bytes = 0;
  std::string why;  // set with kBroken
};

class ContainerLog {
 public:
  ContainerLog(const LogContext& context, std::string source, Container container);
  ~ContainerLog();

  const Container& container() const { return container_; }
  // Sets a new name and labels for the lines read from now on.
  void update(Container container);

  void use_files(const std::string& path, LogFileFormat format);
  // everything: the answer was requested without `since`, so records not in it are lost.
  void use_stream(std::unique_ptr<net::HttpStream> stream, bool everything);
  bool has_stream() const { return stream_ != nullptr; }
  bool uses_files() const { return !file_path_.empty(); }
  // Returns true if the log is read from files and no file ever existed.
  bool missed() const { return uses_files() && filter_.cursor().timestamp == 0 && !saw_file_; }
  int stream_fd() const;
  const Cursor& cursor() const { return filter_.cursor(); }
  std::string source() const { return source_; }

  // Reads up to about max_bytes into the writer. commit() must follow.
  TurnResult turn(size_t max_bytes);
  // Puts the turn's lines into the spool, together with the place. On kNoSpace, call it again
  // before this thread reads anything else.
  Status commit();
  // Passes on all held lines after the container ended and all was read. commit() must follow.
  void flush_all();
  // Passes on multi-line blocks whose wait is over. Returns true if something was written. commit()
  // must follow.
  bool flush_due(int64_t steady_ns);
  int64_t next_due() const;
  // Returns when a rate limit allows the next turn (steady_ns); 0: at once.
  int64_t paused_until() const;
  // Closes the files until the next turn.
  void rest() { files_.reset(); }

 private:
  TurnResult read_files(size_t max_bytes);
  TurnResult read_stream(size_t max_bytes);
  Status open_files();
  void add_record(const LogRecord& record, bool last_try);
  void add_new(const LogRecord& record);
  void add_line(OutputStream stream, Timestamp time, std::string_view line);
  void make_pipelines();
  bool holding() const;
  uint64_t oldest_held() const;
  void count();

  const LogContext& context_;
  const std::string source_;
  Container container_;
  std::array<std::unique_ptr<TargetPipeline>, 2> pipelines_;
  ResumeFilter filter_;
  PartialJoiner joiner_;
  SafePlace safe_;
  Cursor committed_;
  uint64_t last_line_ = 0;   // its number in the spool
  uint64_t input_line_ = 0;  // numbers lines for the pipelines
  uint64_t uncommitted_bytes_ = 0;

  std::string file_path_;
  LogFileFormat format_ = LogFileFormat::kJsonFile;
  std::unique_ptr<LogFiles> files_;
  std::unique_ptr<net::HttpStream> stream_;
  std::optional<LogFrameDecoder> decoder_;
  bool saw_file_ = false;
  bool everything_ = false;
  bool of_podman_ = false;  // Podman sends the stream
  bool anchor_missing_ = false;
  // The values counted so far.
  uint64_t gaps_ = 0, repeats_ = 0, cut_ = 0, file_gaps_ = 0, damaged_ = 0;
  uint64_t lines_read_ = 0, bytes_read_ = 0;
};

}  // namespace logsvc::agent
