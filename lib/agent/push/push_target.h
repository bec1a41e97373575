// The destination of batches: HttpPushTarget, or a fake one in tests.
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
    kRefused,   // these lines will never be accepted: do not try again
    kTooLarge,  // a smaller message may be accepted
    kLater,     // try again: no connection, 429, 5xx
  };
  Kind kind = Kind::kLater;
  int retry_after_s = 0;  // requested by the server; 0: not set
  std::string detail;     // status and the server's text, or why there was no connection
  bool answered = false;  // false: there was no connection
  std::optional<Timestamp> server_clock;  // the server's time when it answered
  // With kRefused: the refused entries, while all others are stored; empty: not specified.
  std::vector<wire::EntryRange> refused;
  uint64_t kept_at_arrival = 0;  // entries ahead of its clock, stored with their arrival time
};

class PushTarget {
 public:
  virtual ~PushTarget() = default;
  // Blocks up to the time-out. For one thread.
  virtual PushOutcome push(const PushMessage& message) = 0;
  // Sends only the report. Its loss does not matter, but the outcome tells whether the server is
  // there.
  virtual PushOutcome report(const std::string& report) = 0;
  // Cancels a push in progress. Any thread.
  virtual void cancel() = 0;
};

}  // namespace logsvc::agent
