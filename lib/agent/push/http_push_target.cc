#include "agent/push/http_push_target.h"

#include <strings.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <optional>

#include "agent/credentials/authorization.h"
#include "agent/credentials/oauth2.h"
#include "base/shown_url.h"
#include "net/headers.h"
#include "net/http_stream.h"
#include "net/route.h"
#include "os/clock.h"
#include "wire/agent_report.h"
#include "wire/push_answer.h"

namespace logsvc::agent {
namespace {

constexpr int kConnectTimeoutMs = 5'000;
constexpr int kMaxTimeoutMs = 600'000;
constexpr int kMaxRedirections = 5;
constexpr size_t kMaxAnswerBytes = 1u << 20;
constexpr size_t kShownBytes = 512;  // of an answer's body
constexpr int kMaxRetryAfterSeconds = 300;
constexpr char kPushPath[] = "/loki/api/v1/push";
constexpr char kReportPath[] = "/loki/api/v1/status/buildinfo";

// Only 400 and 422 say that these very lines are bad, and only if they come from a server of logs:
// a page of HTML is a proxy's. With anything else (a redirection, 401, 404, 405 …) the URL, the
// password or the server is wrong; somebody will put it right, and the lines are kept.
PushOutcome::Kind kind_of(int status, bool is_html, bool drop_rate_limited) {
  if (status >= 200 && status < 300) return PushOutcome::Kind::kAccepted;
  if (status == 413) return PushOutcome::Kind::kTooLarge;
  if (status == 429 && drop_rate_limited) return PushOutcome::Kind::kRefused;
  const bool bad_lines = (status == 400 || status == 422) && !is_html;
  return bad_lines ? PushOutcome::Kind::kRefused : PushOutcome::Kind::kLater;
}

// Of our servers to the ns, of others as they write Date.
void read_clock(const net::HttpStream& answer, PushOutcome& out) {
  const std::string ours = answer.header("x-logsvc-clock");
  Timestamp t = 0;
  const auto [end, failure] = std::from_chars(ours.data(), ours.data() + ours.size(), t);
  if (!ours.empty() && failure == std::errc() && end == ours.data() + ours.size() && t > 0) {
    out.server_clock = t;
    return;
  }
  const std::string date = answer.header("date");
  std::tm parts{};
  const char* const rest = ::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (rest && *rest == '\0') out.server_clock = ::timegm(&parts) * kSecond + kSecond / 2;
}

// What our server says of the lines of a push.
void read_answer(const net::HttpStream& answer, PushOutcome& out) {
  if (auto ranges = wire::decode_entry_ranges(answer.header("x-logsvc-refused")))
    out.refused = std::move(*ranges);
  const std::string kept = answer.header("x-logsvc-kept-at-arrival");
  (void)std::from_chars(kept.data(), kept.data() + kept.size(), out.kept_at_arrival);
}

// Empty if the push path is of another kind.
std::string report_path_for(const std::string& push_path) {
  const size_t at = push_path.rfind(kPushPath);
  if (at == std::string::npos || at + sizeof kPushPath - 1 != push_path.size()) return "";
  return push_path.substr(0, at) + kReportPath;
}

// Headers that a push has of its own: a configuration's of the name are left aside, as Promtail
// does.
bool is_ours(const Label& header) {
  for (const char* name : {"Content-Type", "Content-Length", "Content-Encoding",
                           "Transfer-Encoding", "User-Agent", "Host", "Trailer"}) {
    if (::strcasecmp(header.name.c_str(), name) == 0) return true;
  }
  return false;
}

// Where a redirection leads: an absolute URL, or a path of the same server.
Result<net::Url> redirected(const net::Url& from, const std::string& location) {
  if (location.empty() || location[0] != '/') return net::parse_url(location);
  net::Url out = from;
  out.path = location;
  return out;
}

// Whether the same request is to be sent there. After 303 a GET would be, which pushes nothing.
bool is_redirection(int status) {
  return status == 301 || status == 302 || status == 307 || status == 308;
}

bool is_tenant(const Label& header) {
  return ::strcasecmp(header.name.c_str(), "X-Scope-OrgID") == 0;
}

class HttpPushTarget : public PushTarget {
 public:
  HttpPushTarget(const ClientConfig& config, net::Url url)
      : config_(config),
        url_(std::move(url)),
        report_path_(report_path_for(url_.path)),
        timeout_ms_(static_cast<int>(
            std::clamp<Duration>(config.timeout / kMillisecond, 1, kMaxTimeoutMs))) {
    if (config_.http.oauth2) tokens_.emplace(*config_.http.oauth2, clock_);
  }

