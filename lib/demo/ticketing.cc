#include "demo/ticketing.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace logsvc::demo {
namespace {

constexpr double kIdleArrivals = 2;      // journeys per second
constexpr double kOpeningArrivals = 60;  // right after an opening
constexpr Duration kSurge = 20 * kSecond;

std::string with_milliseconds(Timestamp t) {
  const Timestamp ms = t - t % kMillisecond;
  std::string text = format_rfc3339(ms);
  if (text.find('.') == std::string::npos) return text.substr(0, text.size() - 1) + ".000Z";
  text.pop_back();
  while (text.size() - text.find('.') < 4) text += '0';
  return text + "Z";
}

}  // namespace

Ticketing::Ticketing(uint64_t seed, Timestamp start)
    : random_(seed),
      planned_until_(start),
      next_opening_(start - start % kOpeningInterval + kOpeningInterval) {}

double Ticketing::arrivals_per_second(Timestamp at) const {
  const Timestamp last_opening = next_opening_ - kOpeningInterval;
  const double since = static_cast<double>(at - last_opening) / static_cast<double>(kSurge);
  return kIdleArrivals + kOpeningArrivals * std::exp(-since * 3);
}

void Ticketing::plan(Timestamp at, const std::string& service, const std::string& level,
                     const std::string& message, const std::string& fields) {
  SimulatedLine line;
  line.timestamp = at;
  line.service = service;
  line.host = service == "queue-backend" ? "queue-instance" : "backend-instance";
  line.level = level;
  line.text = "{\"service\":\"" + service + "\",\"level\":\"" + level + "\",\"message\":\"" +
              message + "\"" + fields + ",\"timestamp\":\"" + with_milliseconds(at) + "\"}";
  later_.push({std::move(line), order_++});
}

void Ticketing::plan_opening(Timestamp at) {
  plan(at - 10 * kSecond, "queue-backend", "info", "Opening in 10 s", ",\"event\":\"opening\"");
  for (const char* service : {"queue-backend", "api-server", "ticket-server"}) {
    plan(at + static_cast<Duration>(below(300)) * kMillisecond, service, "info", "Ticketing opened",
         ",\"event\":\"opening\",\"seats\":1200");
  }
}

// Plans one user's way through the three services.
void Ticketing::plan_journey(Timestamp at) {
  char request[17];
  std::snprintf(request, sizeof request, "%016llx", static_cast<unsigned long long>(random_()));
  const std::string who = ",\"userId\":\"user_id_" + std::to_string(below(2000)) +
                          "\",\"requestId\":\"" + request + "\"";
  const auto after = [&](uint64_t least_ms, uint64_t spread_ms) {
    at += static_cast<Duration>(least_ms + below(spread_ms)) * kMillisecond +
          static_cast<Duration>(below(kMillisecond));
    return at;
  };
  plan(at, "queue-backend", "info", "Entered the queue",
       who + ",\"position\":" + std::to_string(below(900)));
  plan(after(300, 2500), "queue-backend", "info", "Admitted", who);
  const uint64_t latency = 8 + below(90);
  plan(after(20, 150), "api-server", "info", "GET /seats 200",
       who + ",\"latencyMs\":" + std::to_string(latency));
  if (below(12) == 0) {
    plan(after(100, 300), "api-server", "warn", "Slow query on seats",
         who + ",\"latencyMs\":" + std::to_string(900 + below(900)));
  }
  const std::string seat = ",\"seat\":\"" + std::string(1, static_cast<char>('A' + below(20))) +
                           std::to_string(1 + below(40)) + "\"";
  plan(after(500, 4000), "ticket-server", "info", "Seat reserved", who + seat);
  if (below(3) == 0) plan(after(5, 20), "ticket-server", "debug", "Lock acquired", who + seat);
  const std::string paid = who + seat + ",\"amount\":" + std::to_string(55'000 + 11'000 * below(8));
  if (below(18) == 0) {
    plan(after(800, 2500), "ticket-server", "error", "Payment failed: card declined",
         paid +
             ",\"stack\":\"PaymentError: card declined\\n    at PaymentService.charge "
             "(/app/dist/payment.service.js:88:13)\\n    at TicketController.pay "
             "(/app/dist/ticket.controller.js:41:22)\"");
    plan(after(5, 30), "api-server", "error", "POST /payments 502", who);
    return;
  }
  plan(after(800, 2500), "ticket-server", "info", "결제가 완료되었습니다", paid);
  plan(after(5, 30), "api-server", "info", "POST /payments 201", who);
}

std::vector<SimulatedLine> Ticketing::lines_until(Timestamp end) {
  while (planned_until_ < end) {
    if (planned_until_ >= next_opening_ - 10 * kSecond) {
      plan_opening(next_opening_);
      next_opening_ += kOpeningInterval;
    }
    plan_journey(planned_until_);
    // Arrivals follow a Poisson process.
    const double uniform = (static_cast<double>(random_() >> 11) + 0.5) / 9007199254740992.0;
    const double gap = -std::log(uniform) / arrivals_per_second(planned_until_);
    planned_until_ += std::max<Duration>(1, static_cast<Duration>(gap * 1e9));
  }
  std::vector<SimulatedLine> out;
  while (!later_.empty() && later_.top().line.timestamp < end) {
    out.push_back(later_.top().line);
    later_.pop();
  }
  return out;
}

}  // namespace logsvc::demo
