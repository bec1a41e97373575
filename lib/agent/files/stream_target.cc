#include "agent/files/stream_target.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace logsvc::agent {
namespace {

constexpr size_t kReadBytes = 64u << 10;
constexpr size_t kMaxLineBytes = 16u << 20;  // longer lines come in pieces
constexpr int kSliceMs = 100;

}  // namespace

StreamTarget::StreamTarget(int fd, std::string source, std::unique_ptr<TargetPipeline> pipeline,
                           LineStore& store, const Clock& clock, std::function<void()> on_end)
    : fd_(fd),
      source_(std::move(source)),
      pipeline_(std::move(pipeline)),
      store_(store),
      clock_(clock),
      on_end_(std::move(on_end)),
      thread_([this] { run(); }) {}

StreamTarget::~StreamTarget() {
  stop_ = true;
  thread_.join();
}

// Skips empty lines and removes the line ends of Windows, as Promtail does.
void StreamTarget::add(std::string_view line) {
  while (line.ends_with('\r')) line.remove_suffix(1);
  if (!line.empty())
    pipeline_->process({++sequence_, clock_.now(), line}, clock_.steady_ns(), store_.sink());
}

bool StreamTarget::commit() { return store_.commit(source_, std::to_string(sequence_)); }

bool StreamTarget::read() {
  char buffer[kReadBytes];
  const ssize_t got = ::read(fd_, buffer, sizeof buffer);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (got <= 0) return false;
  rest_.append(buffer, static_cast<size_t>(got));
  size_t begin = 0;
  for (size_t end; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1)
    add(std::string_view(rest_).substr(begin, end - begin));
  rest_.erase(0, begin);
  if (rest_.size() >= kMaxLineBytes) {
    add(rest_);
    rest_.clear();
  }
  return commit();
}

void StreamTarget::run() {
  while (!stop_) {
    pipeline_->flush_due(clock_.steady_ns(), store_.sink());
    const bool paused = pipeline_->paused_until() > clock_.steady_ns();
    pollfd p{fd_, POLLIN, 0};
    if (::poll(&p, paused ? 0 : 1, kSliceMs) <= 0) continue;
    if (!read()) break;
  }
  add(rest_);
  pipeline_->flush_all(store_.sink());
  if (commit() && !stop_) on_end_();
}

}  // namespace logsvc::agent
