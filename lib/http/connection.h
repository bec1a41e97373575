// One connection: its stream, the requests that come over it, what is still to be sent of an
// answer, and the time by which the peer has to go on. For one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/request_reader.h"
#include "http/stream.h"

namespace logsvc::http {

class Connection {
 public:
  Connection(uint64_t id, std::unique_ptr<Stream> stream, std::string peer, const Limits& limits,
             std::shared_ptr<MemoryBudget> budget, int64_t now_ns);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  uint64_t id() const { return id_; }
  int socket() const { return stream_->socket(); }
  const Stream& stream() const { return *stream_; }
  const std::string& peer() const { return peer_; }
  RequestReader& reader() { return reader_; }
  // For whoever takes the stream over, and leaves null.
  std::unique_ptr<Stream>& stream_to_take() { return stream_; }

  // Notes that a request was taken: the time of the next one begins.
  void begin_next(int64_t now_ns) { begun_ns_ = now_ns; }

  enum class Received {
    kSome,
    kNothing,
    kEnded,
    kNotTls,  // the peer does not speak TLS, which was expected; it can be answered in plain text
  };
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
  // If not everything is sent, the peer is told nothing.
  void shut_down(int64_t now_ns);
  // Whether the connection waits until its socket can be written, rather than read.
  bool waits_to_write() const;

  // Notes since when the connection waits in the loop.
  void park(int64_t now_ns) { parked_ns_ = now_ns; }
  int64_t parked_ns() const { return parked_ns_; }
  // When the peer will have taken too long over its current step.
  int64_t deadline_ns() const;
  // How readily it may be closed to make room for others: the lowest first.
  static constexpr int kHandshakeRank = 0;
  static constexpr int kHighestRank = 4;
  int rank() const;

  bool registered = false;    // with the loop's epoll
  bool shakes_hands = false;  // counted by the loop among those that do
  bool urgent = false;        // the request that is read: see Admission

 private:
  void note(int64_t now_ns, RequestReader::State before);

  bool write_some(std::string_view& bytes);

  const uint64_t id_;
  std::unique_ptr<Stream> stream_;
  const std::string peer_;
  const Limits& limits_;
  RequestReader reader_;
  std::string unsent_;
  size_t sent_ = 0;           // how much of unsent_ is sent
  uint64_t taken_bytes_ = 0;  // how much of the answer the peer has taken
  bool ending_ = false;
  bool end_begun_ = false;
  bool shut_down_ = false;       // the peer was told
  bool writes_to_read_ = false;  // TLS has to write before it reads on
  int64_t begun_ns_ = 0;         // when the current head or body, or the idle time, began
  int64_t answer_begun_ns_ = 0;  // when what is being sent, or the end, began
  int64_t parked_ns_ = 0;
};

}  // namespace logsvc::http
