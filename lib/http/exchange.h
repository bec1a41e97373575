// What happens on one connection between reading and the next time that it waits: heads are
// admitted, requests answered, errors reported. Safe from several threads, each with a connection
// of its own.
#pragma once

#include <atomic>

#include "http/connection.h"
#include "http/http_server.h"
#include "http/reply_writer.h"

namespace logsvc::http {

// Counts and logs requests and connections that were not served, by reason.
class Refusals {
 public:
  Refusals(Metrics& metrics, Diagnostics& diagnostics);

  void bad_request() { bad_.add(); }
  void too_large() { large_.add(); }
  void too_slow() { slow_.add(); }
  void no_memory();
  void crowded(uint64_t connections);
  // why is empty if the peer just left, which is no failure.
  void handshake_failed(const Connection& connection, const std::string& why);
  void slow_handshake(const Connection& connection) {
    handshake_failed(connection, "it took too long");
  }

 private:
  Counter& bad_;
  Counter& large_;
  Counter& slow_;
  Counter& memory_;
  Counter& crowded_;
  Counter& handshakes_;
  Diagnostics& diagnostics_;
};

class Exchange {
 public:
  Exchange(Handler& handler, const Limits& limits, const Clock& clock, Refusals& refusals);

  enum class Next {
    kWait,   // for the peer
    kServe,  // a request is whole
    kEnd,    // what is to be sent is sent, then the connection ends
    kClose,  // at once
    kGone,   // somebody else has the socket
  };
  // Reads what has come. patience_ms is how long the thread waits for more where the peer may be
  // about to send it. With 0 it does not wait, and others get their turn after a MiB.
  Next read(Connection& connection, int patience_ms);
  // Answers a whole request.
  Next answer(Connection& connection);

  // Stops waiting and taking requests: the server is shutting down.
  void stop() { stopping_ = true; }

 private:
  Next admit(Connection& connection);
  Next refuse(Connection& connection, const Refusal& refusal);
  Next upgrade(Connection& connection, Request request, const Framing& framing);
  void call(Request& request, Response& response);
  bool send(Connection& connection, Response response, const ReplyWriter::Form& form);
  bool wait_for_room(Connection& connection, uint64_t most_unsent);

  Handler& handler_;
  const Clock& clock_;
  Refusals& refusals_;
  const ReplyWriter writer_;
  std::atomic<bool> stopping_{false};
};

}  // namespace logsvc::http
