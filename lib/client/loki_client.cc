#include "client/loki_client.h"

#include <chrono>
#include <thread>

#include "base/percent_encoding.h"
#include "client/server_request.h"

namespace logsvc::client {
namespace {

constexpr int kAnswerTimeoutMs = 600'000;  // the server ends long queries itself
constexpr size_t kMaxAnswerBytes = 1u << 30;
constexpr std::chrono::milliseconds kFirstPause{500};

bool worth_repeating(const Result<net::HttpAnswer>& answer) {
  if (!answer.ok()) return answer.error().code == ErrorCode::kUnavailable;
  return answer->status == 429 || answer->status >= 500;
}

class HttpLokiClient : public LokiClient {
 public:
  HttpLokiClient(const ClientOptions& options, net::Url address)
      : options_(options), address_(std::move(address)), http_(route_config(options)) {
    limits_.answer_timeout_ms = kAnswerTimeoutMs;
    limits_.max_body_bytes = kMaxAnswerBytes;
  }

  Status check() { return http_.check(address_); }

  std::string url(const std::string& path, const QueryParams& params) const override {
    return net::origin_of(address_) + address_.path + target(path, params);
  }

  Result<nlohmann::json> get(const std::string& path, const QueryParams& params) override {
    auto pause = kFirstPause;
    for (int attempt = 0;; ++attempt) {
      ASSIGN_OR_RETURN(net::HttpRequest request,
                       server_request(options_, address_, target(path, params)));
      if (options_.compress) request.headers.push_back({"Accept-Encoding", "gzip"});
      auto answer = http_.send(request, limits_);
      if (!answer.ok()) answer = unreachable(address_, answer.error());
      if (answer.ok() && answer->status >= 200 && answer->status < 300) return parse(answer->body);
      if (attempt >= options_.retries || !worth_repeating(answer)) {
        return answer.ok() ? refusal_error(*answer) : answer.error();
      }
      std::this_thread::sleep_for(pause);
      pause *= 2;
    }
  }

 private:
  static std::string target(const std::string& path, const QueryParams& params) {
    return path + (params.empty() ? "" : "?" + encode_params(params));
  }
  static Result<nlohmann::json> parse(const std::string& body) {
    auto out = nlohmann::json::parse(body, nullptr, false);
    if (out.is_discarded()) return invalid("the server's answer is not JSON");
    return out;
  }

  const ClientOptions options_;
  const net::Url address_;
  net::HttpLimits limits_;
  net::HttpClient http_;
};

}  // namespace

Result<std::unique_ptr<LokiClient>> LokiClient::make(const ClientOptions& options) {
  ASSIGN_OR_RETURN(net::Url address, server_address(options));
  auto out = std::make_unique<HttpLokiClient>(options, std::move(address));
  RETURN_IF_ERROR(out->check());
  return std::unique_ptr<LokiClient>(std::move(out));
}

std::string encode_params(const QueryParams& params) {
  std::string out;
  for (const auto& [name, value] : params) {
    if (!out.empty()) out += '&';
    out += percent_encode(name) + '=' + percent_encode(value);
  }
  return out;
}

}  // namespace logsvc::client
