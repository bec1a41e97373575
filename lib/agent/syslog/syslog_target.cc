#include "agent/syslog/syslog_target.h"

#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "agent/pipeline/pipeline_entry.h"

namespace logsvc::agent {
namespace {

constexpr size_t kMaxConnections = 1000;
constexpr size_t kReadBytes = 64u << 10;
constexpr int kReadsATurn = 16;  // from one connection, before the next has its turn
constexpr int kDatagramsATurn = 1000;
constexpr size_t kMaxHostNames = 1000;
constexpr Duration kLook = kSecond;  // for silent connections

}  // namespace

SyslogMetrics::SyslogMetrics(Metrics& m)
    : entries(m.counter("promtail_syslog_target_entries_total", "Messages of syslog taken")),
      parsing_errors(m.counter("promtail_syslog_target_parsing_errors_total",
                               "Messages of syslog that are not understood, left out")),
      empty_messages(m.counter("promtail_syslog_empty_messages_total",
                               "Messages of syslog without text, left out")),
      too_long(m.counter("logsvc_agent_received_dropped_total",
                         "What came over the network and was not taken", {{"reason", "too_long"}})),
      without_labels(m.counter("logsvc_agent_received_dropped_total",
                               "What came over the network and was not taken",
                               {{"reason", "no_labels"}})),
      connections_refused(m.counter("logsvc_agent_received_dropped_total",
                                    "What came over the network and was not taken",
                                    {{"reason", "connections"}})),
      datagrams_lost(m.counter("logsvc_agent_received_dropped_total",
                               "What came over the network and was not taken",
                               {{"reason", "datagrams_lost"}})) {}

SyslogTarget::SyslogTarget(std::shared_ptr<const Job> job, SyslogConfig config, bool names_hosts,
                           const Context& context)
    : job_(std::move(job)),
      config_(std::move(config)),
      format_(config_.syslog_format == "rfc3164" ? SyslogFormat::kRfc3164 : SyslogFormat::kRfc5424),
      names_hosts_(names_hosts),
      context_(context),
      source_("syslog/" + job_->name()),
      buffer_(kReadBytes, '\0'),
      pipelines_(job_) {
  wake_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

SyslogTarget::~SyslogTarget() {
  stop_ = true;
  const uint64_t one = 1;
  (void)!::write(wake_fd_, &one, sizeof one);
  if (thread_.joinable()) thread_.join();
  ::close(wake_fd_);
}

Result<std::unique_ptr<SyslogTarget>> SyslogTarget::open(std::shared_ptr<const Job> job,
                                                         SyslogConfig config, bool names_hosts,
                                                         const Context& context) {
  std::unique_ptr<SyslogTarget> out(
      new SyslogTarget(std::move(job), std::move(config), names_hosts, context));
  if (!out->config_.tls.is_default()) {
    ASSIGN_OR_RETURN(out->tls_, net::TlsServer::of(out->config_.tls));
  }
  const auto kind = out->config_.listen_protocol == "udp" ? net::ListenSocket::Kind::kUdp
                                                          : net::ListenSocket::Kind::kTcp;
  ASSIGN_OR_RETURN(out->socket_, net::ListenSocket::open(kind, out->config_.listen_address));
  out->thread_ = std::thread([target = out.get()] { target->run(); });
  return out;
}

const std::string& SyslogTarget::host_of(const std::string& address) {
  if (const auto known = host_names_.find(address); known != host_names_.end())
    return known->second;
  if (host_names_.size() >= kMaxHostNames) host_names_.clear();
  std::string& out = host_names_[address];
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), nullptr, &hints, &found) != 0) return out;
  char name[NI_MAXHOST] = {};
  if (::getnameinfo(found->ai_addr, found->ai_addrlen, name, sizeof name, nullptr, 0,
                    NI_NAMEREQD) == 0) {
    out = name;
  }
  ::freeaddrinfo(found);
  return out;
}

Labels SyslogTarget::discovered(const SyslogMessage& message, const std::string& address) {
  Labels out = config_.labels;
  const auto set = [&](const char* name, const std::optional<std::string>& value) {
    if (value) set_label(out, name, *value);
  };
  set("__syslog_connection_ip_address", address);
  if (names_hosts_) set("__syslog_connection_hostname", host_of(address));
  set("__syslog_message_severity", severity_name(message.severity));
  set("__syslog_message_facility", facility_name(message.facility));
  set("__syslog_message_hostname", message.hostname);
  set("__syslog_message_app_name", message.app_name);
  set("__syslog_message_proc_id", message.proc_id);
  set("__syslog_message_msg_id", message.msg_id);
  if (!config_.label_structured_data) return out;
  for (const SyslogMessage::Element& element : message.structured_data) {
    std::string id = element.id;
    std::replace(id.begin(), id.end(), '@', '_');
    for (const auto& [name, value] : element.parameters)
      set_label(out, "__syslog_message_sd_" + id + "_" + name, value);
  }
  return out;
}

