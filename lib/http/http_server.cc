#include "http/http_server.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "http/elastic_pool.h"
#include "http/exchange.h"
#include "http/parking.h"
#include "http/poller.h"
#include "http/socket.h"
#include "os/memory.h"

namespace logsvc::http {
namespace {

constexpr int kTickMs = 250;     // how often late peers are looked for
constexpr int kPatienceMs = 20;  // how long a thread waits for the next request of its connection
constexpr int kAcceptedAtOnce = 64;
constexpr size_t kMostConnections = 8192;
constexpr size_t kLeastConnections = 16;
constexpr size_t kMostHandshakes = 1024;     // each may hold some 128 KiB
constexpr uint64_t kMuchMemory = 32u << 20;  // bodies that held more give it back to the system
constexpr int64_t kTrimInterval = 10 * kSecond;
// These ids belong to no connection.
constexpr uint64_t kListener = 0;
constexpr uint64_t kFirstConnection = Poller::kWake + 1;

// Both listeners of a process together may use three quarters of its descriptors.
size_t connections_by_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kLeastConnections;
  const auto share = static_cast<size_t>(std::min<rlim_t>(limit.rlim_cur, 1u << 20)) * 3 / 8;
  return std::clamp(share, kLeastConnections, kMostConnections);
}

// Handshakes compute and never wait.
size_t handshake_threads() { return std::clamp(std::thread::hardware_concurrency(), 1u, 8u); }

// The pools copy tasks; a connection cannot be copied.
std::function<std::unique_ptr<Connection>()> held(std::unique_ptr<Connection> connection) {
  return [holder = std::make_shared<std::unique_ptr<Connection>>(std::move(connection))] {
    return std::move(*holder);
  };
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
  // Accepting new connections.
  void accept_some();
  bool accept_one();
  void make_room(const std::string& peer, int highest_rank = Connection::kHighestRank);
  bool crowded_by(const std::string& peer);
  void note_handshake(Connection& connection);
  void pause_accepting(bool pause);
  // Handling connections that wait.
  void go_on(uint64_t id);
  void place(ConnectionPtr connection, Next next);
  void wait_for(ConnectionPtr connection);
  void close(ConnectionPtr connection);
  void close_late(int64_t now);
  void return_memory(int64_t now);
  // These run on threads of the pools.
  void shake_hands(ConnectionPtr connection);
  void serve(ConnectionPtr connection);
  void hand_back(ConnectionPtr connection, Next next);
  std::vector<std::pair<ConnectionPtr, Next>> handed_back();
  void take_handed_back();
  void end_waiting();

  HttpServerOptions options_;
  const Clock& clock_;
  Refusals refusals_;
  Exchange exchange_;
  Gauge& open_;
  Poller poller_;
  int listener_ = -1;
  int port_ = 0;
  size_t most_connections_ = 0;
  // Used by the loop only.
  Parking parking_;
  size_t handshakes_ = 0;  // connections that shake hands
  uint64_t next_id_ = kFirstConnection;
  bool accepting_ = true;
  int64_t last_tick_ns_ = 0;
  int64_t last_trim_ns_ = 0;
  uint64_t peak_bytes_ = 0;

  Mutex mutex_;
  std::vector<std::pair<ConnectionPtr, Next>> handed_back_ GUARDED_BY(mutex_);
  std::atomic<bool> stopping_{false};
  ElasticPool pool_;
  ElasticPool handshake_pool_;
  std::thread thread_;
};

HttpServer::Loop::Loop(HttpServerOptions options, Handler& handler, const Clock& clock,
                       Metrics& metrics, Diagnostics& diagnostics)
    : options_(std::move(options)),
      clock_(clock),
      refusals_(metrics, diagnostics),
      exchange_(handler, options_.limits, clock, refusals_),
      open_(metrics.gauge("logsvc_http_connections", "Connections that are open")),
      pool_(options_.max_threads),
      handshake_pool_(handshake_threads()) {}

HttpServer::Loop::~Loop() { stop(); }

Status HttpServer::Loop::start() {
  ASSIGN_OR_RETURN(listener_, listen_on(options_.host, options_.port));
  port_ = port_of(listener_);
  most_connections_ =
      options_.max_connections ? options_.max_connections : connections_by_descriptors();
  poller_.add(listener_, kListener, EPOLLIN);
  thread_ = std::thread([this] { run(); });
  return {};
}

void HttpServer::Loop::stop() {
  stopping_ = true;
  exchange_.stop();
  poller_.wake();
  if (thread_.joinable()) thread_.join();
  handshake_pool_.shutdown();
  pool_.shutdown();
  end_waiting();
  if (listener_ >= 0) ::close(listener_);
  listener_ = -1;
}

void HttpServer::Loop::run() {
  while (!stopping_) {
    for (const epoll_event& event : poller_.wait(kTickMs)) {
      const uint64_t id = event.data.u64;
      if (stopping_) break;
      if (id == kListener) {
        accept_some();
      } else if (id == Poller::kWake) {
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
  if (crowded_by(peer)) {
    refusals_.crowded(1);
    ::close(socket);
    return true;
  }
  auto connection = std::make_unique<Connection>(
      next_id_++, options_.tls ? options_.tls->serve(socket) : Stream::plain(socket),
      std::move(peer), options_.limits, options_.budget, clock_.steady_ns());
  parking_.add(*connection);
  open_.add(1);
  if (options_.tls) {
    connection->shakes_hands = true;
    ++handshakes_;
    wait_for(std::move(connection));
    return true;
  }
  const Next next = exchange_.read(*connection, 0);
  place(std::move(connection), next);
  return true;
}

// Makes room for a connection from the address; returns true if there is none.
bool HttpServer::Loop::crowded_by(const std::string& peer) {
  const size_t share = std::max<size_t>(most_connections_ / 2, 1);
  if (handshakes_ >= kMostHandshakes) make_room("", Connection::kHandshakeRank);
  if (parking_.of_address(peer) >= share) make_room(peer);
  if (parking_.size() >= most_connections_) make_room("");
  return handshakes_ >= kMostHandshakes || parking_.size() >= most_connections_ ||
         parking_.of_address(peer) >= share;
}

// Closes several at once, so that a flood does not cause a search for each connection.
void HttpServer::Loop::make_room(const std::string& peer, int highest_rank) {
  auto oldest = parking_.take_oldest(most_connections_ / 32 + 1, peer, highest_rank);
  if (oldest.empty()) return;
  refusals_.crowded(oldest.size());
  for (ConnectionPtr& connection : oldest) close(std::move(connection));
}

// Forgets a handshake that is over.
void HttpServer::Loop::note_handshake(Connection& connection) {
  if (!connection.shakes_hands) return;
  connection.shakes_hands = false;
  --handshakes_;
}

void HttpServer::Loop::pause_accepting(bool pause) {
  accepting_ = !pause;
  poller_.change(listener_, kListener, pause ? 0u : static_cast<uint32_t>(EPOLLIN));
}

void HttpServer::Loop::go_on(uint64_t id) {
  ConnectionPtr connection = parking_.take(id);
  if (!connection) return;
  if (!connection->stream().established()) {
    handshake_pool_.enqueue([this, taken = held(std::move(connection))] { shake_hands(taken()); });
    return;
  }
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
    case Next::kServe: {
      const bool urgent = connection->urgent;
      pool_.enqueue([this, taken = held(std::move(connection))] { serve(taken()); }, urgent);
      return;
    }
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
  // What TLS holds of the peer's bytes is no event of the socket: that it can be written is.
  const bool at_once = !connection->ending() && connection->stream().holds_input();
  const uint32_t direction = (connection->waits_to_write() ? 0u : EPOLLIN) |
                             (connection->waits_to_write() || at_once ? EPOLLOUT : 0u);
  const bool known = std::exchange(connection->registered, true);
  const int socket = connection->socket();
  const uint64_t id = connection->id();
  parking_.park(std::move(connection), clock_.steady_ns());
  const uint32_t events = direction | static_cast<uint32_t>(EPOLLONESHOT);
  if (known) {
    poller_.change(socket, id, events);
  } else {
    poller_.add(socket, id, events);
  }
}

void HttpServer::Loop::close(ConnectionPtr connection) {
  note_handshake(*connection);
  parking_.remove(connection->peer());
  open_.add(-1);
}

void HttpServer::Loop::close_late(int64_t now) {
  for (ConnectionPtr& connection : parking_.take_late(now)) {
    const bool idle = connection->reader().state() == RequestReader::State::kIdle;
    if (!connection->stream().established()) {
      refusals_.slow_handshake(*connection);
      close(std::move(connection));
    } else if (connection->ending() || (idle && connection->unsent_bytes() == 0)) {
      connection->shut_down(now);
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

void HttpServer::Loop::shake_hands(ConnectionPtr connection) {
  const Next next = exchange_.read(*connection, 0);
  hand_back(std::move(connection), next);
}

void HttpServer::Loop::serve(ConnectionPtr connection) {
  Next next = Next::kServe;
  while (next == Next::kServe) {
    // Whoever takes the socket over closes it: it must not be in our epoll then.
    if (connection->reader().framing().wants_websocket && connection->registered) {
      poller_.remove(connection->socket());
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
  poller_.wake();
}

std::vector<std::pair<HttpServer::Loop::ConnectionPtr, HttpServer::Loop::Next>>
HttpServer::Loop::handed_back() {
  std::vector<std::pair<ConnectionPtr, Next>> out;
  MutexLock lock(mutex_);
  out.swap(handed_back_);
  return out;
}

void HttpServer::Loop::take_handed_back() {
  poller_.drain();
  for (auto& [connection, next] : handed_back()) {
    if (next == Next::kGone || connection->stream().established()) note_handshake(*connection);
    place(std::move(connection), next);
  }
}

// Tells the peers of idle connections, and of those whose last answer is out, that they end.
void HttpServer::Loop::end_waiting() {
  for (auto& [connection, next] : handed_back()) {
    if (next == Next::kEnd || next == Next::kWait) connection->shut_down(clock_.steady_ns());
    close(std::move(connection));
  }
  for (ConnectionPtr& connection : parking_.take_oldest(parking_.size(), "")) {
    connection->shut_down(clock_.steady_ns());
    close(std::move(connection));
  }
}

HttpServer::HttpServer(HttpServerOptions options, Handler& handler, const Clock& clock,
                       Metrics& metrics, Diagnostics& diagnostics)
    : loop_(std::make_unique<Loop>(std::move(options), handler, clock, metrics, diagnostics)) {}

HttpServer::~HttpServer() = default;

Status HttpServer::start() { return loop_->start(); }
void HttpServer::stop() { loop_->stop(); }
int HttpServer::port() const { return loop_->port(); }

}  // namespace logsvc::http
