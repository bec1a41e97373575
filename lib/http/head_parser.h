// Reads the head of a request strictly by RFC 9112: whatever could be understood in two ways is an
// error, and nothing of the connection is read after an error. Not safe from several threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/limits.h"
#include "http/message.h"

namespace logsvc::http {

// Says why a request is not taken: a status number and a sentence for the peer.
struct Refusal {
  int status = 400;
  std::string why;
};

// Says how the end of a message is recognized, and what becomes of the connection afterwards.
struct Framing {
  bool chunked = false;
  uint64_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
  bool wants_websocket = false;
};

class HeadParser {
 public:
  explicit HeadParser(const Limits& limits) : limits_(limits) {}

  enum class State { kMore, kDone, kRefused };
  // bytes is everything that has come since the head began, including what earlier calls saw. Lines
  // are read as they come, so that one over a limit is refused before it has ended.
  State advance(std::string_view bytes);

  // When done, the length of the head, and what it says.
  size_t size() const { return at_; }
  Request& request() { return request_; }
  const Framing& framing() const { return framing_; }
  // What is wrong, after State kRefused.
  const Refusal& refusal() const { return *refusal_; }

 private:
  State refuse(int status, std::string why);
  bool line_may_grow(std::string_view part);
  bool take_line(std::string_view line);
  bool read_request_line(std::string_view line);
  bool read_target(std::string_view target);
  bool read_header(std::string_view line);
  bool finish();
  bool read_host();
  bool read_length();
  void read_connection();

  const Limits& limits_;
  Request request_;
  Framing framing_;
  std::string authority_;  // from a target that names its host
  std::optional<Refusal> refusal_;
  size_t at_ = 0;      // where the current line begins
  size_t looked_ = 0;  // how far that line was searched
  size_t headers_bytes_ = 0;
  bool has_line_ = false;
  bool skipped_blank_ = false;
};

// Decodes %41 and the like; nullopt if an escape is invalid or stands for NUL.
std::optional<std::string> decode_path(std::string_view path);
// Whether the bytes of a Host could be a name or address with an optional port.
bool is_host(std::string_view host);

}  // namespace logsvc::http
