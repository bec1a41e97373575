// Where batches go. One real implementation (HttpPushTarget), one in tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "wire/push_answer.h"

namespace logsvc::agent {

struct PushMessage {
  std::string body;    // snappy-compressed protobuf
  std::string tenant;  // empty: the target's own
  std::string report;  // header X-Logsvc-Agent
};

struct PushOutcome {
  enum class Kind {
    kAccepted,
    kRefused,   // these lines will never be taken: do not try again
    kTooLarge,  // a smaller one may be
    kLater,     // try again: no connection, 429, 5xx
  };
  Kind kind = Kind::kLater;
  int retry_after_s = 0;  // the server's wish; 0: none
  std::string detail;     // status and the server's text, or why there was no connection
  bool answered = false;  // false: there was no connection
  std::optional<Timestamp> server_clock;  // when it answered
  // Of kRefused: the entries that were, all others are stored; empty: it does not say.
  std::vector<wire::EntryRange> refused;
  uint64_t kept_at_arrival = 0;  // entries ahead of its clock, stored at the time of their arrival
};

class PushTarget {
 public:
  virtual ~PushTarget() = default;
  // Blocks up to the time-out. For one thread.
  virtual PushOutcome push(const PushMessage& message) = 0;
  // The report alone; whether it arrives does not matter, but says whether the server is there.
  virtual PushOutcome report(const std::string& report) = 0;
  // Ends a push that is under way; any thread.
  virtual void cancel() = 0;
};

}  // namespace logsvc::agent
