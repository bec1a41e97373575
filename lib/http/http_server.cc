#include "http/http_server.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "http/elastic_pool.h"
#include "http/exchange.h"
#include "http/parking.h"
#include "http/socket.h"
#include "os/memory.h"

namespace logsvc::http {
namespace {

constexpr int kTickMs = 250;     // how often late peers are looked for
constexpr int kPatienceMs = 20;  // how long a thread waits for the next request of its connection
constexpr int kAcceptedAtOnce = 64;
constexpr size_t kMostConnections = 8192;
constexpr size_t kLeastConnections = 16;
constexpr uint64_t kMuchMemory = 32u << 20;  // bodies that held more give it back to the system
constexpr int64_t kTrimInterval = 10 * kSecond;
// These ids belong to no connection.
constexpr uint64_t kListener = 0;
constexpr uint64_t kWake = 1;
constexpr uint64_t kFirstConnection = 2;

// Both listeners of a process together may use three quarters of its descriptors.
size_t connections_by_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kLeastConnections;
  const auto share = static_cast<size_t>(std::min<rlim_t>(limit.rlim_cur, 1u << 20)) * 3 / 8;
  return std::clamp(share, kLeastConnections, kMostConnections);
}

}  // namespace

class HttpServer::Loop {
 public:
  Loop(HttpServerOptions options, Handler& handler, const Clock& clock, Metrics& metrics,
       Diagnostics& diagnostics);
  ~Loop();

  Status start();
  void stop();
  int port() const { return port_; }

 private:
  using Next = Exchange::Next;
  using ConnectionPtr = std::unique_ptr<Connection>;

  void run();
  void watch(int socket, uint64_t id, uint32_t events, int operation);
  void wake();
  // Accepting new connections.
  void accept_some();
  bool accept_one();
  void make_room(const std::string& peer);
  void pause_accepting(bool pause);
  // Handling connections that wait.
  void go_on(uint64_t id);
  void place(ConnectionPtr connection, Next next);
  void wait_for(ConnectionPtr connection);
  void close(ConnectionPtr connection);
  void close_late(int64_t now);
  void return_memory(int64_t now);
  // Runs on threads of the pool.
  void serve(ConnectionPtr connection);
  void hand_back(ConnectionPtr connection, Next next);
  void take_handed_back();

  HttpServerOptions options_;
  const Clock& clock_;
  Refusals refusals_;
  Exchange exchange_;
  Gauge& open_;
  const int epoll_;
  const int wake_fd_;
  int listener_ = -1;
  int port_ = 0;
  size_t most_connections_ = 0;
  // Used by the loop only.
  Parking parking_;
  uint64_t next_id_ = kFirstConnection;
  bool accepting_ = true;
  int64_t last_tick_ns_ = 0;
  int64_t last_trim_ns_ = 0;
  uint64_t peak_bytes_ = 0;

  Mutex mutex_;
  std::vector<std::pair<ConnectionPtr, Next>> handed_back_ GUARDED_BY(mutex_);
  std::atomic<bool> stopping_{false};
  ElasticPool pool_;
  std::thread thread_;
};

HttpServer::Loop::Loop(HttpServerOptions options, Handler& handler, const Clock& clock,
                       Metrics& metrics, Diagnostics& diagnostics)
    : options_(std::move(options)),
      clock_(clock),
      refusals_(metrics, diagnostics),
      exchange_(handler, options_.limits, clock, refusals_),
      open_(metrics.gauge("logsvc_http_connections", "Connections that are open")),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      pool_(options_.max_threads) {}

HttpServer::Loop::~Loop() {
  stop();
  ::close(wake_fd_);
  ::close(epoll_);
}

Status HttpServer::Loop::start() {
  ASSIGN_OR_RETURN(listener_, listen_on(options_.host, options_.port));
  port_ = port_of(listener_);
  most_connections_ =
      options_.max_connections ? options_.max_connections : connections_by_descriptors();
  watch(listener_, kListener, EPOLLIN, EPOLL_CTL_ADD);
  watch(wake_fd_, kWake, EPOLLIN, EPOLL_CTL_ADD);
  thread_ = std::thread([this] { run(); });
  return {};
}