  // What can be known before the first push.
  Status check() const {
    RETURN_IF_ERROR(net::proxy_of(url_, config_.http.route));
    if (url_.scheme == "https") RETURN_IF_ERROR(net::TlsClient::of(config_.http.route.tls));
    return tokens_ ? tokens_->check() : Status();
  }

  PushOutcome push(const PushMessage& message) override {
    const std::string& tenant = message.tenant.empty() ? config_.tenant_id : message.tenant;
    std::string headers;
    if (!message.report.empty())
      headers += net::header_line(wire::kAgentReportHeader, message.report);
    headers += "Content-Type: application/x-protobuf\r\n";
    headers += "Content-Length: " + std::to_string(message.body.size()) + "\r\n";
    return outcome_of(send("POST", url_.path, tenant, headers, message.body));
  }
  PushOutcome report(const std::string& report) override {
    if (report_path_.empty()) {
      PushOutcome out;
      out.answered = true;
      out.detail = "the URL has no path for reports";
      return out;
    }
    return outcome_of(send("GET", report_path_, config_.tenant_id,
                           net::header_line(wire::kAgentReportHeader, report), ""));
  }
  void cancel() override { stop_ = true; }

 private:
  struct Answer {
    int status = 0;
    bool is_html = false;
    std::string body, retry_after, location;
    PushOutcome says;  // the server's clock, what became of the lines
  };

  PushOutcome outcome_of(Result<Answer> answer) const {
    PushOutcome out;
    if (!answer.ok()) {
      out.detail = "no connection: " + without_url_secrets(answer.error().message);
      return out;
    }
    out = std::move(answer->says);
    out.answered = true;
    out.detail = std::to_string(answer->status) + " " + answer->body.substr(0, kShownBytes);
    out.kind = kind_of(answer->status, answer->is_html, config_.drop_rate_limited_batches);
    out.retry_after_s =
        std::clamp(std::atoi(answer->retry_after.c_str()), 0, kMaxRetryAfterSeconds);
    return out;
  }

  // Follows redirections; the last answer.
  Result<Answer> send(const std::string& method, const std::string& path, const std::string& tenant,
                      const std::string& headers, const std::string& body) {
    net::Url to = url_;
    to.path = path;
    for (int hop = 0;; ++hop) {
      ASSIGN_OR_RETURN(Answer answer, send_to(to, method, tenant, headers, body));
      if (!config_.http.route.follow_redirects || !is_redirection(answer.status) ||
          hop == kMaxRedirections) {
        return answer;
      }
      ASSIGN_OR_RETURN(to, redirected(to, answer.location));
    }
  }

  Result<Answer> send_to(const net::Url& to, const std::string& method, const std::string& tenant,
                         const std::string& headers, const std::string& body) {
    ASSIGN_OR_RETURN(const net::Route route, net::route_to(to, config_.http.route, tls_));
    HttpClientConfig known = config_.http;
    if (!tenant.empty()) std::erase_if(known.headers, is_tenant);  // the one that is known wins
    if (to.host != url_.host) {  // who we are is for the server that was configured
      known.basic_auth.reset();
      known.authorization.reset();
    }
    ASSIGN_OR_RETURN(std::string more, header_lines(known));
    if (!tenant.empty()) more += net::header_line("X-Scope-OrgID", tenant);
    if (tokens_ && to.host == url_.host && !has_own_authorization(known)) {
      ASSIGN_OR_RETURN(const std::string token, tokens_->authorization({timeout_ms_, &stop_}));
      more += net::header_line("Authorization", token);
    }
    const std::string head =
        method + " " + route.request_target(to.path) + " HTTP/1.1\r\nHost: " + host_header(to) +
        "\r\nUser-Agent: logsvc\r\n" + more + route.proxy_authorization_line() + headers + "\r\n";
    // A connection that was kept may have been closed meanwhile: once more over a new one.
    if (connection_ && connected_to_ == origin(to)) {
      auto answer = exchange(std::move(connection_), to, head, body);
      if (answer.ok() || answer.error().code == ErrorCode::kCancelled ||
          answer.error().code == ErrorCode::kTimeout) {
        return answer;
      }
    }
    auto connection = route.connect({std::min(timeout_ms_, kConnectTimeoutMs), &stop_});
    if (!connection.ok()) {
      tls_ = nullptr;  // its files may be put right
      return connection.error();
    }
    auto answer = exchange(std::move(*connection), to, head, body);
    if (!answer.ok()) tls_ = nullptr;
    return answer;
  }

