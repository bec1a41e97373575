// The agents as the page reads them.
#pragma once

#include <map>
#include <string>

#include "insight/agent_book.h"
#include "insight/seen_places.h"

namespace logsvc::insight {

// {"agents":[{"id","host","version","started","seen","gone","skew","keptAtArrival","keptAt",
// "setAside","ownOffset","containers","spoolBytes","spoolLines",
// "spoolAge","dropped":{reason:n},"sources":[{"source","received","late","doubled","missing",
// "unknown","cells":[[number,received,late,doubled,missing]…]}]}],"cellWidth","hosts":{host:seen}}
// gone: not heard of for AgentBook::kAlive, since `seen`. unknown: lines that a killed run of the
// server may have taken. skew: the agent's clock minus ours, as we measure it; ownOffset: as the
// agent does (null: not yet). keptAtArrival: its lines that were too far ahead of our clock, the
// last ones at keptAt. Times are in ms.
//
// With seen, only agents of its hosts are listed, with its containers and the ledgers of these:
// everything that an agent says of all its lines together is left out (0, or empty).
std::string agents_json(const AgentBook& book, const std::map<std::string, Timestamp>& hosts,
                        const SeenPlaces* seen, Timestamp now);

struct AgentsSummary {
  size_t alive = 0;
  size_t known = 0;
  Duration skew = 0;  // the largest of those alive
};
// With seen, of the agents of its hosts.
AgentsSummary agents_summary(const AgentBook& book, const SeenPlaces* seen, Timestamp now);

}  // namespace logsvc::insight