void HttpServer::Loop::stop() {
  stopping_ = true;
  exchange_.stop();
  wake();
  if (thread_.joinable()) thread_.join();
  pool_.shutdown();
  if (listener_ >= 0) ::close(listener_);
  listener_ = -1;
}

void HttpServer::Loop::watch(int socket, uint64_t id, uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  ::epoll_ctl(epoll_, operation, socket, &event);
}

void HttpServer::Loop::wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(wake_fd_, &one, sizeof one);
}

void HttpServer::Loop::run() {
  std::array<epoll_event, 64> events{};
  while (!stopping_) {
    const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kTickMs);
    for (int i = 0; i < n && !stopping_; ++i) {
      const uint64_t id = events[static_cast<size_t>(i)].data.u64;
      if (id == kListener) {
        accept_some();
      } else if (id == kWake) {
        take_handed_back();
      } else {
        go_on(id);
      }
    }
    const int64_t now = clock_.steady_ns();
    if (now - last_tick_ns_ < kTickMs * kMillisecond) continue;
    last_tick_ns_ = now;
    close_late(now);
    return_memory(now);
    if (!accepting_) pause_accepting(false);
  }
}

void HttpServer::Loop::accept_some() {
  for (int i = 0; i < kAcceptedAtOnce; ++i) {
    if (!accept_one()) return;
  }
}

// Returns false if nobody waits, or if there is no room for whoever does.
bool HttpServer::Loop::accept_one() {
  const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) {
    if (errno == EINTR || errno == ECONNABORTED) return true;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
    // The process is out of descriptors or memory.
    const size_t before = parking_.size();
    make_room("");
    if (parking_.size() == before) pause_accepting(true);
    return parking_.size() < before;
  }
  std::string peer = peer_of(socket);
  const size_t share = std::max<size_t>(most_connections_ / 2, 1);
  if (parking_.of_address(peer) >= share) make_room(peer);
  if (parking_.size() >= most_connections_) make_room("");
  if (parking_.size() >= most_connections_ || parking_.of_address(peer) >= share) {
    refusals_.crowded(1);
    ::close(socket);
    return true;
  }
  auto connection = std::make_unique<Connection>(
      next_id_++, socket, std::move(peer), options_.limits, options_.budget, clock_.steady_ns());
  parking_.add(*connection);
  open_.add(1);
  const Next next = exchange_.read(*connection, 0);
  place(std::move(connection), next);
  return true;
}

// Closes several at once, so that a flood does not cause a search for each connection.
void HttpServer::Loop::make_room(const std::string& peer) {
  auto oldest = parking_.take_oldest(most_connections_ / 32 + 1, peer);
  if (oldest.empty()) return;
  refusals_.crowded(oldest.size());
  for (ConnectionPtr& connection : oldest) close(std::move(connection));
}

void HttpServer::Loop::pause_accepting(bool pause) {
  accepting_ = !pause;
  watch(listener_, kListener, pause ? 0u : static_cast<uint32_t>(EPOLLIN), EPOLL_CTL_MOD);
}

void HttpServer::Loop::go_on(uint64_t id) {
  ConnectionPtr connection = parking_.take(id);
  if (!connection) return;
  if (connection->unsent_bytes() > 0 && !connection->flush()) return close(std::move(connection));
  if (connection->unsent_bytes() > 0) return wait_for(std::move(connection));
  if (connection->ending()) {
    connection->shut_down(clock_.steady_ns());
    return connection->discard() ? wait_for(std::move(connection)) : close(std::move(connection));
  }
  const Next next = exchange_.read(*connection, 0);
  place(std::move(connection), next);
}

