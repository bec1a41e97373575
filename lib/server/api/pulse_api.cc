#include "server/api/pulse_api.h"

#include "server/live/live_session.h"
#include "server/transport/params.h"
#include "server/transport/reply.h"
#include "server/transport/websocket_handshake.h"

namespace logsvc::server {
namespace {

constexpr uint64_t kMaxErrors = 1000;

// Sends each second's frame once; all viewers of a part share it.
class PulseSession : public LiveSession {
 public:
  PulseSession(insight::Insight& insight, insight::Part part)
      : insight_(insight), part_(std::move(part)) {}
  std::vector<LiveFrame> take_frames(int64_t now_ns) override {
    if (now_ns / kSecond == second_) return {};
    second_ = now_ns / kSecond;
    const auto frame = insight_.frame(part_);
    if (frame.number == number_) return {};
    number_ = frame.number;
    return {{{}, frame.text, {}}};
  }

 private:
  insight::Insight& insight_;
  const insight::Part part_;
  int64_t second_ = 0;
  uint64_t number_ = 0;
};

}  // namespace

void PulseApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET", "/api/pulse", "api_pulse", A::kRead, handler(this, &PulseApi::pulse),
              Route::Body::kForm, false,
              [this](std::unique_ptr<http::Stream>& stream, const std::string& accept,
                     const http::Request&, http::Response&,
                     const Principal& principal) { return upgrade(stream, accept, principal); }});
  routes.add({"GET", "/api/faults", "api_faults", A::kRead, handler(this, &PulseApi::errors)});
  routes.add({"GET", "/api/agents", "api_agents", A::kRead, handler(this, &PulseApi::agents)});
}

// step=60 asks for minutes of a day; otherwise the answer has seconds of 15 minutes.
void PulseApi::pulse(const http::Request& request, http::Response& response,
                     const Principal& principal) {
  const bool by_minute = Params(request).text("step") == "60";
  send_json(response, insight_.snapshot(by_minute, views_.part_of(principal)));
}

void PulseApi::errors(const http::Request& request, http::Response& response,
                      const Principal& principal) {
  const auto limit = Params(request).limit(200);
  if (!limit.ok()) return send_error(response, limit.error());
  send_json(response, insight_.errors(std::min(*limit, kMaxErrors), views_.part_of(principal)));
}

void PulseApi::agents(const http::Request&, http::Response& response, const Principal& principal) {
  send_json(response, insight_.agents(views_.part_of(principal)));
}

bool PulseApi::upgrade(std::unique_ptr<http::Stream>& stream, const std::string& accept,
                       const Principal& principal) {
  if (!accept_upgrade(*stream, accept)) return false;
  tail_.adopt(std::move(stream),
              std::make_shared<PulseSession>(insight_, views_.part_of(principal)),
              principal.validity);
  return true;
}

}  // namespace logsvc::server
