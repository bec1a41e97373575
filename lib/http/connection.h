// One connection: its socket, the requests that come over it, what is still to be sent of an
// answer, and the time by which the peer has to go on. For one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/request_reader.h"

namespace logsvc::http {

class Connection {
 public:
  // Owns the socket, which is non-blocking.
  Connection(uint64_t id, int socket, std::string peer, const Limits& limits,
             std::shared_ptr<MemoryBudget> budget, int64_t now_ns);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  uint64_t id() const { return id_; }
  int socket() const { return socket_; }
  const std::string& peer() const { return peer_; }
  RequestReader& reader() { return reader_; }
  // Gives up the socket: somebody else has it now.
  void release_socket() { socket_ = -1; }

  // Notes that a request was taken: the time of the next one begins.
  void begin_next(int64_t now_ns) { begun_ns_ = now_ns; }

  enum class Received { kSome, kNothing, kEnded };
  // Gives what has come, up to 64 KiB, to the reader.
  Received receive(int64_t now_ns);
  // Throws away what comes; returns false if nothing more will come.
  bool discard();

  // Sends, and keeps what the socket does not take. Returns false if the peer is gone.
  bool send(std::string_view bytes, int64_t now_ns);
  bool flush();
  uint64_t unsent_bytes() const { return unsent_.size() - sent_; }
  // Accepts no more requests: what is to be sent is sent, then the peer reads it and closes.
  void begin_end() { ending_ = true; }
  bool ending() const { return ending_; }
  // Tells the peer that everything has been sent; it then has some seconds to read it and to close.
  void shut_down(int64_t now_ns);

  // Notes since when the connection waits in the loop.
  void park(int64_t now_ns) { parked_ns_ = now_ns; }
  int64_t parked_ns() const { return parked_ns_; }
  // When the peer will have taken too long over its current step.
  int64_t deadline_ns() const;
  // How readily it may be closed to make room for others: the lowest first.
  int rank() const;

  bool registered = false;  // with the loop's epoll

 private:
  void note(int64_t now_ns, RequestReader::State before);

  const uint64_t id_;
  int socket_;
  const std::string peer_;
  const Limits& limits_;
  RequestReader reader_;
  std::string unsent_;
  size_t sent_ = 0;           // how much of unsent_ is sent
  uint64_t taken_bytes_ = 0;  // how much of the answer the peer has taken
  bool ending_ = false;
  bool shut_down_ = false;
  int64_t begun_ns_ = 0;         // when the current head or body, or the idle time, began
  int64_t answer_begun_ns_ = 0;  // when what is being sent, or the end, began
  int64_t parked_ns_ = 0;
};

}  // namespace logsvc::http
