#include "server/query/query_pool.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>

#include "os/memory.h"
#include "os/thread_priority.h"

namespace logsvc::server {
namespace {

// A thread that takes pushes gets about nine times as much of a processor that both want.
constexpr int kNice = 10;
// Enough for the deepest query that is accepted, in a sanitized build too.
constexpr size_t kStackBytes = 4u << 20;
// The process may keep this much of freed answers while queries run; when none runs, it keeps
// nothing.
constexpr uint64_t kMostFreedBytes = 64u << 20;
constexpr uint64_t kWorthReturning = 8u << 20;
// Memory is given back after this time without more that is freed. Less than kWorthReturning is
// too, since beside it may be what no account knows of, such as answers in JSON, but later.
constexpr std::chrono::seconds kIdle{1};
constexpr std::chrono::seconds kIdleWithLittle{10};

Error stopping() { return {ErrorCode::kUnavailable, "the server is stopping"}; }

Error too_many(size_t waiting) {
  return {ErrorCode::kLimit, "too many outstanding requests: " + std::to_string(waiting) +
                                 " of this user or address wait already (--query-queue)"};
}

QueryWatch::Time after(Duration timeout) {
  return std::chrono::steady_clock::now() + std::chrono::nanoseconds(timeout);
}

}  // namespace

QueryPool::QueryPool(QueryPoolOptions options, Metrics& metrics)
    : options_(options),
      memory_(std::make_shared<logql::QueryMemory>(options.max_memory_bytes)),
      rejected_(metrics.counter("logsvc_query_rejected_total",
                                "Queries refused since too many of their caller waited")) {
  metrics.gauge_function("logsvc_query_memory_bytes", "Memory that running queries hold",
                         [memory = memory_] { return static_cast<double>(memory->used_bytes()); });
  metrics.gauge_function("logsvc_queries_running", "Queries that run", [this] {
    const MutexLock lock(mutex_);
    return static_cast<double>(running_);
  });
  metrics.gauge_function("logsvc_queries_waiting", "Queries that wait for others to end", [this] {
    const MutexLock lock(mutex_);
    return static_cast<double>(tickets_.size() - running_);
  });
  start_threads();
  returner_ = std::thread([this] { return_memory(); });
}

QueryPool::~QueryPool() {
  stop();
  for (const pthread_t thread : threads_) pthread_join(thread, nullptr);
  returner_.join();
}

void QueryPool::start_threads() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  for (size_t i = 0; i < std::max<size_t>(1, options_.max_running); ++i) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, run_thread, this) == 0) threads_.push_back(thread);
  }
  pthread_attr_destroy(&attributes);
}

void* QueryPool::run_thread(void* pool) {
  lower_thread_priority(kNice);
  static_cast<QueryPool*>(pool)->serve();
  return nullptr;
}

void QueryPool::stop() {
  std::vector<CancellationSource> sources;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    for (const auto& [ticket, source] : tickets_) sources.push_back(source);
    wanted_.notify_all();
    freed_.notify_all();
  }
  // This wakes those that wait, which take the lock.
  for (const CancellationSource& source : sources) source.cancel(stopping());
}

Status QueryPool::run(const QueryCaller& caller, const Work& work) {
  QueryWatch::Guard guard(watch_, caller.socket);
  logql::QueryRun run{guard.cancellation(), open_account()};
  if (options_.timeout) guard.set_deadline(after(options_.timeout), logql::query_timed_out());
  Ticket ticket(work, run, guard);
  {
    const MutexLock lock(mutex_);
    if (stopping_) return stopping();
    if (!enqueue(caller.name, ticket)) {
      rejected_.add();
      return too_many(options_.max_waiting);
    }
  }
  wanted_.notify_one();
  wait(caller.name, ticket, run.cancellation);
  // The reason for the cancellation replaces the error that the work met because of it.
  if (!ticket.status.ok() && ticket.status.error().code == ErrorCode::kCancelled) {
    RETURN_IF_ERROR(run.cancellation.check());
  }
  return ticket.status;
}

// Waits until it is done, or cancelled before its turn.
void QueryPool::wait(const std::string& name, Ticket& ticket, const Cancellation& cancellation) {
  const std::stop_callback on_cancel(cancellation.token(), [this, &ticket] {
    const MutexLock lock(mutex_);
    ticket.changed.notify_all();
  });
  MutexLock lock(mutex_);
  while (ticket.state != Ticket::State::kDone) {
    if (ticket.state == Ticket::State::kWaiting && cancellation.requested()) {
      std::erase(callers_.at(name).waiting, &ticket);
      forget_idle(name);
      ticket.status = cancellation.check();
      break;
    }
    ticket.changed.wait(mutex_);
  }
  tickets_.erase(&ticket);
}

