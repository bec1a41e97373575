#include "server/http/http_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>

#include "server/http/connection_stream.h"
#include "server/http/elastic_pool.h"
#include "server/http/params.h"

namespace logsvc::server {
namespace {

constexpr int kKeepAliveMs = 75'000;
constexpr int kTimeoutMs = 30'000;
constexpr size_t kMaxHeadBytes = 1 << 20;       // as Go's
constexpr size_t kMaxLibraryTarget = 7 * 1024;  // the library refuses lines over 8 KiB

bool starts_with_name(std::string_view line, std::string_view name) {
  if (line.size() <= name.size() || line[name.size()] != ':') return false;
  for (size_t i = 0; i < name.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(line[i])) != name[i]) return false;
  }
  return true;
}

// The head with the number of the socket added, and the two headers renamed that the library would
// act on: it decompresses bodies without a limit and refuses forms over 8 KiB. A request that may
// have a body and does not say how long it is has none.
std::string rename_headers(std::string_view head, int socket) {
  std::string out;
  bool has_length = head.starts_with("GET ") || head.starts_with("HEAD ");
  while (!head.empty()) {
    const size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end + 2);
    head.remove_prefix(end + 2);
    if (starts_with_name(line, "content-encoding")) {
      out += kContentEncodingHeader;
      out += line.substr(std::strlen("content-encoding"));
    } else if (starts_with_name(line, "content-type")) {
      out += kContentTypeHeader;
      out += line.substr(std::strlen("content-type"));
    } else if (line != "\r\n" && !starts_with_name(line, "x-logsvc-socket")) {
      has_length |=
          starts_with_name(line, "content-length") || starts_with_name(line, "transfer-encoding");
      out += line;
    }
  }
  out += std::string(kSocketHeader) + ": " + std::to_string(socket) + "\r\n";
  return out + (has_length ? "\r\n" : "Content-Length: 0\r\n\r\n");
}

// The target of the request line; empty if there is none.
std::string_view target_of(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || last <= first) return {};
  return line.substr(first + 1, last - first - 1);
}

// Takes a query string that the library would refuse for its length out of the head. The target as
// it was; empty if it may stay.
std::string take_long_target(std::string& head) {
  const std::string_view target = target_of(head);
  const size_t question = target.find('?');
  if (target.size() <= kMaxLibraryTarget || question == std::string_view::npos) return {};
  std::string whole(target);
  const auto from = static_cast<size_t>(target.data() - head.data()) + question;
  head.erase(from, target.size() - question);
  return whole;
}

// Request line and headers of a head that is there whole.
bool parse_head(std::string_view head, httplib::Request& request) {
  request.target = target_of(head);
  if (request.target.empty()) return false;
  request.method = head.substr(0, head.find(' '));
  const size_t question = request.target.find('?');
  request.path = request.target.substr(0, question);
  if (question != std::string::npos) {
    request.params = parse_form(request.target.substr(question + 1));
  }
  head.remove_prefix(head.find("\r\n") + 2);
  while (head.size() > 2) {
    const size_t end = head.find("\r\n");
    const std::string_view header = head.substr(0, end);
    head.remove_prefix(end + 2);
    const size_t colon = header.find(':');
    if (colon == std::string_view::npos) continue;
    size_t value = colon + 1;
    while (value < header.size() && (header[value] == ' ' || header[value] == '\t')) ++value;
    request.headers.emplace(header.substr(0, colon), header.substr(value));
  }
  return true;
}

bool asks_for_websocket(std::string_view head) {
  std::string lower(head);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower.find("\r\nupgrade: websocket") != std::string::npos;
}

}  // namespace

