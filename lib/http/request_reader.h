// Reads requests from the bytes of one connection, however they are cut: heads, bodies by length or
// in chunks, one request after the other. It knows nothing of sockets. For one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/chunked_decoder.h"
#include "http/head_parser.h"
#include "http/limits.h"
#include "http/memory_budget.h"
#include "http/message.h"

namespace logsvc::http {

class RequestReader {
 public:
  // budget may be null: bodies are not added up then.
  RequestReader(const Limits& limits, std::shared_ptr<MemoryBudget> budget);

  enum class State {
    kIdle,       // nothing of a request has come
    kHead,       // part of a head
    kAdmitting,  // the head is whole; admit() or the end of the connection is next
    kBody,       // part of a body
    kWhole,      // take() is next
    kRefused,    // the connection must end
  };
  State state() const { return state_; }

  // Takes more bytes. In states kAdmitting and kWhole they are only kept, so give it few.
  State feed(std::string_view bytes);

  // In state kAdmitting: the head, and what it says about what follows.
  Request& head() { return head_->request(); }
  const Framing& framing() const { return head_->framing(); }
  // Admits the request, whose body may have so many bytes.
  State admit(uint64_t max_body_bytes);
  // How many bytes of the body have come.
  uint64_t body_bytes() const { return body_.size(); }
  // Whether unread bytes follow what was read.
  bool has_unread() const { return !unread_.empty(); }

  // In state kWhole: returns the request, and goes on with what has come of the next one.
  Request take();
  const Refusal& refusal() const { return refusal_; }

 private:
  State read(std::string_view& bytes);
  State read_head(std::string_view& bytes);
  State read_body(std::string_view& bytes);
  bool hold_head(uint64_t bytes);
  State refuse(int status, std::string why);
  void begin();

  const Limits& limits_;
  const std::shared_ptr<MemoryBudget> budget_;
  State state_ = State::kIdle;
  std::string unread_;
  std::optional<HeadParser> head_;
  std::optional<ChunkedDecoder> chunks_;
  std::string body_;
  uint64_t head_held_ = 0;
  MemoryLease memory_;
  uint64_t max_body_bytes_ = 0;
  Refusal refusal_;
};

}  // namespace logsvc::http