// Returns how many more of the caller's queries may begin. One caller alone never gets all threads,
// so that another one's query begins at once.
size_t QueryPool::room_of(const Caller& caller) const {
  const size_t all = std::max<size_t>(1, options_.max_running);
  const size_t most = all - all / 4;
  return std::min(all - running_, most - std::min(most, caller.running));
}

bool QueryPool::enqueue(const std::string& name, Ticket& ticket) {
  Caller& caller = callers_[name];
  if (caller.waiting.size() >= options_.max_waiting + room_of(caller)) {
    forget_idle(name);
    return false;
  }
  if (caller.waiting.empty()) turns_.push_back(name);
  caller.waiting.push_back(&ticket);
  tickets_.emplace(&ticket, ticket.guard.source());
  return true;
}

// Moves the caller whose turn it is to the end of the line. Returns nullptr if nothing may begin.
QueryPool::Ticket* QueryPool::next(std::string& name) {
  for (size_t i = turns_.size(); i > 0; --i) {
    name = std::move(turns_.front());
    turns_.pop_front();
    Caller& caller = callers_.at(name);
    if (room_of(caller) == 0) {
      turns_.push_back(name);
      continue;
    }
    Ticket* ticket = caller.waiting.front();
    caller.waiting.pop_front();
    if (!caller.waiting.empty()) turns_.push_back(name);
    caller.running += 1;
    running_ += 1;
    ticket->state = Ticket::State::kRunning;
    return ticket;
  }
  return nullptr;
}

// A caller is in line while one of its queries waits, and known while one waits or runs.
void QueryPool::forget_idle(const std::string& name) {
  const auto found = callers_.find(name);
  if (!found->second.waiting.empty()) return;
  std::erase(turns_, name);
  if (found->second.running == 0) callers_.erase(found);
}

void QueryPool::finish(const std::string& name, Ticket& ticket) {
  callers_.at(name).running -= 1;
  running_ -= 1;
  forget_idle(name);
  ticket.state = Ticket::State::kDone;
  ticket.changed.notify_all();                // its owner goes on when the lock is free
  if (!turns_.empty()) wanted_.notify_one();  // its caller may begin another one
}

// Runs at full priority: whoever allocates meanwhile waits for it.
void QueryPool::return_memory() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (freed_bytes_ == 0) {
      freed_.wait(mutex_);
      continue;
    }
    const auto pause = freed_bytes_ < kWorthReturning ? kIdleWithLittle : kIdle;
    const bool more = freed_bytes_ < kMostFreedBytes && freed_.wait_for(mutex_, pause);
    if (stopping_ || (more && freed_bytes_ < kMostFreedBytes)) continue;
    freed_bytes_ = 0;
    mutex_.unlock();
    return_free_memory();
    mutex_.lock();
  }
}

void QueryPool::serve() {
  MutexLock lock(mutex_);
  std::string name;
  while (!stopping_) {  // those that wait then leave by themselves
    if (Ticket* ticket = next(name)) {
      mutex_.unlock();
      execute(*ticket);
      mutex_.lock();
      finish(name, *ticket);
    } else {
      wanted_.wait(mutex_);
    }
  }
}

void QueryPool::execute(Ticket& ticket) const {
  if (options_.timeout) {
    ticket.guard.set_deadline(after(options_.timeout), logql::query_timed_out());
  }
  ticket.status = ticket.run.cancellation.check();
  if (!ticket.status.ok()) return;
  try {
    ticket.status = ticket.work(ticket.run);
  } catch (const std::bad_alloc&) {
    ticket.status = Error{ErrorCode::kUnavailable, "out of memory for the query"};
  }
}

// What the account held becomes free memory of the process when it is destroyed.
std::shared_ptr<logql::MemoryAccount> QueryPool::open_account() {
  return {new logql::MemoryAccount(memory_, options_.max_query_memory_bytes),
          [this](logql::MemoryAccount* account) {
            const uint64_t peak = account->peak_bytes();
            delete account;
            const MutexLock lock(mutex_);
            const bool first = freed_bytes_ == 0;
            freed_bytes_ += std::max<uint64_t>(peak, 1);
            if (first || freed_bytes_ >= kWorthReturning) freed_.notify_one();
          }};
}

}  // namespace logsvc::server
