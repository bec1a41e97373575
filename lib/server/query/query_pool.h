// Runs queries on a bounded number of threads of lower priority than those that take pushes, with a
// queue in which callers (users, addresses) take turns. A query's constraints come only from here:
// its end (client gone, too late, shutdown), and its share of the memory for all of them.
//
// Safe from several threads. Owns its threads, one of which gives freed memory back to the system;
// the destructor cancels what runs and joins them.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "logql/run/query_run.h"
#include "server/query/query_watch.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

struct QueryPoolOptions {
  size_t max_running = 4;                        // threads; at least 1
  size_t max_waiting = 100;                      // per caller
  uint64_t max_memory_bytes = 0;                 // all together; 0 = no limit
  uint64_t max_query_memory_bytes = 256u << 20;  // each; 0 = no limit
  Duration timeout = kMinute;                    // in the queue, and again while running; 0 = none
};

struct QueryCaller {
  std::string name;  // user or address: whose turn it is
  int socket = -1;   // the connection; -1: none
};

class QueryPool {
 public:
  QueryPool(QueryPoolOptions options, Metrics& metrics);
  ~QueryPool();
  QueryPool(const QueryPool&) = delete;
  QueryPool& operator=(const QueryPool&) = delete;

  // Runs the work on one of the threads and returns its error when it is done. What it holds is
  // given back when the last copy of run.memory is destroyed, which must happen before this object
  // is. kLimit: too many of the caller's queries wait; kTimeout; kCancelled: the client has gone;
  // kUnavailable: stopping.
  using Work = std::function<Status(const logql::QueryRun&)>;
  Status run(const QueryCaller& caller, const Work& work);

  // Cancels what runs or waits; run() returns kUnavailable from now on.
  void stop();

 private:
  // One call of run(); it lives on its caller's stack.
  struct Ticket {
    Ticket(const Work& w, const logql::QueryRun& r, QueryWatch::Guard& g)
        : work(w), run(r), guard(g) {}
    const Work& work;
    const logql::QueryRun& run;
    QueryWatch::Guard& guard;
    Status status;
    enum class State { kWaiting, kRunning, kDone } state = State::kWaiting;
    CondVar changed;
  };
  struct Caller {
    std::deque<Ticket*> waiting;
    size_t running = 0;
  };

  static void* run_thread(void* pool);
  void start_threads();
  void serve();
  bool enqueue(const std::string& name, Ticket& ticket) REQUIRES(mutex_);
  Ticket* next(std::string& name) REQUIRES(mutex_);
  void finish(const std::string& name, Ticket& ticket) REQUIRES(mutex_);
  void forget_idle(const std::string& name) REQUIRES(mutex_);
  void execute(Ticket& ticket) const;
  void wait(const std::string& name, Ticket& ticket, const Cancellation& cancellation);
  std::shared_ptr<logql::MemoryAccount> open_account();
  size_t room_of(const Caller& caller) const REQUIRES(mutex_);
  void return_memory();

  const QueryPoolOptions options_;
  const std::shared_ptr<logql::QueryMemory> memory_;
  QueryWatch watch_;
  Counter& rejected_;
  Mutex mutex_;
  CondVar wanted_;
  CondVar freed_;
  std::map<std::string, Caller> callers_ GUARDED_BY(mutex_);
  std::deque<std::string> turns_ GUARDED_BY(mutex_);  // callers with something that waits
  std::map<const Ticket*, CancellationSource> tickets_ GUARDED_BY(mutex_);
  size_t running_ GUARDED_BY(mutex_) = 0;
  uint64_t freed_bytes_ GUARDED_BY(mutex_) = 0;  // since memory was given back to the system
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread returner_;            // gives memory back to the system
  std::vector<pthread_t> threads_;  // used by the constructor and destructor only
};

}  // namespace logsvc::server
