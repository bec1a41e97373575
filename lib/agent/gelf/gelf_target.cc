#include "agent/gelf/gelf_target.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "agent/pipeline/pipeline_entry.h"
#include "agent/syslog/message.h"

namespace logsvc::agent {
namespace {

constexpr int kDatagramsATurn = 1000;
constexpr Duration kLook = kSecond;

}  // namespace

GelfMetrics::GelfMetrics(Metrics& m)
    : entries(m.counter("promtail_gelf_target_entries_total", "Messages of GELF taken")),
      errors(m.counter("promtail_gelf_target_parsing_errors_total",
                       "Messages of GELF that are not understood or incomplete, left out")),
      without_labels(m.counter("logsvc_agent_received_dropped_total",
                               "What came over the network and was not taken",
                               {{"reason", "no_labels"}})),
      datagrams_lost(m.counter("logsvc_agent_received_dropped_total",
                               "What came over the network and was not taken",
                               {{"reason", "datagrams_lost"}})) {}

GelfTarget::GelfTarget(std::shared_ptr<const Job> job, GelfConfig config, const Context& context,
                       std::unique_ptr<net::ListenSocket> socket)
    : job_(std::move(job)),
      config_(std::move(config)),
      context_(context),
      source_("gelf/" + job_->name()),
      socket_(std::move(socket)),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      pipelines_(job_),
      thread_([this] { run(); }) {}

GelfTarget::~GelfTarget() {
  stop_ = true;
  const uint64_t one = 1;
  (void)!::write(wake_fd_, &one, sizeof one);
  thread_.join();
  ::close(wake_fd_);
}

Result<std::unique_ptr<GelfTarget>> GelfTarget::open(std::shared_ptr<const Job> job,
                                                     GelfConfig config, const Context& context) {
  ASSIGN_OR_RETURN(auto socket,
                   net::ListenSocket::open(net::ListenSocket::Kind::kUdp, config.listen_address));
  return std::unique_ptr<GelfTarget>(
      new GelfTarget(std::move(job), std::move(config), context, std::move(socket)));
}

void GelfTarget::fail(const std::string& from, const std::string& why) {
  context_.metrics.errors.add();
  context_.diagnostics.warn("agent", "a message of GELF is not understood, and left out",
                            {{"job", job_->name()}, {"from", from}, {"why", why}});
}

void GelfTarget::add(const std::string& message, const std::string& from) {
  const auto parsed = parse_gelf(message);
  if (!parsed.ok()) return fail(from, parsed.error().message);
  Labels discovered = config_.labels;
  set_label(discovered, "__gelf_message_level",
            parsed->level < 0 ? "" : severity_name(parsed->level));
  set_label(discovered, "__gelf_message_host", parsed->host);
  set_label(discovered, "__gelf_message_version", parsed->version);
  set_label(discovered, "__gelf_message_facility", parsed->facility);
  LineSink& sink = context_.store.sink();
  TargetPipeline* const pipeline = pipelines_.of(discovered, sink);
  if (!pipeline) {
    context_.metrics.without_labels.add();
    return;
  }
  const bool own_time = config_.use_incoming_timestamp && parsed->time;
  pipeline->process({++sequence_, own_time ? *parsed->time : context_.clock.now(), message},
                    context_.clock.steady_ns(), sink);
  context_.metrics.entries.add();
  added_ = true;
}

void GelfTarget::read() {
  std::string_view datagram;
  std::string from;
  for (int i = 0; i < kDatagramsATurn && socket_->receive(datagram, from); ++i) {
    const uint64_t incomplete = assembler_.incomplete();
    const auto message = assembler_.add(datagram, context_.clock.steady_ns());
    context_.metrics.errors.add(assembler_.incomplete() - incomplete);
    if (!message.ok()) {
      fail(from, message.error().message);
    } else if (*message) {
      add(**message, from);
    }
  }
  context_.metrics.datagrams_lost.add(socket_->take_lost());
}

void GelfTarget::run() {
  while (!stop_) {
    const int64_t now = context_.clock.steady_ns();
    const bool paused = pipelines_.paused_until() > now;
    pollfd fds[2] = {{wake_fd_, POLLIN, 0}, {socket_->fd(), POLLIN, 0}};
    int64_t left = std::min<int64_t>(kLook, pipelines_.next_due() - now);
    if (paused) left = std::min(left, pipelines_.paused_until() - now);
    ::poll(fds, paused ? 1 : 2, static_cast<int>(std::max<int64_t>(left, 0) / kMillisecond + 1));
    if (!stop_ && !paused) read();
    if (pipelines_.next_due() <= context_.clock.steady_ns()) {
      pipelines_.flush_due(context_.clock.steady_ns(), context_.store.sink());
      added_ = true;
    }
    if (std::exchange(added_, false) && !context_.store.commit(source_, "-")) return;
  }
  pipelines_.flush_all(context_.store.sink());
  (void)context_.store.commit(source_, "-");
}

}  // namespace logsvc::agent
