// What an agent says of itself: the request header X-Logsvc-Agent, which other servers ignore.
//
// It comes with every push, and at least every 10 s: an agent without lines to send asks
// GET …/loki/api/v1/status/buildinfo with the header, which every Loki answers and ignores (an
// empty push would be a 422 there). A server trusts it on pushes that it accepts; on requests for
// buildinfo only if the agent pushed from the same address before.
//
// The value is one JSON object of ASCII text, at most kMaxAgentReportBytes long:
//
//   {"v":1,"agent":"9f3c0a…","host":"app-1","version":"1.4.0","clock":"1764055378123456789",
//    "started":"1764050000000000000","containers":12,
//    "spool":{"bytes":81234,"lines":310,"age_ms":1200},"dropped":{"refused":3},"set_aside":3,
//    "offset_ms":-12,
//    "retries":4,"error":"connection refused","error_at":"1764055300000000000",
//    "lines":[["3f2a9c4b1d00",1041,250],["a0b1c2d3e4f5",7,1]],
//    "sources":[["3f2a9c4b1d00","api-1","json-file","file",1764055378120,0,1]]}
//
//   v           1; a reader ignores members it does not know
//   agent       id of the agent's data directory, 16 hex digits: a new one numbers its lines anew
//   clock       the agent's wall clock when the request was made, ns; with the time of arrival it
//               gives the skew, up to half the round trip
//   started     wall clock at the agent's start, ns: a change is a restart
//   containers  sources being read
//   spool       what waits for this server: bytes on disk, lines, age of the oldest
//   dropped     lines given up since the start, by reason
//   set_aside   lines that a server refused, kept by the agent until a person has seen why
//   offset_ms   the agent's clock minus this server's, as the agent measured it; absent if not
//               known yet
//   retries     pushes to this server that had to be made again, since the start
//   error       why the last failed push failed, and when (error_at); absent if none did
//   lines       what this push carries: source, number of its first line, how many
//   sources     some of the containers; all come in turn, over several reports: source, name, log
//               driver, read by ("file", "api", or why it is not read), read up to (time of the
//               last line read, ms; 0: none yet), how far behind the log that is (ms; -1: not
//               known), 1 if it is running
//
// The ledger. An agent numbers the lines of each source (a container's id, cut to 12; of other
// sources a hash) from 1 without gaps, in the order read. A batch sent again has the same numbers.
// So for (agent, source), a range that begins at the highest number so far + 1 is received; one
// that begins later leaves a hole, whose lines are missing until a range fills it (late); numbers
// that were there before are duplicates.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace logsvc::wire {

inline constexpr char kAgentReportHeader[] = "X-Logsvc-Agent";
inline constexpr size_t kMaxAgentReportBytes = 7'500;  // some servers refuse header lines of 8 KiB
inline constexpr size_t kMaxReportedRanges = 140;      // fit beside everything else
inline constexpr size_t kMaxSourceBytes = 16;
inline constexpr size_t kMaxDescribedSources = 100;  // per report

// Lines first … first + count - 1 of a source.
struct SequenceRange {
  std::string source;  // up to kMaxSourceBytes
  uint64_t first = 0;
  uint64_t count = 0;
  bool operator==(const SequenceRange&) const = default;
};

// A container and how its log is read.
struct SourceDescription {
  std::string source;
  std::string name;
  std::string driver;
  std::string read_by;    // "file", "api", or why it is not read
  Timestamp read_to = 0;  // in whole ms on the wire; 0: nothing read yet
  Duration lag = -1;      // likewise; -1: not known
  bool running = false;
  bool operator==(const SourceDescription&) const = default;
};

struct AgentReport {
  std::string agent;
  std::string host;
  std::string version;
  Timestamp clock = 0;
  Timestamp started = 0;
  uint64_t containers = 0;
  uint64_t spool_bytes = 0;
  uint64_t spool_lines = 0;
  Duration spool_age = 0;  // in whole ms on the wire
  std::map<std::string, uint64_t> dropped;
  uint64_t set_aside = 0;
  std::optional<Duration> clock_offset;  // in whole ms on the wire
  uint64_t retries = 0;
  std::string error;  // the last one
  Timestamp error_at = 0;
  std::vector<SequenceRange> lines;
  std::vector<SourceDescription> sources;
  bool operator==(const AgentReport&) const = default;
};

// Texts are cut to 128 bytes, reasons to 20 of 32 bytes, ranges to kMaxReportedRanges: a sender
// that has more makes more pushes. Sources are added in order while there is room; sources_told
// says how many were.
std::string encode_agent_report(const AgentReport& report, size_t* sources_told = nullptr);

// kInvalid, saying what is wrong, for anything that is not such an object: unknown version, wrong
// types, numbers out of range, too long. Numbers that are absent are 0.
Result<AgentReport> decode_agent_report(std::string_view header);

}  // namespace logsvc::wire
