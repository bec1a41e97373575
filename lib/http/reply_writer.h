// Answers as bytes of HTTP/1.1, by cpp-httplib behind our door: the library gets a head that we
// wrote, and writes status line, headers, lengths and chunks. Safe from several threads.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/message.h"

namespace logsvc::http {

// Takes bytes of an answer; false: the peer is gone, nothing more is written.
using ByteSink = std::function<bool(std::string_view)>;

class ReplyWriter {
 public:
  // keep_alive_s: how long a connection may be idle, as the peer is told.
  explicit ReplyWriter(int keep_alive_s);
  ~ReplyWriter();

  // What a reply has to know of its request.
  struct Form {
    bool head_only = false;  // an answer to HEAD
    bool close = false;      // said to the peer
    bool chunks = true;      // false: to HTTP/1.0, which ends a body by the connection's end
  };
  // False: the answer is not whole, and the connection must end.
  bool write(Response response, const Form& form, const ByteSink& sink) const;

 private:
  class Library;
  const std::unique_ptr<Library> library_;
};

}  // namespace logsvc::http
