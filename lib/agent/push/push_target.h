// Where batches go. One real implementation (HttpPushTarget), one in tests.
#pragma once

#include <string>

namespace logsvc::agent {

struct PushMessage {
  std::string body;    // snappy-compressed protobuf
  std::string tenant;  // empty: the target's own
  std::string report;  // header X-Logsvc-Agent
};

struct PushOutcome {
  enum class Kind {
    kAccepted,
    kRefused,   // this batch will never be taken: do not try again
    kTooLarge,  // a smaller one may be
    kLater,     // try again: no connection, 429, 5xx
  };
  Kind kind = Kind::kLater;
  int retry_after_s = 0;  // the server's wish; 0: none
  std::string detail;     // status and the server's text, or why there was no connection
};

class PushTarget {
 public:
  virtual ~PushTarget() = default;
  // Blocks up to the time-out. For one thread.
  virtual PushOutcome push(const PushMessage& message) = 0;
  // The report alone. Whether it arrives does not matter.
  virtual void report(const std::string& report) = 0;
  // Ends a push that is under way; any thread.
  virtual void cancel() = 0;
};

}  // namespace logsvc::agent
