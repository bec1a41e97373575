#include "store/read/ordered_reads.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <vector>

namespace logsvc::store {

TEST_SUITE_BEGIN("store");

TEST_CASE("what several threads read comes in order, each once, a few ahead at most") {
  for (const size_t threads : {0, 1, 3}) {
    ReadAhead pool(threads);
    constexpr size_t kCount = 500;
    std::vector<std::atomic<int>> reads(kCount);
    std::atomic<size_t> taken = 0, farthest = 0;
    OrderedReads<size_t> ordered(pool, kCount, [&](size_t number) {
      reads[number] += 1;
      const size_t ahead = number - std::min<size_t>(number, taken);
      size_t most = farthest;
      while (ahead > most && !farthest.compare_exchange_weak(most, ahead)) {
      }
      return std::make_unique<size_t>(number);
    });
    for (size_t i = 0; i < kCount; ++i) {
      const auto value = ordered.next();
      REQUIRE(value);
      CHECK(*value == i);
      taken = i + 1;
      ordered.was_work(true);
    }
    CHECK(!ordered.next());
    CHECK(std::all_of(reads.begin(), reads.end(), [](const auto& n) { return n == 1; }));
    CHECK(farthest <= (threads ? 2 * (threads + 1) : 0));
  }
}

TEST_CASE("what is no work is read by who takes it, when it is taken") {
  ReadAhead pool(3);
  size_t begun = 0;  // not safe from several threads
  OrderedReads<size_t> ordered(pool, 100, [&](size_t number) {
    begun += 1;
    return std::make_unique<size_t>(number);
  });
  for (size_t i = 0; i < 100; ++i) {
    REQUIRE(*ordered.next() == i);
    CHECK(begun == i + 1);
    ordered.was_work(false);
  }
}

TEST_CASE("nothing is read after who wanted it has gone, whatever is in line") {
  ReadAhead pool(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<int> borrowed(64);
    OrderedReads<size_t> ordered(pool, borrowed.size(), [&](size_t number) {
      borrowed[number] = 1;
      return std::make_unique<size_t>(number);
    });
    for (int i = 0; i < round % 9; ++i) {
      REQUIRE(ordered.next());
      ordered.was_work(true);
    }
  }
}

TEST_SUITE_END();

}  // namespace logsvc::store
