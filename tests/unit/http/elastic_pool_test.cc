#include "http/elastic_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <vector>

namespace logsvc::http {
namespace {

// Tasks that begin and then wait.
struct Held {
  std::promise<void> open;
  std::shared_future<void> opened = open.get_future().share();
  std::atomic<int> begun{0};

  std::function<void()> task() {
    return [this] {
      begun += 1;
      begun.notify_all();
      opened.wait();
    };
  }
  void wait_for_begun(int n) const {
    for (int now = begun; now < n; now = begun) begun.wait(now);
  }
};

}  // namespace

TEST_SUITE_BEGIN("http");

TEST_CASE("a quarter of the threads is for urgent tasks alone") {
  Held others;
  ElasticPool pool(8);
  for (int i = 0; i < 20; ++i) pool.enqueue(others.task());
  others.wait_for_begun(6);
  // All that may be taken by others is taken, and more of them wait.
  for (int i = 0; i < 5; ++i) {
    std::promise<void> done;
    pool.enqueue([&] { done.set_value(); }, true);
    done.get_future().wait();
  }
  CHECK(others.begun == 6);
  others.open.set_value();
  pool.shutdown();
  CHECK(others.begun == 20);
}

TEST_CASE("urgent tasks overtake others in line") {
  Held first;
  ElasticPool pool(1);
  pool.enqueue(first.task());
  first.wait_for_begun(1);
  std::vector<int> order;
  pool.enqueue([&] { order.push_back(1); });
  pool.enqueue([&] { order.push_back(2); });
  pool.enqueue([&] { order.push_back(3); }, true);
  CHECK(pool.crowded());
  first.open.set_value();
  pool.shutdown();
  CHECK(order == std::vector<int>{3, 1, 2});
}

TEST_CASE("all tasks run, however few the threads") {
  std::atomic<int> done{0};
  {
    ElasticPool pool(3);
    for (int i = 0; i < 1000; ++i) pool.enqueue([&] { done += 1; }, i % 3 == 0);
  }
  CHECK(done == 1000);
}

TEST_SUITE_END();

}  // namespace logsvc::http
