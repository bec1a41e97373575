#include "agent/push/http_push_target.h"

#include <httplib.h>

#include <algorithm>
#include <cstdlib>

#include "agent/net/authorization.h"
#include "agent/net/pem.h"
#include "agent/net/url.h"
#include "wire/agent_report.h"

namespace logsvc::agent {
namespace {

constexpr time_t kConnectTimeoutSeconds = 5;
constexpr int kMaxRetryAfterSeconds = 300;
constexpr char kPushPath[] = "/loki/api/v1/push";
constexpr char kReportPath[] = "/loki/api/v1/status/buildinfo";

// A redirection, 401, 403, 404: a wrong URL or password; somebody will put it right, and the lines
// are kept.
PushOutcome::Kind kind_of(int status, bool drop_rate_limited) {
  if (status >= 200 && status < 300) return PushOutcome::Kind::kAccepted;
  if (status == 413) return PushOutcome::Kind::kTooLarge;
  if (status == 429 && drop_rate_limited) return PushOutcome::Kind::kRefused;
  const bool later = status < 400 || status >= 500 || status == 401 || status == 403 ||
                     status == 404 || status == 408 || status == 425 || status == 429;
  return later ? PushOutcome::Kind::kLater : PushOutcome::Kind::kRefused;
}

// Empty if the push path is of another kind.
std::string report_path_for(const std::string& push_path) {
  const size_t at = push_path.rfind(kPushPath);
  if (at == std::string::npos || at + sizeof kPushPath - 1 != push_path.size()) return "";
  return push_path.substr(0, at) + kReportPath;
}

Result<int> tls_version(const std::string& name) {
  if (name.empty()) return 0;
  if (name == "TLS10") return TLS1_VERSION;
  if (name == "TLS11") return TLS1_1_VERSION;
  if (name == "TLS12") return TLS1_2_VERSION;
  if (name == "TLS13") return TLS1_3_VERSION;
  return invalid("unknown TLS version \"" + name + "\"");
}

struct Certificates {
  PemFile ca, cert, key;
};

class HttpPushTarget : public PushTarget {
 public:
  HttpPushTarget(const ClientConfig& config, const Url& url, Certificates certificates)
      : config_(config),
        path_(url.path),
        report_path_(report_path_for(url.path)),
        certificates_(std::move(certificates)),
        client_(origin(config, url), certificates_.cert.path(), certificates_.key.path()) {
    const auto timeout = std::max<time_t>(config.timeout / kSecond, 1);
    client_.set_connection_timeout(std::min(kConnectTimeoutSeconds, timeout));
    client_.set_read_timeout(timeout);
    client_.set_write_timeout(timeout);
    client_.set_keep_alive(true);
    client_.set_tcp_nodelay(true);
    client_.set_follow_location(config.http.follow_redirects);
    if (url.scheme == "https") {
      if (!certificates_.ca.empty()) client_.set_ca_cert_path(certificates_.ca.path());
      client_.enable_server_certificate_verification(!config.http.tls.insecure_skip_verify);
    }
    // Another name in the handshake: it is looked up as the URL's host.
    const std::string& name = config.http.tls.server_name;
    if (!name.empty()) {
      client_.set_hostname_addr_map({{name, url.host}});
      host_header_ = url.host + ":" + std::to_string(url.port);
    }
  }

  Status limit_versions() {
    ASSIGN_OR_RETURN(const int min, tls_version(config_.http.tls.min_version));
    ASSIGN_OR_RETURN(const int max, tls_version(config_.http.tls.max_version));
    SSL_CTX* context = client_.ssl_context();
    if (!context) return {};
    if (min) SSL_CTX_set_min_proto_version(context, min);
    if (max) SSL_CTX_set_max_proto_version(context, max);
    return {};
  }
  Status use_proxy(const std::string& proxy) {
    if (proxy.empty()) return {};
    ASSIGN_OR_RETURN(const Url url, parse_url(proxy));
    if (url.scheme != "http")
      return invalid("only http proxies are supported, found " + without_credentials(proxy));
    client_.set_proxy(url.host, url.port);
    if (!url.user.empty()) client_.set_proxy_basic_auth(url.user, url.password);
    return {};
  }

