// Pushes simulated ticketing lines as fast as the server takes them, in bodies of about 1 MiB of
// lines, and prints what it did as JSON. Usage: logsvc_bench_push URL MEGABYTES [FINGERPRINT], the
// latter of an https server's certificate.
#include <cstdlib>
#include <iostream>
#include <map>

#include "agent/push/http_push_target.h"
#include "demo/ticketing.h"
#include "os/clock.h"
#include "wire/push_protobuf.h"

int main(int argc, char** argv) {
  using namespace logsvc;
  if (argc != 3 && argc != 4) {
    std::cerr << "usage: logsvc_bench_push URL MEGABYTES [FINGERPRINT]\n";
    return 2;
  }
  const auto wanted = static_cast<uint64_t>(std::atoll(argv[2])) * 1'000'000;
  auto config = agent::client_of_url(argv[1]);
  if (!config.ok()) {
    std::cerr << config.error().message << '\n';
    return 2;
  }
  if (argc == 4) config->http.route.tls.fingerprint = argv[3];
  auto target = agent::make_http_push_target(*config);
  if (!target.ok()) {
    std::cerr << target.error().message << '\n';
    return 2;
  }
  // Bodies first, so that only sending them is measured.
  const SystemClock clock;
  Timestamp at = clock.now() - 12 * kHour;
  demo::Ticketing services(1, at);
  std::vector<std::string> bodies;
  uint64_t bytes = 0, lines = 0, pending = 0;
  std::map<std::string, StreamEntries> streams;
  std::vector<std::vector<demo::SimulatedLine>> kept;
  const auto finish = [&] {
    std::vector<StreamEntries> all;
    for (auto& [name, s] : streams) all.push_back(std::move(s));
    bodies.push_back(wire::encode_push_protobuf(all));
    streams.clear();
    kept.clear();
    pending = 0;
  };
  while (bytes < wanted) {
    kept.push_back(services.lines_until(at += 10 * kSecond));
    for (const auto& line : kept.back()) {
      StreamEntries& s = streams[line.service + line.level];
      if (s.entries.empty()) {
        s.labels = LabelSet::from({{"job", "bench"},
                                   {"service", line.service},
                                   {"level", line.level},
                                   {"host", line.host}});
      }
      s.entries.push_back({line.timestamp, line.text, {}});
      bytes += line.text.size();
      pending += line.text.size();
      ++lines;
    }
    if (pending >= 1u << 20) finish();
  }
  if (pending > 0) finish();
  const int64_t begun = clock.steady_ns();
  uint64_t refused = 0;
  for (const std::string& body : bodies) {
    refused += (*target)->push({body, {}, {}}).kind != agent::PushOutcome::Kind::kAccepted;
  }
  std::cout << "{\"bytes\":" << bytes << ",\"lines\":" << lines << ",\"bodies\":" << bodies.size()
            << ",\"refused\":" << refused
            << ",\"wall_ms\":" << (clock.steady_ns() - begun) / kMillisecond << "}\n";
  return refused == 0 ? 0 : 1;
}
