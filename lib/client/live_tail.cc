#include "client/live_tail.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "client/log_query.h"
#include "client/web_socket.h"

namespace logsvc::client {
namespace {

constexpr std::chrono::seconds kFirstPause{1}, kLongestPause{30};

// Lines that came over an earlier connection with the last time seen.
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
  LastLines last(tail.start);
  auto pause = kFirstPause;
  for (bool again = false;; again = true) {
    const QueryParams params{{"query", tail.query},
                             {"start", std::to_string(last.time())},
                             {"limit", std::to_string(again ? 5000 : tail.limit)},
                             {"delay_for", std::to_string(tail.delay_for)}};
    auto socket = WebSocket::connect(options, "/loki/api/v1/tail?" + encode_params(params));
    if (!socket.ok() && (!again || socket.error().code != ErrorCode::kUnavailable)) {
      return socket.error();
    }
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