  PushOutcome push(const PushMessage& message) override {
    httplib::Headers headers = common_headers();
    const std::string& tenant = message.tenant.empty() ? config_.tenant_id : message.tenant;
    if (!tenant.empty()) headers.emplace("X-Scope-OrgID", tenant);
    if (!message.report.empty()) headers.emplace(wire::kAgentReportHeader, message.report);
    const auto answer = client_.Post(path_, headers, message.body, "application/x-protobuf");
    PushOutcome out;
    if (!answer) {
      out.detail = "no connection: " + httplib::to_string(answer.error());
      return out;
    }
    out.detail = std::to_string(answer->status) + " " + answer->body.substr(0, 512);
    out.kind = kind_of(answer->status, config_.drop_rate_limited_batches);
    out.retry_after_s = std::clamp(std::atoi(answer->get_header_value("Retry-After").c_str()), 0,
                                   kMaxRetryAfterSeconds);
    return out;
  }
  void report(const std::string& report) override {
    if (report_path_.empty()) return;
    httplib::Headers headers = common_headers();
    headers.emplace(wire::kAgentReportHeader, report);
    (void)client_.Get(report_path_, headers);
  }
  void cancel() override { client_.stop(); }

 private:
  static std::string origin(const ClientConfig& config, const Url& url) {
    const std::string& name = config.http.tls.server_name;
    std::string host = name.empty() ? url.host : name;
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    return url.scheme + "://" + host + ":" + std::to_string(url.port);
  }
  httplib::Headers common_headers() const {
    httplib::Headers headers;
    for (const Label& header : config_.http.headers) headers.emplace(header.name, header.value);
    for (const char* ours : {"Content-Type", "User-Agent", "X-Scope-OrgID"}) headers.erase(ours);
    headers.emplace("User-Agent", "logsvc");
    if (!host_header_.empty()) headers.emplace("Host", host_header_);
    const std::string authorization = authorization_of(config_.http);
    if (!authorization.empty()) headers.emplace("Authorization", authorization);
    return headers;
  }

  const ClientConfig config_;
  const std::string path_;
  const std::string report_path_;
  const Certificates certificates_;
  httplib::Client client_;
  std::string host_header_;
};

}  // namespace

Result<ClientConfig> client_of_url(const std::string& url) {
  ASSIGN_OR_RETURN(const Url parsed, parse_url(url));
  ClientConfig config;
  config.url = without_credentials(url);
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
  ASSIGN_OR_RETURN(Url url, parse_url(config.url));
  if (url.path.empty()) url.path = "/";
  ClientConfig used = config;
  if (!url.user.empty() && !used.http.basic_auth)
    used.http.basic_auth = BasicAuth{{url.user, ""}, {url.password, ""}};
  const TlsConfig& tls = config.http.tls;
  ASSIGN_OR_RETURN(PemFile ca, PemFile::open(tls.ca, tls.ca_file));
  ASSIGN_OR_RETURN(PemFile cert, PemFile::open(tls.cert, tls.cert_file));
  ASSIGN_OR_RETURN(PemFile key, PemFile::open(tls.key, tls.key_file));
  if (cert.empty() != key.empty()) return invalid("a client certificate needs cert and key");
  auto target = std::make_unique<HttpPushTarget>(
      used, url, Certificates{std::move(ca), std::move(cert), std::move(key)});
  RETURN_IF_ERROR(target->limit_versions());
  RETURN_IF_ERROR(target->use_proxy(proxy_for(url, config.http.proxy_url, config.http.no_proxy,
                                              config.http.proxy_from_environment)));
  return std::unique_ptr<PushTarget>(std::move(target));
}

Result<std::unique_ptr<PushTarget>> make_http_push_target(const std::string& url) {
  ASSIGN_OR_RETURN(const ClientConfig config, client_of_url(url));
  return make_http_push_target(config);
}

}  // namespace logsvc::agent
