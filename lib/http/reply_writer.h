// Writes answers as bytes of HTTP/1.1 with cpp-httplib behind our door: the library gets a head
// that we wrote, and writes status line, headers, lengths and chunks. Safe from several threads.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/message.h"

namespace logsvc::http {

// Takes bytes of an answer; returns false if the peer is gone and nothing more should be written.
using ByteSink = std::function<bool(std::string_view)>;

class ReplyWriter {
 public:
  // keep_alive_s is how long the peer is told that a connection may be idle.
  explicit ReplyWriter(int keep_alive_s);
  ~ReplyWriter();

  // What a reply has to know about its request.
  struct Form {
    bool head_only = false;  // an answer to HEAD
    bool close = false;      // said to the peer
    bool chunks = true;      // false: HTTP/1.0, where the connection's end ends the body
  };
  // Returns false if the answer is incomplete, and the connection must end.
  bool write(Response response, const Form& form, const ByteSink& sink) const;

 private:
  class Library;
  const std::unique_ptr<Library> library_;
};

}  // namespace logsvc::http