  Result<Answer> exchange(std::unique_ptr<net::Connection> connection, const net::Url& to,
                          const std::string& head, const std::string& body) {
    const net::WaitLimit limit{timeout_ms_, &stop_};
    Status sent = connection->send(head, limit);
    if (sent.ok()) sent = connection->send(body, limit);
    if (!sent.ok() && sent.error().code != ErrorCode::kUnavailable) return sent.error();
    // One that refuses may do so before it has read everything: what it sent says why.
    ASSIGN_OR_RETURN(net::HttpStream stream,
                     net::HttpStream::read_answer(std::move(connection), limit));
    Answer out;
    out.status = stream.status();
    if (out.status == 401 && tokens_) tokens_->forget();
    out.retry_after = stream.header("retry-after");
    out.location = stream.header("location");
    out.is_html = stream.header("content-type").find("html") != std::string::npos;
    read_clock(stream, out.says);
    read_answer(stream, out.says);
    auto text = stream.read_all(kMaxAnswerBytes, timeout_ms_);
    if (text.ok()) out.body = std::move(*text);
    if (sent.ok() && text.ok() && stream.reusable()) {
      connection_ = std::move(stream).release();
      connected_to_ = origin(to);
    }
    return out;
  }

  static std::string origin(const net::Url& url) { return url.scheme + "://" + host_header(url); }
  // Without the scheme's own port, as browsers send it: some proxies compare.
  static std::string host_header(const net::Url& url) {
    const std::string host =
        url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    return url.port == (url.scheme == "https" ? 443 : 80) ? host
                                                          : host + ":" + std::to_string(url.port);
  }

  const ClientConfig config_;
  const net::Url url_;
  const std::string report_path_;
  const int timeout_ms_;
  std::atomic<bool> stop_{false};
  const SystemClock clock_;
  std::optional<TokenSource> tokens_;    // of oauth2
  std::shared_ptr<net::TlsClient> tls_;  // null: to be made of its files
  // Kept for the next push; to whom.
  std::unique_ptr<net::Connection> connection_;
  std::string connected_to_;
};

}  // namespace

Result<ClientConfig> client_of_url(const std::string& url) {
  ASSIGN_OR_RETURN(const net::Url parsed, net::parse_url(url));
  ClientConfig config;
  config.url = without_url_secrets(url);
  if (parsed.path.empty() || parsed.path == "/") {
    if (config.url.back() == '/') config.url.pop_back();
    config.url += kPushPath;
  }
  config.name = config.url;
  config.timeout = 30 * kSecond;
  if (!parsed.user.empty())
    config.http.basic_auth = BasicAuth{{parsed.user, ""}, {parsed.password, ""}};
  return config;
}

Result<std::unique_ptr<PushTarget>> make_http_push_target(const ClientConfig& config) {
  ASSIGN_OR_RETURN(net::Url url, net::parse_url(config.url));
  if (url.path.empty()) url.path = "/";
  ClientConfig used = config;
  if (!url.user.empty() && !used.http.basic_auth)
    used.http.basic_auth = BasicAuth{{url.user, ""}, {url.password, ""}};
  Labels& headers = used.http.headers;
  headers.erase(std::remove_if(headers.begin(), headers.end(), is_ours), headers.end());
  auto target = std::make_unique<HttpPushTarget>(used, std::move(url));
  RETURN_IF_ERROR(target->check());
  return std::unique_ptr<PushTarget>(std::move(target));
}

Result<std::unique_ptr<PushTarget>> make_http_push_target(const std::string& url) {
  ASSIGN_OR_RETURN(const ClientConfig config, client_of_url(url));
  return make_http_push_target(config);
}

}  // namespace logsvc::agent
