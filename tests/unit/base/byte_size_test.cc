#include "base/byte_size.h"

#include <doctest/doctest.h>

namespace logsvc {
namespace {

uint64_t size_of(const char* text) { return parse_byte_size(text).value_or(12345); }

}  // namespace

TEST_SUITE_BEGIN("base");

TEST_CASE("sizes with every unit") {
  CHECK(size_of("0") == 0u);
  CHECK(size_of("10") == 10u);
  CHECK(size_of("10b") == 10u);
  CHECK(size_of("1K") == 1024u);
  CHECK(size_of("256 kb") == 256u * 1024);
  CHECK(size_of("1.5MiB") == 3u << 19);
  CHECK(size_of("2GB") == 2ull << 30);
  CHECK(size_of("1T") == 1ull << 40);
  CHECK(size_of("1PB") == 1ull << 50);
  CHECK(size_of("15EiB") == 15ull << 60);
  CHECK(size_of("18446744073709551615") == UINT64_MAX);
}

TEST_CASE("what is no size, or none that can be held") {
  for (const char* text : {"", " ", "MB", "-1", "+1", "1e3", "1 000", "1QB", "1BB", "1KK", "1kib2",
                           ".", "1.2.3", "16E", "99999999999TB", "18446744073709551616"}) {
    CAPTURE(text);
    CHECK(!parse_byte_size(text));
  }
}

TEST_SUITE_END();

}  // namespace logsvc
