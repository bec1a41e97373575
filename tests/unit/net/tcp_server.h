// A server on loopback for one test: each connection is handed to a function, one after the other.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace logsvc::net {

class TcpServer {
 public:
  // serve: is given the socket and the number of the connection, from 0 on. The socket is closed
  // when it returns.
  explicit TcpServer(std::function<void(int, int)> serve)
      : serve_(std::move(serve)), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    (void)::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    (void)::listen(socket_, 16);
    (void)::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~TcpServer() {
    stop_ = true;
    thread_.join();
    ::close(socket_);
  }
  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  // The head of a request; what was received if the other side ends before.
  static std::string read_head(int socket) {
    std::string out;
    char piece[4096];
    while (out.find("\r\n\r\n") == std::string::npos) {
      const ssize_t n = ::recv(socket, piece, sizeof piece, 0);
      if (n <= 0) break;
      out.append(piece, static_cast<size_t>(n));
    }
    return out;
  }
  // False once the other side is gone.
  static bool send(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }
  // Until the other side closes.
  static void wait_for_end(int socket) {
    char piece[4096];
    while (::recv(socket, piece, sizeof piece, 0) > 0) {
    }
  }

 private:
  void run() {
    for (int number = 0; !stop_;) {
      pollfd p{socket_, POLLIN, 0};
      if (::poll(&p, 1, 10) <= 0) continue;
      const int client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      serve_(client, number++);
      ::close(client);
    }
  }

  const std::function<void(int, int)> serve_;
  const int socket_;
  int port_ = 0;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace logsvc::net
