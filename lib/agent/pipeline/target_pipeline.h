// Lines of one target → entries to push. Two of them: StagePipeline runs the stages of a Promtail
// file, AutoPipeline understands lines without configuration.
//
// A pipeline may hold lines back (an open multi-line block). A reader must not commit its place
// behind a line that is still held: see oldest_held(). After a restart the lines from there on come
// again and give the same entries, byte for byte.
//
// One target (and one of its streams, stdout or stderr), one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"
#include "model/label_set.h"

namespace logsvc::agent {

struct InputLine {
  uint64_t sequence = 0;  // of the reader: each line's is greater than the one before
  Timestamp time = 0;     // Docker's, the journal's, or of reading
  std::string_view text;  // without its line end
  // Structured metadata that it came with, sorted by name; lives during TargetPipeline::process.
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

  // Nothing, one or several entries (also of earlier lines) go to the sink during the call.
  // steady_ns: Clock::steady_ns(), for what waits.
  virtual void process(const InputLine& line, int64_t steady_ns, LineSink& sink) = 0;
  // Blocks whose wait is over go to the sink. Call at next_due() or later; cheap if nothing is due.
  virtual void flush_due(int64_t steady_ns, LineSink& sink) = 0;
  // Everything held goes to the sink: the target has ended.
  virtual void flush_all(LineSink& sink) = 0;

  // When flush_due has something to do, in Clock::steady_ns; kNever if nothing waits.
  virtual int64_t next_due() const { return kNever; }
  // The sequence of the first line that has neither gone to the sink nor been dropped.
  virtual std::optional<uint64_t> oldest_held() const { return {}; }
  // A stage limits the rate: the reader should not give lines before this time (steady_ns). They
  // are not lost if it does.
  virtual int64_t paused_until() const { return 0; }
};

}  // namespace logsvc::agent
