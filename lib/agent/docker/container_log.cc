#include "agent/docker/container_log.h"

#include <algorithm>
#include <utility>

namespace logsvc::agent {
namespace {

constexpr uint64_t kSilentCommitBytes = 1u << 20;  // without a line: saves the place too

size_t index_of(OutputStream s) { return s == OutputStream::kStderr ? 1 : 0; }

Cursor saved_cursor(const LogContext& context, const std::string& source) {
  auto cursor = decode_cursor(context.spool.state(source).position);
  if (cursor.ok()) return *cursor;
  context.diagnostics.warn("agent", "a saved position cannot be read: the log is read anew",
                           {{"source", source}, {"why", cursor.error().message}});
  return {};
}

}  // namespace

ContainerLog::ContainerLog(const LogContext& context, std::string source, Container container)
    : context_(context),
      source_(std::move(source)),
      container_(std::move(container)),
      filter_(saved_cursor(context, source_)),
      joiner_(context.max_line_bytes),
      safe_(filter_.cursor()),
      committed_(filter_.cursor()),
      last_line_(context.spool.state(source_).lines) {
  make_pipelines();
}

ContainerLog::~ContainerLog() = default;

void ContainerLog::make_pipelines() {
  for (const OutputStream s : {OutputStream::kStdout, OutputStream::kStderr})
    pipelines_[index_of(s)] = context_.make_pipeline(container_, s);
}

void ContainerLog::update(Container container) {
  const bool same = container.name == container_.name && container.labels == container_.labels;
  container_ = std::move(container);
  if (same) return;
  for (auto& pipeline : pipelines_) {
    if (pipeline) pipeline->flush_all(context_.writer);
  }
  make_pipelines();
}

void ContainerLog::use_files(const std::string& path, LogFileFormat format) {
  stream_.reset();
  file_path_ = path;
  format_ = format;
  files_.reset();
}

void ContainerLog::use_stream(std::unique_ptr<net::HttpStream> stream, bool everything) {
  file_path_.clear();
  files_.reset();
  // An answer broke off inside a long line: read the line again from its first piece.
  if (joiner_.has_open()) {
    joiner_ = PartialJoiner(context_.max_line_bytes);
    cut_ = 0;
    filter_ = ResumeFilter(safe_.place(oldest_held()));
    gaps_ = repeats_ = 0;
  }
  filter_.reopen();
  stream_ = std::move(stream);
  of_podman_ = !container_.tty && !stream_->header("libpod-api-version").empty();
  decoder_.emplace(container_.tty);
  everything_ = everything || filter_.cursor().timestamp == 0;
  anchor_missing_ = false;
}

int ContainerLog::stream_fd() const { return stream_ ? stream_->fd() : -1; }

Status ContainerLog::open_files() {
  files_ = std::make_unique<LogFiles>(file_path_, format_, context_.buffers);
  file_gaps_ = damaged_ = 0;
  ASSIGN_OR_RETURN(const bool behind_cursor, files_->open(filter_.cursor()));
  if (behind_cursor) {
    filter_.resume_behind_cursor();
  } else {
    filter_.reopen();
  }
  return {};
}

TurnResult ContainerLog::turn(size_t max_bytes) {
  TurnResult turn = uses_files() ? read_files(max_bytes) : read_stream(max_bytes);
  count();
  return turn;
}

TurnResult ContainerLog::read_files(size_t max_bytes) {
  if (!files_) {
    if (const Status opened = open_files(); !opened.ok()) {
      files_.reset();
      return {TurnEnd::kBroken, 0, opened.error().message};
    }
  }
  const auto read = files_->read(max_bytes, [this](const LogRecord& r) { add_record(r, true); });
  if (!read.ok()) {
    files_.reset();
    return {TurnEnd::kBroken, 0, read.error().message};
  }
  saw_file_ |= files_->has_any();
  if (*read > 0) return {TurnEnd::kMore, *read, ""};
  filter_.finish(true, [this](const LogRecord& r) { add_new(r); });
  return {};
}

TurnResult ContainerLog::read_stream(size_t max_bytes) {
  TurnResult turn;
  const auto on_record = [this](LogRecord r) {
    // Podman's pieces have any size and time.
    r.goes_on = of_podman_ && !r.text.ends_with('\n');
    add_record(r, everything_);
  };
  while (stream_ && turn.bytes < max_bytes) {
    const auto bytes = stream_->read(net::HttpStream::kDoNotWait);
    if (!bytes.ok() && bytes.error().code == ErrorCode::kTimeout) return turn;
    Status failure = bytes.ok() ? Status() : Status(bytes.error());
    if (failure.ok()) {
      turn.bytes += bytes->size();
      failure = decoder_->feed(*bytes, on_record);
    }
    if (anchor_missing_) {
      turn.end = TurnEnd::kAnchorMissing;
    } else if (!failure.ok()) {
      turn.end = TurnEnd::kBroken;
      turn.why = failure.error().message;
    } else if (bytes->empty()) {
      decoder_->finish(on_record);
      filter_.finish(everything_, [this](const LogRecord& r) { add_new(r); });
      turn.end = TurnEnd::kStreamEnded;
    } else {
      continue;
    }
    stream_.reset();
    return turn;
  }
  if (stream_) turn.end = TurnEnd::kMore;
  return turn;
}

void ContainerLog::add_record(const LogRecord& record, bool last_try) {
  if (anchor_missing_) return;
  uncommitted_bytes_ += record.text.size();
  anchor_missing_ = filter_.add(record, last_try, [this](const LogRecord& r) { add_new(r); }) ==
                    ResumeFilter::Verdict::kAnchorMissing;
}

void ContainerLog::add_new(const LogRecord& record) {
  joiner_.add(record,
              [this](OutputStream s, Timestamp t, std::string_view line) { add_line(s, t, line); });
  if (!joiner_.has_open()) safe_.note(input_line_, filter_.cursor(), holding());
}

void ContainerLog::add_line(OutputStream stream, Timestamp time, std::string_view line) {
  ++lines_read_;
  bytes_read_ += line.size();
  ++input_line_;
  if (auto& pipeline = pipelines_[index_of(stream)])
    pipeline->process({input_line_, time, line}, context_.clock.steady_ns(), context_.writer);
}

bool ContainerLog::holding() const {
  for (const auto& pipeline : pipelines_) {
    if (pipeline && pipeline->oldest_held()) return true;
  }
  return false;
}

uint64_t ContainerLog::oldest_held() const {
  uint64_t oldest = UINT64_MAX;
  for (const auto& pipeline : pipelines_) {
    if (!pipeline) continue;
    if (const auto held = pipeline->oldest_held()) oldest = std::min(oldest, *held);
  }
  return oldest;
}

Status ContainerLog::commit() {
  const Cursor& place = safe_.place(oldest_held());
  if (context_.writer.empty() && (place == committed_ || uncommitted_bytes_ < kSilentCommitBytes)) {
    return {};
  }
  RETURN_IF_ERROR(
      context_.writer.commit(source_, encode_cursor(place), last_line_, context_.clock.now()));
  committed_ = place;
  uncommitted_bytes_ = 0;
  return {};
}

void ContainerLog::flush_all() {
  joiner_.finish(
      [this](OutputStream s, Timestamp t, std::string_view line) { add_line(s, t, line); });
  for (auto& pipeline : pipelines_) {
    if (pipeline) pipeline->flush_all(context_.writer);
  }
  safe_.note(input_line_, filter_.cursor(), false);
  uncommitted_bytes_ = kSilentCommitBytes;
  count();
}

bool ContainerLog::flush_due(int64_t steady_ns) {
  for (auto& pipeline : pipelines_) {
    if (pipeline && pipeline->next_due() <= steady_ns)
      pipeline->flush_due(steady_ns, context_.writer);
  }
  return !context_.writer.empty();
}

int64_t ContainerLog::next_due() const {
  int64_t due = TargetPipeline::kNever;
  for (const auto& pipeline : pipelines_) {
    if (pipeline) due = std::min(due, pipeline->next_due());
  }
  return due;
}

int64_t ContainerLog::paused_until() const {
  int64_t until = 0;
  for (const auto& pipeline : pipelines_) {
    if (pipeline) until = std::max(until, pipeline->paused_until());
  }
  return until;
}

void ContainerLog::count() {
  AgentMetrics& m = context_.metrics;
  m.lines_read.add(std::exchange(lines_read_, 0));
  m.bytes_read.add(std::exchange(bytes_read_, 0));
  m.repeats.add(filter_.repeats() - std::exchange(repeats_, filter_.repeats()));
  m.lines_cut.add(joiner_.cut_lines() - std::exchange(cut_, joiner_.cut_lines()));
  uint64_t gaps = filter_.gaps() - std::exchange(gaps_, filter_.gaps());
  if (files_) {
    gaps += files_->gaps() - std::exchange(file_gaps_, files_->gaps());
    m.damaged_records.add(files_->damaged_records() -
                          std::exchange(damaged_, files_->damaged_records()));
  }
  if (gaps == 0) return;
  m.gaps.add(gaps);
  context_.diagnostics.warn("agent", "lines may have been rotated away before they were read",
                            {{"container", container_.name}, {"hint", "max-file of 3 or more"}});
}

}  // namespace logsvc::agent
