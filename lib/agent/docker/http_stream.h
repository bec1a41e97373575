// A small HTTP/1.1 GET client for streams that go on for days: unix socket or TCP, chunked bodies
// read as they come, and a stop that is noticed within a quarter of a second. (cpp-httplib's client
// cannot be stopped while it waits for the next byte.) For one thread; stop() may be called by any.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::agent {

struct DockerHost {
  std::string socket_path;  // of unix://; else:
  std::string host;
  int port = 0;
};
// unix:///path, tcp://host:port, http://host:port
Result<DockerHost> parse_docker_host(const std::string& url);

class HttpStream {
 public:
  // Sends the request and reads the head. timeout_ms is for the head only.
  // kUnavailable if nobody answers; kPermission if the socket may not be opened.
  static Result<HttpStream> get(const DockerHost& host, const std::string& target,
                                const std::atomic<bool>& stop, int timeout_ms = 30'000);
  ~HttpStream();
  HttpStream(HttpStream&& other) noexcept;
  HttpStream& operator=(HttpStream&&) = delete;

  int status() const { return status_; }
  // Lower-case name; empty if it is absent.
  std::string header(const std::string& name) const;

  // The next bytes of the body (valid until the next call); empty at its end. kUnavailable if the
  // connection broke, kCancelled when stopping, kTimeout if nothing came for timeout_ms (0: wait
  // for ever).
  Result<std::string_view> read(int timeout_ms);
  // The whole rest, up to max_bytes.
  Result<std::string> read_all(size_t max_bytes, int timeout_ms);

 private:
  HttpStream(int fd, const std::atomic<bool>& stop) : fd_(fd), stop_(&stop) {}
  Status read_head(int timeout_ms);
  // Appends to buffer_. False at the end of the connection.
  Result<bool> fill(int timeout_ms);
  Result<std::string> line(int timeout_ms);

  int fd_;
  const std::atomic<bool>* stop_;
  int status_ = 0;
  std::map<std::string, std::string> headers_;
  std::string buffer_;
  size_t used_ = 0;
  bool chunked_ = false;
  uint64_t left_ = 0;  // of the current chunk or of the body
  bool until_close_ = false;
  bool ended_ = false;
  bool first_chunk_ = true;
};

// %XX for everything but letters, digits and -_.~
std::string url_encode(std::string_view text);

}  // namespace logsvc::agent
