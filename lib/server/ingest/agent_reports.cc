#include "server/ingest/agent_reports.h"

#include <string>

#include "wire/agent_report.h"
#include "wire/push_answer.h"

namespace logsvc::server {

void AgentReports::take(const http::Request& push, const std::string& address,
                        http::Response& answer) {
  const std::string& header = push.header(wire::kAgentReportHeader);
  if (header.empty()) return;
  answer.set_header(wire::kServerClockHeader, std::to_string(clock_.now()));
  const bool taken = answer.status / 100 == 2 || answer.headers.has(wire::kRefusedHeader);
  if (!taken) return;
  auto report = wire::decode_agent_report(header);
  if (report.ok()) {
    const std::string& kept = answer.header(wire::kKeptAtArrivalHeader);
    return insight_.report(std::move(*report), address, kept.empty() ? 0 : std::stoull(kept));
  }
  diagnostics_.warn("server", "cannot parse agent report", {{"why", report.error().message}});
}

void AgentReports::hear(const http::Request& heartbeat, const std::string& address,
                        http::Response& answer) {
  const std::string& header = heartbeat.header(wire::kAgentReportHeader);
  if (header.empty()) return;
  answer.set_header(wire::kServerClockHeader, std::to_string(clock_.now()));
  auto report = wire::decode_agent_report(header);
  if (report.ok()) insight_.heartbeat(std::move(*report), address);
}

}  // namespace logsvc::server