void HttpServer::Loop::place(ConnectionPtr connection, Next next) {
  switch (next) {
    case Next::kServe:
      // The pool copies tasks; what this one holds cannot be copied.
      pool_.enqueue([this, held = std::make_shared<ConnectionPtr>(std::move(connection))] {
        serve(std::move(*held));
      });
      return;
    case Next::kEnd:
      connection->begin_end();
      if (connection->unsent_bytes() == 0) connection->shut_down(clock_.steady_ns());
      return wait_for(std::move(connection));
    case Next::kWait:
      return wait_for(std::move(connection));
    case Next::kClose:
    case Next::kGone:
      return close(std::move(connection));
  }
}

void HttpServer::Loop::wait_for(ConnectionPtr connection) {
  const uint32_t direction = connection->unsent_bytes() > 0 ? EPOLLOUT : EPOLLIN;
  const int operation = std::exchange(connection->registered, true) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  const int socket = connection->socket();
  const uint64_t id = connection->id();
  parking_.park(std::move(connection), clock_.steady_ns());
  watch(socket, id, direction | static_cast<uint32_t>(EPOLLONESHOT), operation);
}

void HttpServer::Loop::close(ConnectionPtr connection) {
  parking_.remove(connection->peer());
  open_.add(-1);
}

void HttpServer::Loop::close_late(int64_t now) {
  for (ConnectionPtr& connection : parking_.take_late(now)) {
    const bool idle = connection->reader().state() == RequestReader::State::kIdle;
    if (connection->ending() || (idle && connection->unsent_bytes() == 0)) {
      close(std::move(connection));
    } else if (connection->unsent_bytes() > 0) {
      refusals_.too_slow();
      close(std::move(connection));
    } else {
      const Next next = exchange_.read(*connection, 0);  // this notices that it is late
      place(std::move(connection), next);
    }
  }
}

void HttpServer::Loop::return_memory(int64_t now) {
  if (!options_.budget) return;
  peak_bytes_ = std::max(peak_bytes_, options_.budget->take_peak());
  if (peak_bytes_ < kMuchMemory || options_.budget->held() > kMuchMemory / 4 ||
      now - last_trim_ns_ < kTrimInterval) {
    return;
  }
  last_trim_ns_ = now;
  peak_bytes_ = 0;
  return_free_memory();
}

void HttpServer::Loop::serve(ConnectionPtr connection) {
  Next next = Next::kServe;
  while (next == Next::kServe) {
    // Whoever takes the socket over closes it: it must not be in our epoll then.
    if (connection->reader().framing().wants_websocket && connection->registered) {
      watch(connection->socket(), 0, 0, EPOLL_CTL_DEL);
      connection->registered = false;
    }
    next = exchange_.answer(*connection);
    const bool stays = next == Next::kWait && connection->unsent_bytes() == 0 && !stopping_;
    if (stays) next = exchange_.read(*connection, pool_.crowded() ? 0 : kPatienceMs);
  }
  hand_back(std::move(connection), next);
}

void HttpServer::Loop::hand_back(ConnectionPtr connection, Next next) {
  {
    MutexLock lock(mutex_);
    handed_back_.emplace_back(std::move(connection), next);
  }
  wake();
}

void HttpServer::Loop::take_handed_back() {
  uint64_t count;
  [[maybe_unused]] const ssize_t n = ::read(wake_fd_, &count, sizeof count);
  std::vector<std::pair<ConnectionPtr, Next>> back;
  {
    MutexLock lock(mutex_);
    back.swap(handed_back_);
  }
  for (auto& [connection, next] : back) place(std::move(connection), next);
}

HttpServer::HttpServer(HttpServerOptions options, Handler& handler, const Clock& clock,
                       Metrics& metrics, Diagnostics& diagnostics)
    : loop_(std::make_unique<Loop>(std::move(options), handler, clock, metrics, diagnostics)) {}

HttpServer::~HttpServer() = default;

Status HttpServer::start() { return loop_->start(); }
void HttpServer::stop() { loop_->stop(); }
int HttpServer::port() const { return loop_->port(); }

}  // namespace logsvc::http
