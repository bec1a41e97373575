#include "server/query/query_pool.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace logsvc::server {
namespace {

using logql::QueryRun;

// A query that runs until it is told to end.
Status until_cancelled(const QueryRun& run) {
  while (!run.cancellation.requested()) std::this_thread::yield();
  return run.cancellation.check();
}

// Queries that begin and then wait.
class Gate {
 public:
  // Runs a query of the caller that stays until the gate is opened.
  void send(QueryPool& pool, const std::string& caller) {
    threads_.emplace_back([this, &pool, caller] {
      const Status done = pool.run({caller, -1}, [this](const QueryRun&) -> Status {
        begun_ += 1;
        begun_.notify_all();
        opened_.wait();
        return {};
      });
      CHECK(done.ok());
    });
  }
  void wait_for_begun(int n) const {
    for (int now = begun_; now < n; now = begun_) begun_.wait(now);
  }
  int begun() const { return begun_; }
  void open() { open_.set_value(); }
  ~Gate() {
    for (std::thread& t : threads_) t.join();
  }

 private:
  std::atomic<int> begun_{0};
  std::promise<void> open_;
  std::shared_future<void> opened_ = open_.get_future().share();
  std::vector<std::thread> threads_;
};

void wait_for_gauge(const Metrics& metrics, const std::string& line) {
  while (metrics.text().find("\n" + line + "\n") == std::string::npos) std::this_thread::yield();
}

}  // namespace

TEST_SUITE("server") {
  TEST_CASE("a query runs on a thread of lower priority, with its error as the answer") {
    Metrics metrics;
    QueryPool pool({}, metrics);
    int nice = 0;
    CHECK(pool.run({"a", -1},
                   [&](const QueryRun& run) -> Status {
                     nice = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)));
                     return run.memory->hold(1000);
                   })
              .ok());
    const int mine = ::getpriority(PRIO_PROCESS, 0);
    CHECK(nice == std::min(19, mine + 10));
    const Status failed =
        pool.run({"a", -1}, [](const QueryRun&) -> Status { return invalid("parse error : x"); });
    CHECK(failed.error().message == "parse error : x");
  }

  TEST_CASE("one caller leaves a thread to others, and theirs come in turns") {
    Metrics metrics;
    QueryPool pool({.max_running = 4, .max_waiting = 100}, metrics);
    {
      Gate greedy;
      for (int i = 0; i < 10; ++i) greedy.send(pool, "greedy");
      greedy.wait_for_begun(3);
      wait_for_gauge(metrics, "logsvc_queries_waiting 7");
      // Another one's query neither waits for those that run nor for those in line.
      bool ran = false;
      CHECK(pool.run({"other", -1},
                     [&](const QueryRun&) -> Status {
                       ran = true;
                       return {};
                     })
                .ok());
      CHECK(ran);
      CHECK(greedy.begun() == 3);
      greedy.open();
    }
    wait_for_gauge(metrics, "logsvc_queries_running 0");
  }

  TEST_CASE("too many that wait are refused, each caller's counted by themselves") {
    Metrics metrics;
    QueryPool pool({.max_running = 1, .max_waiting = 2}, metrics);
    Gate gate;
    gate.send(pool, "a");
    gate.wait_for_begun(1);
    gate.send(pool, "a");
    gate.send(pool, "a");
    wait_for_gauge(metrics, "logsvc_queries_waiting 2");
    const Status refused = pool.run({"a", -1}, [](const QueryRun&) { return Status(); });
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == ErrorCode::kLimit);
    CHECK(refused.error().message.starts_with("too many outstanding requests"));
    gate.send(pool, "b");
    wait_for_gauge(metrics, "logsvc_queries_waiting 3");
    gate.open();
  }

  TEST_CASE("shutdown ends what runs and what waits, and nothing begins afterwards") {
    Metrics metrics;
    QueryPool pool({.max_running = 1}, metrics);
    std::vector<std::future<Status>> queries;
    for (int i = 0; i < 3; ++i) {
      queries.push_back(std::async(std::launch::async, [&] {
        return pool.run({"a", -1}, until_cancelled);
      }));
    }
    wait_for_gauge(metrics, "logsvc_queries_waiting 2");
    wait_for_gauge(metrics, "logsvc_queries_running 1");
    pool.stop();
    for (auto& query : queries) CHECK(query.get().error().code == ErrorCode::kUnavailable);
    CHECK(pool.run({"a", -1}, until_cancelled).error().code == ErrorCode::kUnavailable);
  }

  TEST_CASE("a client that goes ends its query, waiting or running") {
    Metrics metrics;
    QueryPool pool({.max_running = 1}, metrics);
    std::array<int, 2> runs{}, waits{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, runs.data()) == 0);
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, waits.data()) == 0);
    auto running = std::async(std::launch::async, [&] {
      return pool.run({"a", runs[0]}, until_cancelled);
    });
    wait_for_gauge(metrics, "logsvc_queries_running 1");
    auto waiting = std::async(std::launch::async, [&] {
      return pool.run({"b", waits[0]}, until_cancelled);
    });
    wait_for_gauge(metrics, "logsvc_queries_waiting 1");
    ::close(waits[1]);
    CHECK(waiting.get().error().code == ErrorCode::kCancelled);
    wait_for_gauge(metrics, "logsvc_queries_running 1");
    ::close(runs[1]);
    CHECK(running.get().error().code == ErrorCode::kCancelled);
    ::close(runs[0]);
    ::close(waits[0]);
  }

  TEST_CASE("a query whose time is over is told so, by whatever it was stopped") {
    Metrics metrics;
    QueryPool pool({.timeout = 20 * kMillisecond}, metrics);
    const Status late = pool.run({"a", -1}, [](const QueryRun& run) -> Status {
      (void)until_cancelled(run);
      return Error{ErrorCode::kCancelled, "the store's words"};
    });
    CHECK(late.error().code == ErrorCode::kTimeout);
    CHECK(late.error().message.starts_with("request timed out"));
  }

  TEST_CASE("an answer keeps its share of the memory until it has been sent") {
    Metrics metrics;
    QueryPool pool({.max_memory_bytes = 16u << 20, .max_query_memory_bytes = 12u << 20}, metrics);
    std::shared_ptr<logql::MemoryAccount> sending;
    CHECK(pool.run({"a", -1},
                   [&](const QueryRun& run) -> Status {
                     sending = run.memory;
                     return run.memory->hold(10u << 20);
                   })
              .ok());
    const auto hold_8_mib = [](const QueryRun& run) { return run.memory->hold(8u << 20); };
    CHECK(pool.run({"b", -1}, hold_8_mib).error().code == ErrorCode::kLimit);
    sending->keep(1u << 20);
    CHECK(pool.run({"b", -1}, hold_8_mib).ok());
    sending.reset();
    wait_for_gauge(metrics, "logsvc_query_memory_bytes 0");
  }
}

}  // namespace logsvc::server
