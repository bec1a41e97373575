// Why a piece of work is to end before it is done: its client hung up, its time is over, the
// process stops. One source says so; everything that works for it holds a Cancellation and looks at
// it.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/mutex.h"
#include "base/result.h"

namespace logsvc {

// A value: copies share one state. Safe from several threads. Cheap enough to be asked per entry.
class Cancellation {
 public:
  Cancellation() = default;  // never requested

  bool requested() const { return state_ && state_->source.stop_requested(); }
  // For interfaces that take the standard's token; stopped together with this.
  std::stop_token token() const { return state_ ? state_->source.get_token() : std::stop_token(); }
  // The reason that the source gave; ok while there is none.
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

// Safe from several threads.
class CancellationSource {
 public:
  CancellationSource() : state_(std::make_shared<Cancellation::State>()) {}

  // The first reason counts. Callbacks of the token run in here.
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
