// What the Overview is fed from: a snapshot, then a frame a second over a WebSocket.
#include <sys/socket.h>

#include "server/api/api.h"
#include "server/live/live_session.h"
#include "server/transport/params.h"
#include "wire/agent_report.h"

namespace logsvc::server {
namespace {

constexpr uint64_t kMaxFaults = 1000;

// The frame of each second once; all viewers share it.
class PulseSession : public LiveSession {
 public:
  explicit PulseSession(insight::Insight& insight) : insight_(insight) {}
  std::vector<LiveFrame> take_frames(int64_t now_ns) override {
    if (now_ns / kSecond == second_) return {};
    second_ = now_ns / kSecond;
    const auto frame = insight_.frame();
    if (frame.number == number_) return {};
    number_ = frame.number;
    return {{{}, frame.text, {}}};
  }

 private:
  insight::Insight& insight_;
  int64_t second_ = 0;
  uint64_t number_ = 0;
};

}  // namespace

// step=60: by the minute for a day; else by the second for 15 minutes.
void Api::pulse(const Request& request, Response& response) {
  send_json(response, insight_.snapshot(Params(request).text("step") == "60"));
}

void Api::faults(const Request& request, Response& response) {
  const auto limit = Params(request).limit(200);
  if (!limit.ok()) return send_error(response, limit.error());
  send_json(response, insight_.faults(std::min(*limit, kMaxFaults)));
}

void Api::agents(const Request&, Response& response) { send_json(response, insight_.agents()); }

// Of a push that was accepted, or a part of it: the lines that it says it carries have been taken,
// but for those that the answer names.
void Api::take_agent_report(const Request& request, Response& response) {
  const std::string& header = request.header(wire::kAgentReportHeader);
  if (header.empty()) return;
  response.set_header(wire::kServerClockHeader, std::to_string(clock_.now()));
  const bool taken = response.status / 100 == 2 || response.headers.has(wire::kRefusedHeader);
  if (!taken) return;
  auto report = wire::decode_agent_report(header);
  if (report.ok()) {
    const std::string& kept = response.header(wire::kKeptAtArrivalHeader);
    return insight_.report(std::move(*report), client_address(request),
                           kept.empty() ? 0 : std::stoull(kept));
  }
  diagnostics_.warn("server", "cannot parse an agent's report", {{"why", report.error().message}});
}

// An agent without lines to send: it tells nothing that a push from its address has not begun.
void Api::hear_heartbeat(const Request& request, Response& response) {
  const std::string& header = request.header(wire::kAgentReportHeader);
  if (header.empty()) return;
  response.set_header(wire::kServerClockHeader, std::to_string(clock_.now()));
  auto report = wire::decode_agent_report(header);
  if (report.ok()) insight_.heartbeat(std::move(*report), client_address(request));
}

bool Api::upgrade_pulse(int socket, const std::string& accept) {
  if (::send(socket, accept.data(), accept.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(accept.size())) {
    return false;
  }
  tail_.adopt(socket, std::make_shared<PulseSession>(insight_));
  return true;
}

}  // namespace logsvc::server
