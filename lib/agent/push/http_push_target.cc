#include "agent/push/http_push_target.h"

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
#include "net/http_client.h"
#include "net/url.h"
#include "os/clock.h"
#include "wire/agent_report.h"
#include "wire/push_answer.h"

namespace logsvc::agent {
namespace {

constexpr int kConnectTimeoutMs = 5'000;
constexpr int kMaxTimeoutMs = 600'000;
constexpr size_t kMaxAnswerBytes = 1u << 20;
constexpr size_t kShownBytes = 512;  // from an answer's body
constexpr int kMaxRetryAfterSeconds = 300;
constexpr char kPushPath[] = "/loki/api/v1/push";
constexpr char kReportPath[] = "/loki/api/v1/status/buildinfo";

// Only 400 and 422 say that these very lines are bad, and only from a log server: a page of HTML
// comes from a proxy. Anything else (a redirection, 401, 404, 405 …) means that the URL, the
// password or the server is wrong; somebody will correct it, so the lines are kept.
PushOutcome::Kind kind_of(int status, bool is_html, bool drop_rate_limited) {
  if (status >= 200 && status < 300) return PushOutcome::Kind::kAccepted;
  if (status == 413) return PushOutcome::Kind::kTooLarge;
  if (status == 429 && drop_rate_limited) return PushOutcome::Kind::kRefused;
  const bool bad_lines = (status == 400 || status == 422) && !is_html;
  return bad_lines ? PushOutcome::Kind::kRefused : PushOutcome::Kind::kLater;
}

// Reads the server's time: our servers give nanoseconds, others whole seconds in Date.
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

// Reads what our server says about the lines of a push.
void read_answer(const net::HttpStream& answer, PushOutcome& out) {
  if (auto ranges = wire::decode_entry_ranges(answer.header("x-logsvc-refused")))
    out.refused = std::move(*ranges);
  const std::string kept = answer.header("x-logsvc-kept-at-arrival");
  (void)std::from_chars(kept.data(), kept.data() + kept.size(), out.kept_at_arrival);
}

// Returns an empty path if the push path has another form.
std::string report_path_for(const std::string& push_path) {
  const size_t at = push_path.rfind(kPushPath);
  if (at == std::string::npos || at + sizeof kPushPath - 1 != push_path.size()) return "";
  return push_path.substr(0, at) + kReportPath;
}

// Returns whether a push sets the header itself: such headers of the configuration are ignored, as
// in Promtail.
bool is_ours(const Label& header) {
  for (const char* name : {"Content-Type", "Content-Length", "Content-Encoding",
                           "Transfer-Encoding", "User-Agent", "Host", "Trailer"}) {
    if (net::is_same_header(header.name, name)) return true;
  }
  return false;
}

bool is_tenant(const net::Header& header) {
  return net::is_same_header(header.name, "X-Scope-OrgID");
}

class HttpPushTarget : public PushTarget {
 public:
  HttpPushTarget(const ClientConfig& config, net::Url url)
      : config_(config),
        url_(std::move(url)),
        report_path_(report_path_for(url_.path)),
        client_(config.http.route) {
    const Duration timeout_ms = config.timeout / kMillisecond;
    limits_.answer_timeout_ms =
        static_cast<int>(std::clamp<Duration>(timeout_ms, 1, kMaxTimeoutMs));
    limits_.connect_timeout_ms = std::min(limits_.answer_timeout_ms, kConnectTimeoutMs);
    limits_.max_body_bytes = kMaxAnswerBytes;
    limits_.stop = &stop_;
    if (config_.http.oauth2) tokens_.emplace(*config_.http.oauth2, clock_);
  }

  // Checks what can be checked before the first push.
  Status check() {
    RETURN_IF_ERROR(client_.check(url_));
    return tokens_ ? tokens_->check() : Status();
  }

  PushOutcome push(const PushMessage& message) override {
    net::HttpRequest request;
    request.method = "POST";
    request.url = url_;
    request.headers = {{"Content-Type", "application/x-protobuf"}};
    request.body = message.body;
    const std::string& tenant = message.tenant.empty() ? config_.tenant_id : message.tenant;
    return send(std::move(request), tenant, message.report);
  }
  PushOutcome report(const std::string& report) override {
    if (report_path_.empty()) {
      PushOutcome out;
      out.answered = true;
      out.detail = "the URL has no path for reports";
      return out;
    }
    net::HttpRequest request;
    request.url = url_;
    request.url.path = report_path_;
    return send(std::move(request), config_.tenant_id, report);
  }
  void cancel() override { stop_ = true; }

 private:
  PushOutcome send(net::HttpRequest request, const std::string& tenant, const std::string& report) {
    auto who = who_we_are(tenant);
    if (!who.ok()) return unanswered(who.error());
    request.private_headers = std::move(*who);
    if (!report.empty()) request.private_headers.push_back({wire::kAgentReportHeader, report});
    auto answer = client_.open(request, limits_);
    return answer.ok() ? outcome_of(std::move(*answer)) : unanswered(answer.error());
  }

  // Returns headers for the configured server only: credentials, tenant, configured headers.
  Result<net::Headers> who_we_are(const std::string& tenant) {
    ASSIGN_OR_RETURN(net::Headers out, own_headers(config_.http));
    if (!tenant.empty()) {  // the known tenant takes precedence
      std::erase_if(out, is_tenant);
      out.push_back({"X-Scope-OrgID", tenant});
    }
    if (tokens_ && !has_own_authorization(config_.http)) {
      ASSIGN_OR_RETURN(const std::string token,
                       tokens_->authorization({limits_.answer_timeout_ms, &stop_}));
      out.push_back({"Authorization", token});
    }
    return out;
  }

  static PushOutcome unanswered(const Error& error) {
    PushOutcome out;
    out.detail = "no connection: " + without_url_secrets(error.message);
    return out;
  }

  PushOutcome outcome_of(net::HttpStream answer) {
    if (answer.status() == 401 && tokens_) tokens_->forget();
    PushOutcome out;
    out.answered = true;
    read_clock(answer, out);
    read_answer(answer, out);
    const bool is_html = answer.header("content-type").find("html") != std::string::npos;
    out.kind = kind_of(answer.status(), is_html, config_.drop_rate_limited_batches);
    out.retry_after_s =
        std::clamp(std::atoi(answer.header("retry-after").c_str()), 0, kMaxRetryAfterSeconds);
    // If the body breaks off, what the head says is still valid.
    const auto body = answer.read_all(limits_.max_body_bytes, limits_.answer_timeout_ms);
    out.detail = std::to_string(answer.status()) + " " +
                 (body.ok() ? body->substr(0, kShownBytes) : std::string());
    if (body.ok()) client_.keep(std::move(answer));
    return out;
  }

  const ClientConfig config_;
  const net::Url url_;
  const std::string report_path_;
  net::HttpLimits limits_;
  std::atomic<bool> stop_{false};
  const SystemClock clock_;
  std::optional<TokenSource> tokens_;  // for oauth2
  net::HttpClient client_;
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