class HttpServer::Connections : public httplib::Server {
 public:
  Connections(const HttpServerOptions& options, Handler handler, Upgrade upgrade)
      : handler_(std::move(handler)), upgrade_(std::move(upgrade)) {
    new_task_queue = [n = options.max_connections] { return new ElasticPool(n); };
    set_payload_max_length(options.max_body_bytes);
    set_keep_alive_max_count(1'000'000);
    set_tcp_nodelay(true);
    set_socket_options([](socket_t socket) {
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    const auto handle = [this](const httplib::Request& q, httplib::Response& r) { handler_(q, r); };
    Get(".*", handle);
    Post(".*", handle);
    Put(".*", handle);
    Delete(".*", handle);
    Patch(".*", handle);
    Options(".*", handle);
    set_error_handler([](const httplib::Request&, httplib::Response& r) {
      if (r.body.empty() && r.status == 413)
        r.set_content("request body too large\n", "text/plain; charset=utf-8");
    });
    set_exception_handler([](const httplib::Request&, httplib::Response& r, auto&&) {
      r.status = 500;
      r.set_content("internal error\n", "text/plain; charset=utf-8");
    });
  }

  // The library listens with a backlog of 5, too few for a fleet that reconnects at once.
  void widen_backlog() { ::listen(svr_sock_, 1024); }

  void begin_stop() {
    stopping_ = true;
    stop();
  }

 private:
  bool process_and_close_socket(socket_t socket) override {
    bool ok = true;
    {
      ConnectionStream stream(socket, kTimeoutMs, kTimeoutMs, stopping_);
      while (!stopping_ && stream.wait_for_request(kKeepAliveMs)) {
        const std::string_view head = stream.peek_head(kMaxHeadBytes);
        if (head.empty()) break;
        if (asks_for_websocket(head)) {
          if (upgrade(stream, socket, head)) return true;  // no longer ours
          break;
        }
        bool closed = false;
        std::string renamed = rename_headers(head, socket);
        const std::string target = take_long_target(renamed);
        stream.replace_head(head.size(), std::move(renamed));
        ok = serve(stream, target, closed);
        if (!ok || closed) break;
      }
    }
    // Give the peer a chance to read the answer before a reset could overtake it.
    ::shutdown(socket, SHUT_WR);
    drain(socket);
    ::close(socket);
    return ok;
  }

  // The body is appended to in small pieces; what is told to be longer grows as it comes.
  static void make_room(httplib::Request& request) {
    constexpr uint64_t kMostRoom = 4 << 20;
    const std::string length = request.get_header_value("Content-Length");
    uint64_t bytes = 0;
    std::from_chars(length.data(), length.data() + length.size(), bytes);
    request.body.reserve(std::min(bytes, kMostRoom));
  }

  // The signature of process_request grew in later releases. target: what the request's is to be,
  // unless empty.
  template <typename Self = Connections>
  bool serve(ConnectionStream& stream, const std::string& target, bool& closed) {
    Self* self = this;
    const std::function<void(httplib::Request&)> setup = [&](httplib::Request& request) {
      make_room(request);
      if (!target.empty()) request.target = target;
    };
    if constexpr (requires { self->process_request(stream, false, closed, setup); }) {
      return self->process_request(stream, false, closed, setup);
    } else {
      std::string remote, local;
      int remote_port = 0, local_port = 0;
      stream.get_remote_ip_and_port(remote, remote_port);
      stream.get_local_ip_and_port(local, local_port);
      return self->process_request(stream, remote, remote_port, local, local_port, false, closed,
                                   setup);
    }
  }

  // True: taken over. False: an answer was sent, or the head made no sense.
  bool upgrade(ConnectionStream& stream, socket_t socket, std::string_view head) {
    httplib::Request request;
    if (!parse_head(head, request)) return false;
    stream.get_remote_ip_and_port(request.remote_addr, request.remote_port);
    httplib::Response response;
    response.status = 200;
    if (upgrade_(socket, request, response)) return true;
    std::string out = "HTTP/1.1 " + std::to_string(response.status) + " Refused\r\n";
    for (const auto& [name, value] : response.headers) out += name + ": " + value + "\r\n";
    out += "Content-Length: " + std::to_string(response.body.size()) +
           "\r\nConnection: close\r\n\r\n" + response.body;
    stream.write(out.data(), out.size());
    return false;
  }

  static void drain(socket_t socket) {
    char scrap[4096];
    for (int i = 0; i < 16; ++i) {
      if (::recv(socket, scrap, sizeof scrap, MSG_DONTWAIT) <= 0) return;
    }
  }

  const Handler handler_;
  const Upgrade upgrade_;
  std::atomic<bool> stopping_{false};
};

HttpServer::HttpServer(HttpServerOptions options, Handler handler, Upgrade upgrade)
    : options_(std::move(options)),
      connections_(
          std::make_unique<Connections>(options_, std::move(handler), std::move(upgrade))) {}

HttpServer::~HttpServer() { stop(); }

Status HttpServer::start() {
  port_ = options_.port;
  bool bound;
  if (port_ == 0) {
    port_ = connections_->bind_to_any_port(options_.host);
    bound = port_ > 0;
  } else {
    bound = connections_->bind_to_port(options_.host, port_);
  }
  if (!bound) {
    return Error{ErrorCode::kUnavailable, "cannot listen on " + options_.host + ":" +
                                              std::to_string(options_.port) +
                                              ": the port is taken or the address is not this "
                                              "machine's; choose another"};
  }
  thread_ = std::thread([this] { connections_->listen_after_bind(); });
  connections_->widen_backlog();
  while (!connections_->is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return {};
}

void HttpServer::stop() {
  if (!thread_.joinable()) return;
  connections_->begin_stop();
  thread_.join();
}

// The library makes each request, not const, and shows it to one handler.
std::string take_body(const httplib::Request& request) {
  return std::move(const_cast<httplib::Request&>(request).body);
}

}  // namespace logsvc::server