void SyslogTarget::add(std::string_view text, const std::string& address) {
  const Timestamp now = context_.clock.now();
  const auto message = parse_syslog(text, format_, now);
  if (!message.ok()) {
    context_.metrics.parsing_errors.add();
    context_.diagnostics.warn("agent", "a message of syslog is not understood, and left out",
                              {{"job", job_->name()},
                               {"from", address},
                               {"why", message.error().message},
                               {"message", std::string(text.substr(0, 200))}});
    return;
  }
  if (!message->text) {
    context_.metrics.empty_messages.add();
    return;
  }
  LineSink& sink = context_.store.sink();
  TargetPipeline* const pipeline = pipelines_.of(discovered(*message, address), sink);
  if (!pipeline) {
    context_.metrics.without_labels.add();
    return;
  }
  const Timestamp time = config_.use_incoming_timestamp && message->time ? *message->time : now;
  const bool whole = config_.use_rfc5424_message && format_ == SyslogFormat::kRfc5424;
  pipeline->process({++sequence_, time, whole ? text : std::string_view(*message->text)},
                    context_.clock.steady_ns(), sink);
  context_.metrics.entries.add();
  added_ = true;
}

void SyslogTarget::accept_all() {
  std::string from;
  for (int fd; (fd = socket_->accept(from)) >= 0;) {
    auto connection = net::Connection::of_socket(fd);
    if (peers_.size() >= kMaxConnections) {
      context_.metrics.connections_refused.add();
      context_.diagnostics.warn("agent", "a connection of syslog is refused: there are too many",
                                {{"job", job_->name()}, {"from", from}});
      continue;
    }
    if (tls_) connection = tls_->serve(std::move(connection));
    peers_.push_back({std::move(connection),
                      SyslogFraming(static_cast<size_t>(config_.max_message_bytes)), from,
                      context_.clock.steady_ns()});
    connection_count_ = peers_.size();
  }
}

bool SyslogTarget::read(Peer& peer) {
  const auto on_message = [&](std::string_view text) { add(text, peer.address); };
  for (int i = 0; i < kReadsATurn; ++i) {
    const auto got = peer.connection->receive(buffer_.data(), buffer_.size());
    if (!got.ok() && got.error().code == ErrorCode::kTimeout) return true;
    if (!got.ok() || *got == 0) {
      peer.framing.finish(on_message);
      if (!got.ok()) {
        context_.diagnostics.warn("agent", "a connection of syslog broke",
                                  {{"from", peer.address}, {"why", got.error().message}});
      }
      return false;
    }
    peer.heard_ns = context_.clock.steady_ns();
    const uint64_t too_long = peer.framing.too_long();
    const Status fed = peer.framing.feed({buffer_.data(), *got}, on_message);
    context_.metrics.too_long.add(peer.framing.too_long() - too_long);
    if (!fed.ok()) {
      context_.metrics.parsing_errors.add();
      context_.diagnostics.warn("agent", "a connection of syslog is closed: it sends none",
                                {{"from", peer.address}, {"why", fed.error().message}});
      return false;
    }
  }
  more_ = true;
  return true;
}

void SyslogTarget::read_datagrams() {
  std::string_view datagram;
  std::string from;
  const auto on_message = [&](std::string_view text) { add(text, from); };
  for (int i = 0; i < kDatagramsATurn && socket_->receive(datagram, from); ++i) {
    SyslogFraming framing(static_cast<size_t>(config_.max_message_bytes));
    const Status fed = framing.feed(datagram, on_message);
    framing.finish(on_message);
    context_.metrics.too_long.add(framing.too_long());
    if (!fed.ok()) context_.metrics.parsing_errors.add();
  }
  context_.metrics.datagrams_lost.add(socket_->take_lost());
}

bool SyslogTarget::commit() {
  if (!std::exchange(added_, false)) return true;
  return context_.store.commit(source_, "-");
}

// Waits until something comes, a block is due, or silent connections have to be checked.
void SyslogTarget::wait() {
  const int64_t now = context_.clock.steady_ns();
  const bool paused = pipelines_.paused_until() > now;
  std::vector<pollfd> fds{{wake_fd_, POLLIN, 0}};
  if (!paused) {
    fds.push_back({socket_->fd(), POLLIN, 0});
    for (const Peer& peer : peers_) fds.push_back({peer.connection->fd(), POLLIN, 0});
  }
  int64_t left = std::min<int64_t>(kLook, pipelines_.next_due() - now);
  if (paused) left = std::min(left, pipelines_.paused_until() - now);
  if (std::exchange(more_, false) && !paused) left = 0;
  ::poll(fds.data(), fds.size(), static_cast<int>(std::max<int64_t>(left, 0) / kMillisecond + 1));
}

void SyslogTarget::run() {
  const bool udp = config_.listen_protocol == "udp";
  while (!stop_) {
    wait();
    if (stop_) break;
    if (pipelines_.paused_until() <= context_.clock.steady_ns()) {
      if (udp) {
        read_datagrams();
      } else {
        accept_all();
        peers_.remove_if([this](Peer& peer) { return !read(peer); });
      }
    }
    const int64_t now = context_.clock.steady_ns();
    peers_.remove_if([&](const Peer& p) { return now - p.heard_ns > config_.idle_timeout; });
    connection_count_ = peers_.size();
    if (pipelines_.next_due() <= now) {
      pipelines_.flush_due(now, context_.store.sink());
      added_ = true;
    }
    if (!commit()) return;
  }
  pipelines_.flush_all(context_.store.sink());
  added_ = true;
  (void)commit();
}

}  // namespace logsvc::agent
