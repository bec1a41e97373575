#include "agent/push_api/push_api_target.h"

#include <algorithm>

#include "agent/push_api/push_body.h"

namespace logsvc::agent {
namespace {

constexpr uint64_t kSmallBody = 4096;
constexpr size_t kMaxThreads = 32;
constexpr Duration kRetryAfter = 5 * kSecond;

constexpr const char* kPush = "/loki/api/v1/push";
constexpr const char* kRaw = "/promtail/api/v1/raw";
constexpr const char* kPlain = "text/plain; charset=utf-8";

}  // namespace

class PushApiTarget::Routes : public http::Handler {
 public:
  Routes(std::string prefix, PushReceiver& receiver, PushApiMetrics& metrics,
         Diagnostics& diagnostics)
      : prefix_(std::move(prefix)),
        receiver_(receiver),
        metrics_(metrics),
        diagnostics_(diagnostics) {}

  http::Admission admit(const http::Request& head) override {
    const bool pushes = head.path == prefix_ + kPush || head.path == prefix_ + kRaw;
    return {pushes && head.method == "POST" ? kMaxPushBytes : kSmallBody, {}};
  }
  void handle(http::Request& request, http::Response& response) override;

 private:
  PushReceiver::Answer push(http::Request& request);
  PushReceiver::Answer push_raw(http::Request& request);
  void answer(const PushReceiver::Answer& taken, const http::Request& request,
              http::Response& response);

  const std::string prefix_;
  PushReceiver& receiver_;
  PushApiMetrics& metrics_;
  Diagnostics& diagnostics_;
};

void PushApiTarget::Routes::handle(http::Request& request, http::Response& response) {
  const std::string path =
      request.path.starts_with(prefix_) ? request.path.substr(prefix_.size()) : "";
  if (path == "/ready") {
    if (request.method == "GET" || request.method == "HEAD") {
      response.set_body("ready", kPlain);
    } else {
      response.status = 405;
      response.set_header("Allow", "GET, HEAD");
    }
  } else if (path != kPush && path != kRaw) {
    response.status = 404;
  } else if (request.method != "POST") {
    response.status = 405;
    response.set_header("Allow", "POST");
  } else {
    answer(path == kPush ? push(request) : push_raw(request), request, response);
  }
}

PushReceiver::Answer PushApiTarget::Routes::push(http::Request& request) {
  const auto batch = decode_push(request);
  if (!batch.ok()) return {batch.error()};
  return receiver_.take(*batch);
}

PushReceiver::Answer PushApiTarget::Routes::push_raw(http::Request& request) {
  const auto text = decode_raw_push(request);
  if (!text.ok()) return {text.error()};
  return receiver_.take_lines(*text);
}

void PushApiTarget::Routes::answer(const PushReceiver::Answer& taken, const http::Request& request,
                                   http::Response& response) {
  if (taken.status.ok()) {
    response.status = 204;
    return;
  }
  const Error& why = taken.status.error();
  Counter* counter = &metrics_.no_room;
  Duration retry_after = kRetryAfter;
  response.status = 503;
  if (why.code == ErrorCode::kInvalid) {
    response.status = 400;
    counter = &metrics_.bad;
  } else if (why.code == ErrorCode::kTooLarge) {
    response.status = 413;
    counter = &metrics_.too_large;
  } else if (why.code == ErrorCode::kLimit) {
    response.status = 429;
    counter = &metrics_.paused;
    retry_after = std::clamp(taken.retry_after, kSecond, kMinute);
  }
  counter->add();
  diagnostics_.warn("agent", "a push is refused",
                    {{"from", request.peer},
                     {"status", std::to_string(response.status)},
                     {"why", why.message.substr(0, 500)}});
  if (response.status == 429 || response.status == 503) {
    const int64_t seconds = (retry_after + kSecond - 1) / kSecond;
    response.set_header("Retry-After", std::to_string(seconds));
  }
  response.set_body(why.message + "\n", kPlain);
  response.set_header("X-Content-Type-Options", "nosniff");
}

PushApiTarget::PushApiTarget(std::unique_ptr<PushReceiver> receiver, std::unique_ptr<Routes> routes,
                             std::unique_ptr<http::HttpServer> server)
    : receiver_(std::move(receiver)), routes_(std::move(routes)), server_(std::move(server)) {}

PushApiTarget::~PushApiTarget() { receiver_->stop(); }

Result<std::unique_ptr<PushApiTarget>> PushApiTarget::open(std::shared_ptr<const Job> job,
                                                           PushApiConfig config,
                                                           const Context& context) {
  http::HttpServerOptions options;
  options.host = config.listen_address;
  options.port = static_cast<int>(config.listen_port);
  options.max_threads = kMaxThreads;
  options.max_connections = static_cast<size_t>(config.max_connections);
  options.budget = std::make_shared<http::MemoryBudget>(kMaxPushMemory);
  options.limits.max_query_bytes = kSmallBody;
  if (config.idle_timeout > 0) options.limits.idle_time = config.idle_timeout;
  if (config.read_timeout > 0) {
    options.limits.max_body_time = config.read_timeout;
    options.limits.grace_time = std::min(options.limits.grace_time, config.read_timeout);
  }
  const std::string prefix = config.path_prefix;
  auto receiver = std::make_unique<PushReceiver>(
      std::move(job), std::move(config),
      PushReceiver::Context{context.store, context.clock, context.metrics, context.diagnostics});
  auto routes = std::make_unique<Routes>(prefix, *receiver, context.metrics, context.diagnostics);
  auto server = std::make_unique<http::HttpServer>(std::move(options), *routes, context.clock,
                                                   context.registry, context.diagnostics);
  RETURN_IF_ERROR(server->start());
  return std::unique_ptr<PushApiTarget>(
      new PushApiTarget(std::move(receiver), std::move(routes), std::move(server)));
}

}  // namespace logsvc::agent
