// Turns lines of one target into entries to push. StagePipeline runs the stages of a Promtail file;
// AutoPipeline understands lines without configuration.
//
// A pipeline may hold lines back (an open multi-line block). A reader must not commit its place
// behind a line that is still held: see oldest_held(). After a restart the lines from there on are
// read again and give the same entries, byte for byte.
//
// For one target (and one of its streams, stdout or stderr), on one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"
#include "model/label_set.h"

namespace logsvc::agent {

struct InputLine {
  uint64_t sequence = 0;  // set by the reader; grows with each line
  Timestamp time = 0;     // Docker's or the journal's, or when it was read
  std::string_view text;  // without its line end
  // Structured metadata of the line, sorted by name; lives during TargetPipeline::process.
  std::span<const LabelView> metadata = {};
};

// Views live during LineSink::add.
struct OutputLine {
  std::string_view labels;  // {a="1", b="x"}: sorted, as it is pushed; without tenant
  Timestamp timestamp = 0;
  std::string_view line;
  std::span<const LabelView> metadata;  // structured metadata, sorted by name
  std::string_view tenant;              // empty: the client's
};

class LineSink {
 public:
  virtual ~LineSink() = default;
  virtual void add(const OutputLine& line) = 0;
};

class TargetPipeline {
 public:
  static constexpr int64_t kNever = INT64_MAX;

  virtual ~TargetPipeline() = default;

  // Gives the sink no, one or several entries (also of earlier lines) during the call. steady_ns:
  // Clock::steady_ns(), for waiting blocks.
  virtual void process(const InputLine& line, int64_t steady_ns, LineSink& sink) = 0;
  // Passes on blocks whose wait is over. Call at next_due() or later; cheap if nothing is due.
  virtual void flush_due(int64_t steady_ns, LineSink& sink) = 0;
  // Passes on everything held when the target has ended.
  virtual void flush_all(LineSink& sink) = 0;

  // Returns when flush_due has something to do, in Clock::steady_ns; kNever if nothing waits.
  virtual int64_t next_due() const { return kNever; }
  // Returns the sequence of the first line that has neither gone to the sink nor been dropped.
  virtual std::optional<uint64_t> oldest_held() const { return {}; }
  // Returns the time (steady_ns) before which the reader should not give lines, because a stage
  // limits the rate. Lines given earlier are not lost.
  virtual int64_t paused_until() const { return 0; }
};

}  // namespace logsvc::agent
