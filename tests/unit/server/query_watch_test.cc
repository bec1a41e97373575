#include "server/query/query_watch.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <future>
#include <optional>

namespace logsvc::server {

TEST_SUITE("server") {
  TEST_CASE("a client that goes stops what runs for it, and nothing else") {
    QueryWatch watch;
    std::array<int, 2> gone{}, stays{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, gone.data()) == 0);
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, stays.data()) == 0);
    {
      const QueryWatch::Guard first(watch, gone[0]);
      const QueryWatch::Guard second(watch, stays[0]);
      std::promise<void> stopped;
      const std::stop_callback on_stop(first.cancellation().token(), [&] { stopped.set_value(); });
      ::close(gone[1]);
      stopped.get_future().wait();
      CHECK(first.cancellation().check().error().code == ErrorCode::kCancelled);
      CHECK(second.cancellation().check().ok());
    }
    // A socket may be watched again for the next request; none at all may be given.
    {
      std::optional<QueryWatch::Guard> again(std::in_place, watch, stays[0]);
      const QueryWatch::Guard none(watch, -1);
      const Cancellation left = again->cancellation();
      again.reset();
      ::close(stays[1]);
      CHECK_FALSE(left.requested());
    }
    ::close(gone[0]);
    ::close(stays[0]);
  }

  TEST_CASE("what is late is told so, and what comes later is not") {
    QueryWatch watch;
    QueryWatch::Guard late(watch, -1), later(watch, -1);
    std::promise<void> stopped;
    const std::stop_callback on_stop(late.cancellation().token(), [&] { stopped.set_value(); });
    const QueryWatch::Time now = std::chrono::steady_clock::now();
    later.set_deadline(now + std::chrono::hours(1), {ErrorCode::kTimeout, "later"});
    late.set_deadline(now + std::chrono::milliseconds(5), {ErrorCode::kTimeout, "late"});
    stopped.get_future().wait();
    CHECK(late.cancellation().check().error().message == "late");
    CHECK_FALSE(later.cancellation().requested());
  }
}

}  // namespace logsvc::server
