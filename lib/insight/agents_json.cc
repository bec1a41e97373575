#include "insight/agents_json.h"

#include <nlohmann/json.hpp>

namespace logsvc::insight {
namespace {

using nlohmann::json;

// Writes ms; null if it is not known.
json offset_json(const std::optional<Duration>& offset) {
  return offset ? json(*offset / kMillisecond) : json(nullptr);
}

bool may_see(const SeenPlaces* seen, const AgentState& agent) {
  return !seen || seen->has(agent.report.host);
}
bool may_see(const SeenPlaces* seen, const AgentState& agent, const std::string& source) {
  if (!seen) return true;
  const auto described = agent.described.find(source);
  return described != agent.described.end() &&
         seen->has(agent.report.host, described->second.now.name);
}

json ledgers_json(const AgentState& agent, const SeenPlaces* seen) {
  json out = json::array();
  for (const auto& [name, ledger] : agent.sources) {
    if (!may_see(seen, agent, name)) continue;
    json cells = json::array();
    for (const auto& [number, c] : ledger.cells()) {
      cells.push_back({number, c.received, c.late, c.duplicates, c.missing});
    }
    const LedgerCell sum = ledger.total();
    out.push_back({{"source", name},
                   {"received", sum.received},
                   {"late", sum.late},
                   {"doubled", sum.duplicates},
                   {"missing", sum.missing},
                   {"unknown", sum.unknown},
                   {"cells", std::move(cells)}});
  }
  return out;
}

json containers_json(const AgentState& agent, const SeenPlaces* seen) {
  json out = json::array();
  for (const auto& [source, described] : agent.described) {
    if (!may_see(seen, agent, source)) continue;
    const wire::SourceDescription& s = described.now;
    out.push_back({{"source", source},
                   {"name", s.name},
                   {"driver", s.driver},
                   {"readBy", s.read_by},
                   {"readTo", s.read_to / kMillisecond},
                   {"lag", s.lag < 0 ? -1 : s.lag / kMillisecond},
                   {"running", s.running},
                   {"told", described.told / kMillisecond}});
  }
  return out;
}

// Leaves of an agent's state what is not about its lines.
AgentState without_lines(const AgentState& agent, size_t containers) {
  AgentState out;
  out.seen = agent.seen;
  out.report.host = agent.report.host;
  out.report.version = agent.report.version;
  out.report.started = agent.report.started;
  out.report.clock_offset = agent.report.clock_offset;
  out.report.containers = containers;
  out.offsets = agent.offsets;
  return out;
}

json agent_json(const std::string& id, const AgentState& a, json containers, json ledgers,
                Timestamp now) {
  return {{"id", id},
          {"host", a.report.host},
          {"version", a.report.version},
          {"started", a.report.started / kMillisecond},
          {"seen", a.seen / kMillisecond},
          {"gone", now - a.seen > AgentBook::kAlive},
          {"skew", a.skew() / kMillisecond},
          {"keptAtArrival", a.kept_at_arrival},
          {"keptAt", a.kept_at / kMillisecond},
          {"setAside", a.report.set_aside},
          {"ownOffset", offset_json(a.report.clock_offset)},
          {"containers", a.report.containers},
          {"described", std::move(containers)},
          {"retries", a.report.retries},
          {"error", a.report.error},
          {"errorAt", a.report.error_at / kMillisecond},
          {"spoolBytes", a.report.spool_bytes},
          {"spoolLines", a.report.spool_lines},
          {"spoolAge", a.report.spool_age / kMillisecond},
          {"dropped", a.report.dropped},
          {"sources", std::move(ledgers)}};
}

}  // namespace

std::string agents_json(const AgentBook& book, const std::map<std::string, Timestamp>& hosts,
                        const SeenPlaces* seen, Timestamp now) {
  json agents = json::array();
  for (const auto& [id, a] : book.agents()) {
    if (!may_see(seen, a)) continue;
    json containers = containers_json(a, seen);
    json ledgers = ledgers_json(a, seen);
    const size_t n = containers.size();
    agents.push_back(
        seen ? agent_json(id, without_lines(a, n), std::move(containers), std::move(ledgers), now)
             : agent_json(id, a, std::move(containers), std::move(ledgers), now));
  }
  json seen_hosts = json::object();
  for (const auto& [host, at] : hosts) seen_hosts[host] = at / kMillisecond;
  return json{{"now", now / kMillisecond},
              {"cellWidth", SourceLedger::kCellWidth / kMillisecond},
              {"agents", std::move(agents)},
              {"hosts", std::move(seen_hosts)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

AgentsSummary agents_summary(const AgentBook& book, const SeenPlaces* seen, Timestamp now) {
  AgentsSummary out;
  for (const auto& [id, a] : book.agents()) {
    if (!may_see(seen, a)) continue;
    ++out.known;
    if (now - a.seen > AgentBook::kAlive) continue;
    ++out.alive;
    if (std::abs(a.skew()) > std::abs(out.skew)) out.skew = a.skew();
  }
  return out;
}

}  // namespace logsvc::insight
