#include "server/api/pulse_api.h"

#include "server/live/live_session.h"
#include "server/transport/params.h"
#include "server/transport/reply.h"
#include "server/transport/websocket_handshake.h"

namespace logsvc::server {
namespace {

constexpr uint64_t kMaxErrors = 1000;

// Sends each second's frame once; all viewers share it.
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

void PulseApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET", "/api/pulse", "api_pulse", A::kReader, handler(this, &PulseApi::pulse),
              Route::Body::kForm, false,
              [this](int socket, const std::string& accept, const http::Request&, http::Response&) {
                return upgrade(socket, accept);
              }});
  routes.add({"GET", "/api/faults", "api_faults", A::kReader, handler(this, &PulseApi::errors)});
  routes.add({"GET", "/api/agents", "api_agents", A::kReader, handler(this, &PulseApi::agents)});
}

// step=60 asks for minutes of a day; otherwise the answer has seconds of 15 minutes.
void PulseApi::pulse(const http::Request& request, http::Response& response) {
  send_json(response, insight_.snapshot(Params(request).text("step") == "60"));
}

void PulseApi::errors(const http::Request& request, http::Response& response) {
  const auto limit = Params(request).limit(200);
  if (!limit.ok()) return send_error(response, limit.error());
  send_json(response, insight_.errors(std::min(*limit, kMaxErrors)));
}

void PulseApi::agents(const http::Request&, http::Response& response) {
  send_json(response, insight_.agents());
}

bool PulseApi::upgrade(int socket, const std::string& accept) {
  if (!accept_upgrade(socket, accept)) return false;
  tail_.adopt(socket, std::make_shared<PulseSession>(insight_));
  return true;
}

}  // namespace logsvc::server
