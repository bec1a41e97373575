// Says why a piece of work must end before it is done: its client hung up, its time is over, the
// process stops. One source says so; everything that works for it holds a Cancellation and checks
// it.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/mutex.h"
#include "base/result.h"

namespace logsvc {

// A value whose copies share one state. It is safe from several threads and cheap enough to check
// for each entry.
class Cancellation {
 public:
  Cancellation() = default;  // never requested

  bool requested() const { return state_ && state_->source.stop_requested(); }
  // Returns the standard's token, for interfaces that take one; it is stopped together with this.
  std::stop_token token() const { return state_ ? state_->source.get_token() : std::stop_token(); }
  // Returns the reason that the source gave; ok while there is none.
  Status check() const { return requested() ? Status(state_->reason()) : Status(); }

 private:
  friend class CancellationSource;
  struct State {
    std::stop_source source;
    Mutex mutex;
    std::optional<Error> why GUARDED_BY(mutex);

    Error reason() {
      const MutexLock lock(mutex);
      return *why;
    }
  };
  explicit Cancellation(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

// Requests the cancellation. Safe from several threads.
class CancellationSource {
 public:
  CancellationSource() : state_(std::make_shared<Cancellation::State>()) {}

  // Cancels for this reason; only the first one counts. Callbacks of the token run in here.
  void cancel(Error why) const {
    {
      const MutexLock lock(state_->mutex);
      if (!state_->why) state_->why = std::move(why);
    }
    state_->source.request_stop();
  }
  Cancellation cancellation() const { return Cancellation(state_); }

 private:
  std::shared_ptr<Cancellation::State> state_;
};

}  // namespace logsvc
