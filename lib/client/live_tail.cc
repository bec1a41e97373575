#include "client/live_tail.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "client/log_query.h"
#include "client/server_request.h"
#include "net/web_socket.h"

namespace logsvc::client {
namespace {

// The server reads the earlier lines before it answers.
constexpr int kUpgradeTimeoutMs = 60'000;
constexpr std::chrono::seconds kFirstPause{1}, kLongestPause{30};

// Remembers lines with the last time seen that came over an earlier connection.
class LastLines {
 public:
  explicit LastLines(Timestamp start) : time_(start) {}
  bool is_new(const LogLine& line, bool after_reconnect) {
    if (after_reconnect && line.timestamp < time_) return false;
    if (line.timestamp > time_) {
      time_ = line.timestamp;
      keys_.clear();
    }
    if (line.timestamp != time_) return true;
    const bool fresh = keys_.insert(LogPrinter::format_labels(line.labels) + line.text).second;
    return fresh || !after_reconnect;
  }
  Timestamp time() const { return time_; }

 private:
  Timestamp time_;
  std::set<std::string> keys_;
};

// Connects to the server's tail, one WebSocket after the other.
class LiveConnection {
 public:
  LiveConnection(const ClientOptions& options, net::Url address)
      : options_(options), address_(std::move(address)), http_(route_config(options)) {}

  // Gives the errors of LokiClient.
  Result<std::unique_ptr<net::WebSocket>> open(const QueryParams& params) {
    ASSIGN_OR_RETURN(
        net::HttpRequest request,
        server_request(options_, address_, "/loki/api/v1/tail?" + encode_params(params)));
    net::HttpLimits limits;
    limits.answer_timeout_ms = kUpgradeTimeoutMs;
    auto opened = net::WebSocket::open(http_, std::move(request), limits);
    if (!opened.ok()) return unreachable(address_, opened.error());
    if (!opened->socket) return refusal_error(opened->refusal);
    return std::move(opened->socket);
  }

 private:
  const ClientOptions options_;
  const net::Url address_;
  net::HttpClient http_;
};

// Whether to try again after an error of a connection made anew: the server is not back yet, or
// what stands in front of it says so.
bool may_pass(ErrorCode code) {
  return code == ErrorCode::kUnavailable || code == ErrorCode::kIo || code == ErrorCode::kLimit;
}

void warn_of_dropped(const nlohmann::json& message,
                     const std::function<void(const std::string&)>& warn) {
  const auto dropped = message.find("dropped_entries");
  if (dropped == message.end() || !dropped->is_array() || dropped->empty()) return;
  warn("the server left out " + std::to_string(dropped->size()) +
       " lines: they came faster than they were read");
}

}  // namespace

Status run_live_tail(const ClientOptions& options, const LiveTail& tail,
                     const std::function<void(const std::vector<LogLine>&)>& take,
                     const std::function<void(const std::string&)>& warn) {
  ASSIGN_OR_RETURN(net::Url address, server_address(options));
  LiveConnection connection(options, std::move(address));
  LastLines last(tail.start);
  auto pause = kFirstPause;
  for (bool again = false;; again = true) {
    const QueryParams params{{"query", tail.query},
                             {"start", std::to_string(last.time())},
                             {"limit", std::to_string(again ? 5000 : tail.limit)},
                             {"delay_for", std::to_string(tail.delay_for)}};
    auto socket = connection.open(params);
    if (!socket.ok() && (!again || !may_pass(socket.error().code))) return socket.error();
    std::string why = socket.ok() ? "" : socket.error().message;
    while (why.empty()) {
      const auto text = (*socket)->read();
      if (!text.ok()) {
        why = text.error().message;
        break;
      }
      pause = kFirstPause;
      const auto message = nlohmann::json::parse(*text, nullptr, false);
      if (message.is_discarded() || !message.is_object()) continue;
      std::vector<LogLine> lines;
      for (LogLine& line : lines_of(message.value("streams", nlohmann::json::array()), true)) {
        if (last.is_new(line, again)) lines.push_back(std::move(line));
      }
      if (!lines.empty()) take(lines);
      warn_of_dropped(message, warn);
    }
    warn(why + "; connecting again in " + std::to_string(pause.count()) + " s");
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace logsvc::client
