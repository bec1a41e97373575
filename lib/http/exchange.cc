#include "http/exchange.h"

#include "http/socket.h"

namespace logsvc::http {
namespace {

constexpr int kTurns = 16;  // times 64 KiB
// Pieces up to this size go out together with their neighbours.
constexpr size_t kSmallPiece = 32 * 1024;
constexpr uint64_t kMostUnsent = 512 * 1024;  // if more of an answer is unsent, its thread waits
constexpr int kRoomSliceMs = 250;             // how often the clock is checked
constexpr const char* kPlain = "text/plain; charset=utf-8";

Counter& counter_of(Metrics& metrics, const char* reason) {
  return metrics.counter("logsvc_http_refused_total",
                         "Requests and connections that were refused or closed",
                         {{"reason", reason}});
}

}  // namespace

Refusals::Refusals(Metrics& metrics, Diagnostics& diagnostics)
    : bad_(counter_of(metrics, "bad_request")),
      large_(counter_of(metrics, "too_large")),
      slow_(counter_of(metrics, "too_slow")),
      memory_(counter_of(metrics, "no_memory")),
      crowded_(counter_of(metrics, "too_many_connections")),
      handshakes_(metrics.counter("logsvc_tls_handshake_failures_total",
                                  "TLS handshakes that failed or took too long")),
      diagnostics_(diagnostics) {}

void Refusals::no_memory() {
  memory_.add();
  diagnostics_.warn("http", "refused requests: too many request bodies are received at once");
}

void Refusals::crowded(uint64_t connections) {
  crowded_.add(connections);
  diagnostics_.warn("http", "closed the oldest waiting connections: too many are open");
}

void Refusals::handshake_failed(const Connection& connection, const std::string& why) {
  if (why.empty()) return;
  handshakes_.add();
  diagnostics_.warn("http", "a TLS handshake failed", {{"why", why}, {"peer", connection.peer()}});
}

Exchange::Exchange(Handler& handler, const Limits& limits, const Clock& clock, Refusals& refusals)
    : handler_(handler),
      clock_(clock),
      refusals_(refusals),
      writer_(static_cast<int>(limits.idle_time / kSecond)) {}

Exchange::Next Exchange::read(Connection& connection, int patience_ms) {
  using State = RequestReader::State;
  for (int turn = 0;; ++turn) {
    const State state = connection.reader().state();
    if (state == State::kWhole) return Next::kServe;
    if (state == State::kRefused) return refuse(connection, connection.reader().refusal());
    if (state == State::kAdmitting) {
      const Next next = admit(connection);
      if (next != Next::kServe) return next;
      continue;
    }
    const int64_t now = clock_.steady_ns();
    if (!connection.stream().established() && now > connection.deadline_ns()) {
      refusals_.slow_handshake(connection);
      return Next::kClose;
    }
    if (state != State::kIdle && now > connection.deadline_ns()) {
      refusals_.too_slow();
      return refuse(connection, {408, "the request came too slowly"});
    }
    // A whole request is served first, since nothing may come to wake the connection.
    if (turn >= kTurns && patience_ms == 0) return Next::kWait;
    switch (connection.receive(now)) {
      case Connection::Received::kSome:
        break;
      case Connection::Received::kEnded:
        refusals_.handshake_failed(connection, connection.stream().failure());
        return Next::kClose;
      case Connection::Received::kNotTls:
        refusals_.handshake_failed(connection, "the peer speaks plain HTTP");
        return refuse(connection, {400, "this port speaks https, not http"});
      case Connection::Received::kNothing:
        const bool more =
            patience_ms > 0 && !stopping_ &&
            wait_for_socket(connection.socket(), connection.waits_to_write(), patience_ms);
        if (!more) return Next::kWait;
    }
  }
}

// Returns kServe if reading goes on.
Exchange::Next Exchange::admit(Connection& connection) {
  RequestReader& reader = connection.reader();
  reader.head().peer = connection.peer();
  reader.head().socket = connection.socket();
  const PeerIdentity& identity = connection.stream().peer_identity();
  reader.head().secure = identity.secure;
  reader.head().has_certificate = identity.has_certificate;
  reader.head().certificate_name = identity.certificate_name;
  const Framing framing = reader.framing();
  Admission admission = handler_.admit(reader.head());
  if (admission.refusal) {
    const bool sent =
        send(connection, std::move(*admission.refusal),
             {reader.head().method == "HEAD", true, reader.head().minor_version == 1});
    return sent ? Next::kEnd : Next::kClose;
  }
  connection.urgent = admission.urgent;
  if (reader.admit(admission.max_body_bytes) == RequestReader::State::kBody &&
      framing.expects_continue && reader.body_bytes() == 0 &&
      !connection.send("HTTP/1.1 100 Continue\r\n\r\n", clock_.steady_ns())) {
    return Next::kClose;
  }
  return Next::kServe;
}

Exchange::Next Exchange::refuse(Connection& connection, const Refusal& refusal) {
  if (refusal.status == 503) {
    refusals_.no_memory();
  } else if (refusal.status == 413 || refusal.status == 414 || refusal.status == 431) {
    refusals_.too_large();
  } else if (refusal.status != 408) {
    refusals_.bad_request();
  }
  Response response;
  response.status = refusal.status;
  response.set_body(refusal.why + "\n", kPlain);
  response.set_header("X-Content-Type-Options", "nosniff");
  if (refusal.status == 503) response.set_header("Retry-After", "5");
  return send(connection, std::move(response), {false, true, true}) ? Next::kEnd : Next::kClose;
}

Exchange::Next Exchange::answer(Connection& connection) {
  const Framing framing = connection.reader().framing();
  Request request = connection.reader().take();
  connection.begin_next(clock_.steady_ns());
  if (framing.wants_websocket) return upgrade(connection, std::move(request), framing);
  Response response;
  call(request, response);
  const bool one_point_one = request.minor_version == 1;
  const bool unbounded = response.produce && !one_point_one;
  const bool close = !framing.keep_alive || response.close || unbounded || stopping_;
  const bool head_only = request.method == "HEAD";
  if (!one_point_one && !close) response.set_header("Connection", "keep-alive");
  request = {};  // gives its memory back before the answer is sent
  if (!send(connection, std::move(response), {head_only, close, one_point_one})) {
    return Next::kClose;
  }
  return close ? Next::kEnd : Next::kWait;
}

Exchange::Next Exchange::upgrade(Connection& connection, Request request, const Framing& framing) {
  const bool more = framing.chunked || framing.content_length > 0 ||
                    connection.reader().state() != RequestReader::State::kIdle;
  if (more) return refuse(connection, {400, "a request for a WebSocket is followed by bytes"});
  Response response;
  bool taken = false;
  try {
    taken = handler_.upgrade(connection.stream_to_take(), request, response);
  } catch (...) {
    if (connection.stream_to_take()) return refuse(connection, {500, "internal error"});
    taken = true;
  }
  if (taken) return Next::kGone;
  return send(connection, std::move(response), {false, true, true}) ? Next::kEnd : Next::kClose;
}

void Exchange::call(Request& request, Response& response) {
  try {
    handler_.handle(request, response);
  } catch (...) {
    response = {};
    response.status = 500;
    response.set_body("internal error\n", kPlain);
  }
}

// Small pieces go out together. What the socket does not take of an answer stays with the
// connection; the thread waits for what exceeds kMostUnsent.
bool Exchange::send(Connection& connection, Response response, const ReplyWriter::Form& form) {
  std::string small;
  const auto out = [&](std::string_view bytes) {
    return connection.send(bytes, clock_.steady_ns()) && wait_for_room(connection, kMostUnsent);
  };
  const auto sink = [&](std::string_view bytes) {
    if (small.size() + bytes.size() <= kSmallPiece) {
      small += bytes;
      return true;
    }
    if (!small.empty() && !out(small)) return false;
    small.clear();
    return out(bytes);
  };
  const bool whole = writer_.write(std::move(response), form, sink);
  return (small.empty() || out(small)) && whole;
}

bool Exchange::wait_for_room(Connection& connection, uint64_t most_unsent) {
  while (connection.unsent_bytes() > most_unsent) {
    if (stopping_ || clock_.steady_ns() > connection.deadline_ns()) return false;
    wait_for_socket(connection.socket(), true, kRoomSliceMs);
    if (!connection.flush()) return false;
  }
  return true;
}

}  // namespace logsvc::http
