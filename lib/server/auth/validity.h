// Whether somebody who was let in is still what he was: the session has not ended, and user or
// token are unchanged. A value; copies share the marks. Safe from several threads.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

namespace logsvc::server {

class Validity {
 public:
  using Mark = std::shared_ptr<const std::atomic<bool>>;  // true: has ended

  Validity() = default;  // for ever
  explicit Validity(Mark first, Mark second = nullptr)
      : first_(std::move(first)), second_(std::move(second)) {}

  bool has_ended() const { return (first_ && first_->load()) || (second_ && second_->load()); }

 private:
  Mark first_;
  Mark second_;
};

}  // namespace logsvc::server
