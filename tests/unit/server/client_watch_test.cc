#include "server/http/client_watch.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <future>
#include <optional>

namespace logsvc::server {

TEST_SUITE("server") {
  TEST_CASE("a client that goes stops what runs for it, and nothing else") {
    ClientWatch watch;
    std::array<int, 2> gone{}, stays{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, gone.data()) == 0);
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, stays.data()) == 0);
    {
      const ClientWatch::Guard first(watch, gone[0]);
      const ClientWatch::Guard second(watch, stays[0]);
      std::promise<void> stopped;
      const std::stop_callback on_stop(first.token(), [&] { stopped.set_value(); });
      ::close(gone[1]);
      stopped.get_future().wait();
      CHECK(first.token().stop_requested());
      CHECK_FALSE(second.token().stop_requested());
    }
    // A socket may be watched again for the next request; none at all may be given.
    {
      std::optional<ClientWatch::Guard> again(std::in_place, watch, stays[0]);
      const ClientWatch::Guard none(watch, -1);
      const std::stop_token token = again->token();
      again.reset();
      ::close(stays[1]);
      CHECK_FALSE(token.stop_requested());
    }
    ::close(gone[0]);
    ::close(stays[0]);
  }
}

}  // namespace logsvc::server
