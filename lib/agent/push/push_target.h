// Where batches go. One real implementation (HttpPushTarget), one in tests.
#pragma once

#include <string>

namespace logsvc::agent {

struct PushOutcome {
  enum class Kind {
    kAccepted,
    kRefused,  // this batch will never be taken: do not try again
    kLater,    // try again: no connection, 429, 5xx
  };
  Kind kind = Kind::kLater;
  int retry_after_s = 0;  // the server's wish; 0: none
  std::string detail;     // status and the server's text, or why there was no connection
};

class PushTarget {
 public:
  virtual ~PushTarget() = default;
  // body: snappy-compressed protobuf. Blocks up to the time-out. For one thread.
  virtual PushOutcome push(const std::string& body) = 0;
  // Ends a push that is under way; any thread.
  virtual void cancel() = 0;
};

}  // namespace logsvc::agent
