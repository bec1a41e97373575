#include "agent/push/http_push_target.h"

#include <httplib.h>

#include <cstdlib>

namespace logsvc::agent {
namespace {

constexpr int kTimeoutSeconds = 30;
constexpr int kConnectTimeoutSeconds = 5;

class HttpPushTarget : public PushTarget {
 public:
  HttpPushTarget(const std::string& origin, std::string path)
      : client_(origin), path_(std::move(path)) {
    client_.set_connection_timeout(kConnectTimeoutSeconds);
    client_.set_read_timeout(kTimeoutSeconds);
    client_.set_write_timeout(kTimeoutSeconds);
    client_.set_keep_alive(true);
    client_.set_tcp_nodelay(true);
  }
  void set_basic_auth(const std::string& user, const std::string& password) {
    client_.set_basic_auth(user, password);
  }

  PushOutcome push(const std::string& body) override {
    const auto answer =
        client_.Post(path_, {{"User-Agent", "logsvc"}}, body, "application/x-protobuf");
    PushOutcome out;
    if (!answer) {
      out.detail = "no connection: " + httplib::to_string(answer.error());
      return out;
    }
    out.detail = std::to_string(answer->status) + " " + answer->body.substr(0, 512);
    if (answer->status >= 200 && answer->status < 300) {
      out.kind = PushOutcome::Kind::kAccepted;
    } else if (answer->status < 400 || answer->status == 429 || answer->status >= 500 ||
               answer->status == 408 || answer->status == 401 || answer->status == 403 ||
               answer->status == 404) {
      // A redirection, 401, 403, 404: a wrong URL or password; somebody will put it right, and the
      // lines are kept.
      out.kind = PushOutcome::Kind::kLater;
      out.retry_after_s = std::atoi(answer->get_header_value("Retry-After").c_str());
    } else {
      out.kind = PushOutcome::Kind::kRefused;
    }
    return out;
  }
  void cancel() override { client_.stop(); }

 private:
  httplib::Client client_;
  const std::string path_;
};

}  // namespace

Result<std::unique_ptr<PushTarget>> make_http_push_target(const std::string& url) {
  const auto bad = [&] {
    return invalid("expected http://host:3100/loki/api/v1/push, found \"" + url + "\"");
  };
  const size_t scheme_end = url.find("://");
  if (scheme_end == std::string::npos) return bad();
  const std::string scheme = url.substr(0, scheme_end);
  if (scheme != "http" && scheme != "https") return bad();
  std::string rest = url.substr(scheme_end + 3);
  const size_t slash = rest.find('/');
  std::string path = slash == std::string::npos ? "" : rest.substr(slash);
  rest = rest.substr(0, slash);
  if (path.empty() || path == "/") path = "/loki/api/v1/push";
  std::string user, password;
  if (const size_t at = rest.rfind('@'); at != std::string::npos) {
    const std::string credentials = rest.substr(0, at);
    rest = rest.substr(at + 1);
    const size_t colon = credentials.find(':');
    user = credentials.substr(0, colon);
    if (colon != std::string::npos) password = credentials.substr(colon + 1);
  }
  if (rest.empty()) return bad();
  auto target = std::make_unique<HttpPushTarget>(scheme + "://" + rest, path);
  if (!user.empty()) target->set_basic_auth(user, password);
  return std::unique_ptr<PushTarget>(std::move(target));
}

}  // namespace logsvc::agent
