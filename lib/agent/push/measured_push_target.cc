#include "agent/push/measured_push_target.h"

#include <algorithm>
#include <cctype>

namespace logsvc::agent {
namespace {

const std::vector<double> kBounds = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

class MeasuredPushTarget : public PushTarget {
 public:
  MeasuredPushTarget(std::unique_ptr<PushTarget> target, const std::string& host, Metrics& registry,
                     const Clock& clock)
      : target_(std::move(target)),
        host_(host),
        registry_(registry),
        clock_(clock),
        encoded_bytes_(registry.counter("promtail_encoded_bytes_total", "Bytes of pushes, packed",
                                        {{"host", host}})),
        sent_bytes_(registry.counter("promtail_sent_bytes_total",
                                     "Bytes of pushes that a server took", {{"host", host}})) {}

  PushOutcome push(const PushMessage& message) override {
    const int64_t begin = clock_.steady_ns();
    PushOutcome out = target_->push(message);
    const double seconds = static_cast<double>(clock_.steady_ns() - begin) / kSecond;
    registry_
        .histogram("promtail_request_duration_seconds", "How long pushes took", kBounds,
                   {{"status_code", status_of(out)}, {"host", host_}})
        .observe(seconds);
    encoded_bytes_.add(message.body.size());
    if (out.kind == PushOutcome::Kind::kAccepted) sent_bytes_.add(message.body.size());
    return out;
  }
  PushOutcome report(const std::string& report) override { return target_->report(report); }
  void cancel() override { target_->cancel(); }

 private:
  // Returns -1 without an answer, as Promtail does.
  static std::string status_of(const PushOutcome& outcome) {
    const std::string status = outcome.detail.substr(0, 3);
    const bool is_number =
        status.size() == 3 &&
        std::all_of(status.begin(), status.end(), [](unsigned char c) { return std::isdigit(c); });
    return is_number ? status : "-1";
  }

  const std::unique_ptr<PushTarget> target_;
  const std::string host_;
  Metrics& registry_;
  const Clock& clock_;
  Counter& encoded_bytes_;
  Counter& sent_bytes_;
};

}  // namespace

std::unique_ptr<PushTarget> measured(std::unique_ptr<PushTarget> target, const std::string& host,
                                     Metrics& registry, const Clock& clock) {
  return std::make_unique<MeasuredPushTarget>(std::move(target), host, registry, clock);
}

}  // namespace logsvc::agent
