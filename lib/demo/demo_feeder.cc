#include "demo/demo_feeder.h"

#include <chrono>
#include <unordered_map>

#include "wire/push_protobuf.h"

namespace logsvc::demo {
namespace {
constexpr size_t kMaxPushLines = 5000;
constexpr std::chrono::milliseconds kTick{100};

net::Url push_url_of(net::Url server) {
  server.path = "/loki/api/v1/push";
  return server;
}
}  // namespace

DemoFeeder::DemoFeeder(const net::Url& server, const Clock& clock, Diagnostics& diagnostics,
                       Duration history)
    : push_url_(push_url_of(server)),
      clock_(clock),
      diagnostics_(diagnostics),
      thread_([this, history] { run(history); }) {}

DemoFeeder::~DemoFeeder() {
  stop_ = true;
  thread_.join();
}

void DemoFeeder::run(Duration history) {
  const Timestamp start = clock_.now() - history;
  Ticketing services(static_cast<uint64_t>(start), start);
  Timestamp at = start;
  while (!stop_) {
    // To catch up with the present, it advances by a minute at a time.
    at = std::min(clock_.now(), at + kMinute);
    const std::vector<SimulatedLine> lines = services.lines_until(at);
    for (size_t first = 0; first < lines.size() && !stop_; first += kMaxPushLines) {
      const size_t n = std::min(kMaxPushLines, lines.size() - first);
      const std::vector<SimulatedLine> part(lines.begin() + static_cast<ptrdiff_t>(first),
                                            lines.begin() + static_cast<ptrdiff_t>(first + n));
      while (!stop_ && !push(part)) std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
    if (clock_.now() - at < kSecond) std::this_thread::sleep_for(kTick);
  }
}

bool DemoFeeder::push(const std::vector<SimulatedLine>& lines) {
  std::unordered_map<LabelSet, size_t> places;
  std::vector<StreamEntries> streams;
  for (const SimulatedLine& line : lines) {
    const LabelSet labels =
        LabelSet::from({{"job", "docker"},
                        {"host", line.host},
                        {"service", line.service},
                        {"level", line.level},
                        {"container", line.service},
                        {"stream", line.level == "error" ? "stderr" : "stdout"}});
    const auto [place, fresh] = places.try_emplace(labels, streams.size());
    if (fresh) streams.push_back({labels, {}});
    streams[place->second].entries.push_back({line.timestamp, line.text, {}});
  }
  const std::string body = wire::encode_push_protobuf(streams);
  net::HttpRequest request;
  request.method = "POST";
  request.url = push_url_;
  request.headers = {{"Content-Type", "application/x-protobuf"}};
  request.body = body;
  net::HttpLimits limits;
  limits.stop = &stop_;
  const auto answer = http_.send(request, limits);
  if (!answer.ok() || answer->status == 429 || answer->status >= 500) return false;
  if (answer->status / 100 != 2) {
    diagnostics_.error("demo", "the server refused simulated lines",
                       {{"why", answer->status_line + " " + answer->body}});
  }
  return true;
}

}  // namespace logsvc::demo
