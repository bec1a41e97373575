#include "client/loki_client.h"

#include <httplib.h>

#include <chrono>
#include <thread>

namespace logsvc::client {
namespace {

constexpr int kConnectTimeoutSeconds = 10;
constexpr int kReadTimeoutSeconds = 600;  // the server ends long queries itself
constexpr std::chrono::milliseconds kFirstPause{500};

bool worth_repeating(int status) { return status == 0 || status == 429 || status >= 500; }

Error answer_error(int status, std::string body) {
  while (!body.empty() && body.back() == '\n') body.pop_back();
  const ErrorCode code = status == 401 || status == 403 ? ErrorCode::kPermission
                         : status >= 500                ? ErrorCode::kIo
                                                        : ErrorCode::kInvalid;
  std::string message = "the server answered " + std::to_string(status);
  if (!body.empty()) message += ": " + body;
  if (status == 401) message += " (give --username and --password, or LOKI_USERNAME and …)";
  return {code, message};
}

class HttpLokiClient : public LokiClient {
 public:
  HttpLokiClient(const ClientOptions& options, ServerAddress address)
      : options_(options),
        address_(std::move(address)),
        http_(address_.origin(), options.cert, options.key) {
    http_.set_connection_timeout(kConnectTimeoutSeconds);
    http_.set_read_timeout(kReadTimeoutSeconds);
    http_.set_keep_alive(true);
    http_.set_follow_location(true);
    http_.set_decompress(true);
    if (!options.ca_cert.empty()) http_.set_ca_cert_path(options.ca_cert);
    http_.enable_server_certificate_verification(!options.tls_skip_verify);
  }

  Status set_proxy(const std::string& url) {
    ASSIGN_OR_RETURN(const ServerAddress proxy, parse_address(url));
    http_.set_proxy(proxy.host, proxy.port);
    if (!proxy.username.empty()) http_.set_proxy_basic_auth(proxy.username, proxy.password);
    return {};
  }

  std::string url(const std::string& path, const QueryParams& params) const override {
    return address_.origin() + target(path, params);
  }

  Result<nlohmann::json> get(const std::string& path, const QueryParams& params) override {
    auto pause = kFirstPause;
    for (int attempt = 0;; ++attempt) {
      ASSIGN_OR_RETURN(auto headers, request_headers(options_, address_));
      if (options_.compress) headers.emplace("Accept-Encoding", "gzip");
      const auto answer =
          http_.Get(target(path, params), httplib::Headers(headers.begin(), headers.end()));
      const int status = answer ? answer->status : 0;
      if (status >= 200 && status < 300) return parse(answer->body);
      if (attempt >= options_.retries || !worth_repeating(status)) {
        if (answer) return answer_error(status, answer->body);
        return Error{ErrorCode::kUnavailable, "cannot reach " + address_.origin() + ": " +
                                                  httplib::to_string(answer.error())};
      }
      std::this_thread::sleep_for(pause);
      pause *= 2;
    }
  }

 private:
  std::string target(const std::string& path, const QueryParams& params) const {
    return address_.prefix + path + (params.empty() ? "" : "?" + encode_params(params));
  }
  static Result<nlohmann::json> parse(const std::string& body) {
    auto out = nlohmann::json::parse(body, nullptr, false);
    if (out.is_discarded()) return invalid("the server's answer is no JSON");
    return out;
  }

  const ClientOptions options_;
  const ServerAddress address_;
  httplib::Client http_;
};

}  // namespace

Result<std::unique_ptr<LokiClient>> LokiClient::make(const ClientOptions& options) {
  ASSIGN_OR_RETURN(ServerAddress address, parse_address(options.address));
  auto out = std::make_unique<HttpLokiClient>(options, std::move(address));
  if (!options.proxy_url.empty()) RETURN_IF_ERROR(out->set_proxy(options.proxy_url));
  return std::unique_ptr<LokiClient>(std::move(out));
}

std::string encode_params(const QueryParams& params) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  const auto append = [&](const std::string& text) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~') {
        out += c;
      } else {
        out += '%';
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
      }
    }
  };
  for (const auto& [name, value] : params) {
    if (!out.empty()) out += '&';
    append(name);
    out += '=';
    append(value);
  }
  return out;
}

}  // namespace logsvc::client
