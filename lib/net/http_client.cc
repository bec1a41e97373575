#include "net/http_client.h"

#include <chrono>
#include <utility>

#include "base/shown_url.h"
#include "net/gunzip.h"

namespace logsvc::net {

bool is_redirection(int status, std::string_view method) {
  return status == 301 || status == 302 || status == 307 || status == 308 ||
         (status == 303 && method == "GET");
}

bool stays_home(const Url& from, const Url& to) {
  if (origin_of(from) == origin_of(to)) return true;
  return from.host == to.host && from.scheme == "http" && from.port == 80 && to.scheme == "https" &&
         to.port == 443;
}

Status HttpClient::check(const Url& url) {
  RETURN_IF_ERROR(route_to(url, config_, tls_));
  return {};
}

Result<HttpStream> HttpClient::open(const HttpRequest& request, const HttpLimits& limits) {
  Url to = request.url;
  bool is_home = true;
  for (int hop = 0;; ++hop) {
    ASSIGN_OR_RETURN(HttpStream answer, send_to(to, is_home, request, limits));
    if (!config_.follow_redirects || hop == kMaxRedirections ||
        !is_redirection(answer.status(), request.method)) {
      answered_by_ = origin_of(to);
      return answer;
    }
    ASSIGN_OR_RETURN(Url next, resolve(to, answer.header("location")));
    // Once the request has left home, a stranger who chose the path may have sent it back.
    is_home = is_home && stays_home(to, next);
    to = std::move(next);
  }
}

Result<HttpStream> HttpClient::send_to(const Url& to, bool is_home, const HttpRequest& request,
                                       const HttpLimits& limits) {
  ASSIGN_OR_RETURN(Route route, route_to(to, config_, tls_));
  route.always_tunnels = request.upgrades;
  Headers headers = request.headers;
  if (!has_header(headers, "User-Agent")) headers.push_back({"User-Agent", "logsvc"});
  if (is_home) {
    headers.insert(headers.end(), request.private_headers.begin(), request.private_headers.end());
  }
  if (request.method != "GET") {
    headers.push_back({"Content-Length", std::to_string(request.body.size())});
  }
  const std::string proxy = route.proxy_authorization();
  if (!proxy.empty()) headers.push_back({"Proxy-Authorization", proxy});
  const std::string path = to.path.empty() ? "/" : to.path;
  const std::string head =
      request_head(request.method, route.request_target(path), host_header(to), headers);
  const std::string_view body = request.method == "GET" ? std::string_view() : request.body;
  // A kept connection may have been closed meanwhile: the request is then sent once more over a new
  // one.
  if (connection_ && connected_to_ == origin_of(to) && !request.upgrades) {
    auto answer = exchange(std::move(connection_), head, body, limits);
    if (answer.ok() || answer.error().code == ErrorCode::kCancelled ||
        answer.error().code == ErrorCode::kTimeout) {
      return answer;
    }
  }
  auto connection = route.connect({limits.connect_timeout_ms, limits.stop});
  if (!connection.ok()) {
    tls_ = nullptr;  // so that corrected files are read again
    return connection.error();
  }
  auto answer = exchange(std::move(*connection), head, body, limits);
  if (!answer.ok()) tls_ = nullptr;
  return answer;
}

Result<HttpStream> HttpClient::exchange(std::unique_ptr<Connection> connection,
                                        const std::string& head, std::string_view body,
                                        const HttpLimits& limits) {
  const WaitLimit limit{limits.answer_timeout_ms, limits.stop};
  Status sent = connection->send(head, limit);
  if (sent.ok()) sent = connection->send(body, limit);
  if (!sent.ok() && sent.error().code != ErrorCode::kUnavailable) return sent.error();
  // A server that refuses may do so before it has read everything: what it sent says why.
  ASSIGN_OR_RETURN(HttpStream answer, HttpStream::read_answer(std::move(connection), limit));
  if (!sent.ok()) answer.forbid_reuse();
  return answer;
}

Result<HttpAnswer> HttpClient::send(const HttpRequest& request, const HttpLimits& limits) {
  const auto begun = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(HttpStream stream, open(request, limits));
  if (limits.total_timeout_ms > 0) {
    stream.end_by(begun + std::chrono::milliseconds(limits.total_timeout_ms));
  }
  HttpAnswer out;
  out.status = stream.status();
  out.status_line = stream.status_line();
  out.location = stream.header("location");
  ASSIGN_OR_RETURN(out.body, stream.read_all(limits.max_body_bytes, limits.answer_timeout_ms));
  if (stream.header("content-encoding") == "gzip") {
    ASSIGN_OR_RETURN(out.body, gunzip(out.body, limits.max_body_bytes));
  }
  keep(std::move(stream));
  return out;
}

void HttpClient::keep(HttpStream&& answer) {
  if (!answer.reusable()) return;
  connection_ = std::move(answer).release();
  connected_to_ = answered_by_;
}

}  // namespace logsvc::net
