// A socket as cpp-httplib's Stream, with a buffer of our own, so that a request's head can be
// looked at before the library reads it. For one thread.
#pragma once

#include <httplib.h>

#include <atomic>
#include <string>
#include <string_view>

namespace logsvc::server {

class ConnectionStream : public httplib::Stream {
 public:
  // Borrows the socket. stop: polled while waiting, so that a shutdown ends idle connections.
  ConnectionStream(socket_t socket, int read_timeout_ms, int write_timeout_ms,
                   const std::atomic<bool>& stop);

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* to, size_t n) override;
  ssize_t write(const char* from, size_t n) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }
  // Of later releases of the library.
  bool wait_readable() const { return wait(true, read_timeout_ms_); }
  bool wait_writable() const { return wait(false, write_timeout_ms_); }
  time_t duration() const { return 0; }

  // Waits up to timeout_ms for the first byte of a request; false if none came.
  bool wait_for_request(int timeout_ms);
  // Reads until the blank line behind the head is in the buffer. Empty if the connection ended,
  // timed out or the head is over max_bytes.
  std::string_view peek_head(size_t max_bytes);
  // Puts other bytes in the place of the peeked head.
  void replace_head(size_t head_bytes, std::string head);

 private:
  bool wait(bool for_reading, int timeout_ms) const;
  bool fill();

  const socket_t socket_;
  const int read_timeout_ms_;
  const int write_timeout_ms_;
  const std::atomic<bool>& stop_;
  std::string_view unread() const { return {buffer_.data() + used_, filled_ - used_}; }

  std::string buffer_;  // as large as it ever was
  size_t filled_ = 0;   // received
  size_t used_ = 0;     // of that, already given out
};

}  // namespace logsvc::server
