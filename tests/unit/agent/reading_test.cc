// Tests the whole way from a simulated daemon to a server, with the failures that may happen on it.
#include <doctest/doctest.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <random>
#include <set>
#include <tuple>

#include "agent/docker/container_watcher.h"
#include "agent/docker/meta_labels.h"
#include "agent/jobs/job.h"
#include "agent/promtail/parse_config.h"
#include "agent/push/pusher.h"
#include "support/fake_docker.h"
#include "support/mem_file_system.h"
#include "wire/push_protobuf.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;

// Accepts or refuses lines, and keeps them by container.
class FlakyTarget : public PushTarget {
 public:
  explicit FlakyTarget(uint64_t seed) : random_(seed) {}
  std::atomic<int> fail_one_in = 0;
  std::atomic<bool> drop_doubles = false;

  PushOutcome push(const PushMessage& message) override {
    const std::lock_guard lock(mutex_);
    if (fail_one_in > 0 && random_() % static_cast<uint64_t>(fail_one_in) == 0)
      return outcome(PushOutcome::Kind::kLater);
    wire::LabelTextCache labels;
    const auto batch = wire::decode_push_protobuf(message.body, 1 << 26, labels);
    REQUIRE(batch.ok());
    for (const auto& s : batch->streams) {
      for (const Entry& e : s.entries) {
        const std::string container(s.labels.get("container"));
        // Drops, like the server, a line with the same stream, time and text as one before.
        if (drop_doubles && !seen_.emplace(container, e.timestamp, e.line).second) continue;
        lines_[container].emplace_back(e.line);
        ++count_;
      }
    }
    changed_.notify_all();
    return outcome(PushOutcome::Kind::kAccepted);
  }
  PushOutcome report(const std::string&) override { return outcome(PushOutcome::Kind::kAccepted); }
  void cancel() override {}

  using Lines = std::map<std::string, std::vector<std::string>>;
  Lines wait_for(size_t lines) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return count_ >= lines; });
    return lines_;
  }
  // Waits a short time for the lines, which may not come.
  void wait_some(size_t lines) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(200), [&] { return count_ >= lines; });
  }
  size_t count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  static PushOutcome outcome(PushOutcome::Kind kind) {
    PushOutcome out;
    out.kind = kind;
    out.answered = true;
    return out;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::mt19937_64 random_;
  Lines lines_;
  std::set<std::tuple<std::string, Timestamp, std::string>> seen_;
  size_t count_ = 0;
};

// The parts of an agent, on files that outlive it.
struct Reading {
  // scrape: a Promtail file's scrape config for the job; empty: no configuration.
  Reading(FakeDocker& fake, MemFileSystem& files, FlakyTarget& target, uint64_t spool_bytes = 0,
          const std::string& scrape = "")
      : docker(*parse_docker_host(fake.url())) {
    SpoolOptions spool_options;
    spool_options.max_bytes = spool_bytes;
    spool_options.segment_bytes = 20'000;
    spool_options.clients = {"one"};
    auto opened = Spool::open(files, "/agent", spool_options);
    REQUIRE_MESSAGE(opened.ok(), opened.error().message);
    spool = std::move(*opened);
    auto kept = RefusedLines::open(files, "/agent", {});
    REQUIRE_MESSAGE(kept.ok(), kept.error().message);
    refused = std::move(*kept);
    PusherOptions pushing;
    pushing.batch.bytes = 5000;
    pushing.batch_wait = 0;
    pushing.min_backoff = kMillisecond;
    pushing.max_backoff = 4 * kMillisecond;
    pusher =
        std::make_unique<Pusher>(*spool, *refused, target, clock, metrics, quiet, pushing, reports);
    ReadLoop::Options reading;
    auto job = Job::automatic(nullptr, {clock, registry, quiet, "host"});
    if (!scrape.empty()) job = job_of(scrape);
    reading.make_pipeline = [job](const Container& c, OutputStream s) {
      return job->open(meta_labels(c, s));
    };
    reading.max_line_bytes = 1u << 20;
    reading.busy_wait = kMillisecond;
    loop = std::make_unique<ReadLoop>(*spool, *pusher, clock, metrics, quiet, reading);
    WatcherOptions watching;
    watching.wanted = [job](const Container& c) {
      return job->keeps(meta_labels(c, OutputStream::kStdout));
    };
    watcher = std::make_unique<ContainerWatcher>(docker, *loop, *spool, clock, metrics, quiet,
                                                 std::move(watching));
  }
  std::shared_ptr<const Job> job_of(const std::string& scrape) {
    const auto config = parse_promtail_config(
        "f.yaml", "clients: [{url: 'http://x'}]\nscrape_configs:\n" + scrape, {});
    REQUIRE_MESSAGE(config.ok(), config.error().message);
    std::vector<std::string> warnings;
    const auto jobs = compile_jobs(*config, {clock, registry, quiet, "host"}, warnings);
    REQUIRE_MESSAGE(jobs.ok(), jobs.error().message);
    return jobs->front();
  }
  ~Reading() {
    if (loop) loop->stop();
  }

  SystemClock clock;
  Metrics registry;
  AgentMetrics metrics{registry};
  Diagnostics quiet{clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {}};
  struct : ReportSource {
    wire::AgentReport report() override { return {}; }
  } reports;
  DockerClient docker;
  std::unique_ptr<Spool> spool;
  std::unique_ptr<RefusedLines> refused;
  std::unique_ptr<Pusher> pusher;
  std::unique_ptr<ReadLoop> loop;
  std::unique_ptr<ContainerWatcher> watcher;
};

// Prints numbered lines into containers and knows which must arrive.
struct Printer {
  FakeDocker& fake;
  std::mt19937_64& random;
  std::map<std::string, std::string> ids;  // by name
  FlakyTarget::Lines printed;
  size_t total = 0;

  void add(const std::string& name, bool tty = false) { ids[name] = fake.run(name, {}, tty); }
  void add_rotating(const std::string& name) {
    add(name);
    fake.set_max_size(ids[name], "10m");
  }
  void print(const std::string& name, int n) {
    for (; n > 0; --n) {
      auto& lines = printed[name];
      std::string line = name + " " + std::to_string(lines.size());
      if (random() % 40 == 0) line += std::string(random() % 40'000, 'x');
      // Each container has one output, because order is kept only within an output.
      fake.print(ids[name], line, std::hash<std::string>()(name) % 2 == 0);
      lines.push_back(line);
      ++total;
    }
  }
};

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("containers that run, end, start again, are renamed and removed are read line by line") {
  FakeDocker fake;
  MemFileSystem files;
  FlakyTarget target(1);
  std::mt19937_64 random(1);
  Printer printer{fake, random, {}, {}, 0};
  printer.add("before");
  printer.print("before", 30);
  printer.add("ended");
  printer.print("ended", 30);
  fake.stop(printer.ids["ended"]);
  Reading reading(fake, files, target);
  printer.add("after");
  printer.print("after", 100);
  printer.print("before", 10);
  target.wait_for(printer.total);
  fake.stop(printer.ids["after"]);
  fake.start(printer.ids["after"]);
  printer.print("after", 50);
  fake.start(printer.ids["ended"]);
  printer.print("ended", 5);
  target.wait_for(printer.total);
  printer.print("before", 500);
  fake.remove(printer.ids["before"]);
  printer.add("tty", true);
  printer.print("tty", 200);
  CHECK(target.wait_for(printer.total) == printer.printed);
  CHECK(target.count() == printer.total);
  CHECK(reading.metrics.gaps.value() == 0);
}

TEST_CASE("a new name holds from the next line on") {
  FakeDocker fake;
  MemFileSystem files;
  FlakyTarget target(1);
  const std::string id = fake.run("old");
  Reading reading(fake, files, target);
  fake.print(id, "1");
  target.wait_for(1);
  fake.rename(id, "new");
  // The event and the line arrive by different ways.
  int printed = 1;
  FlakyTarget::Lines got;
  while (printed < 1000 && !got.count("new")) {
    fake.print(id, std::to_string(++printed));
    got = target.wait_for(static_cast<size_t>(printed));
  }
  CHECK(got.count("new") == 1);
}

constexpr char kScrape[] = R"(
- job_name: j
  docker_sd_configs: [{host: unix:///x}]
  relabel_configs:
  - {source_labels: [__meta_docker_container_name], regex: '/(.*)', target_label: container}
  - {source_labels: [container], regex: 'noise.*', action: drop}
)";

TEST_CASE("a Promtail job: dropped containers are not read at all; the rest is listed, with how") {
  FakeDocker fake;
  MemFileSystem files;
  FlakyTarget target(1);
  const std::string noise = fake.run("noise-1"), app = fake.run("app");
  const std::string off = fake.run("off", {{"logsvc.enable", "false"}});
  for (const std::string& id : {noise, app, off}) fake.print(id, R"({"level":"info"})");
  Reading reading(fake, files, target, 0, kScrape);
  fake.print(app, "2");
  CHECK(target.wait_for(2) == FlakyTarget::Lines{{"app", {R"({"level":"info"})", "2"}}});
  const auto status = reading.watcher->status();
  REQUIRE(status.size() == 1);
  CHECK(status[0].name == "app");
  CHECK(status[0].read_by == "api");
  CHECK(reading.watcher->has_listed());
  CHECK(reading.metrics.readers.value() == 1);
}

TEST_CASE("a log that rotates is read by answers, whenever there is something new") {
  FakeDocker fake;
  MemFileSystem files;
  FlakyTarget target(1);
  std::mt19937_64 random(1);
  Printer printer{fake, random, {}, {}, 0};
  printer.add_rotating("app");
  printer.print("app", 100);
  Reading reading(fake, files, target);
  target.wait_for(printer.total);
  for (int round = 0; round < 5; ++round) {
    printer.print("app", 30);
    // The stream that announces new records repeats or omits them.
    fake.rotate(printer.ids["app"], SIZE_MAX, 20);
    printer.print("app", 5);
    target.wait_for(printer.total);
  }
  fake.stop(printer.ids["app"]);
  fake.start(printer.ids["app"]);
  printer.print("app", 3);
  target.wait_for(printer.total);
  printer.print("app", 200);
  fake.stop(printer.ids["app"]);
  CHECK(target.wait_for(printer.total) == printer.printed);
  CHECK(target.count() == printer.total);
  CHECK(reading.metrics.gaps.value() == 0);
}

TEST_CASE("a rate that is to be kept makes the reader wait, and loses nothing") {
  FakeDocker fake;
  MemFileSystem files;
  FlakyTarget target(1);
  std::mt19937_64 random(1);
  Printer printer{fake, random, {}, {}, 0};
  printer.add("app");
  printer.print("app", 300);
  const std::string limited =
      std::string(kScrape) + "  pipeline_stages: [{limit: {rate: 1000, burst: 1}}]\n";
  Reading reading(fake, files, target, 0, limited);
  CHECK(target.wait_for(printer.total) == printer.printed);
  CHECK(reading.metrics.lines_read.value() == printer.total);
}

TEST_CASE("a socket proxy that refuses is told apart, and what it allows works") {
  FakeDocker fake;
  MemFileSystem files;
  FlakyTarget target(1);
  const std::string id = fake.run("a");
  fake.print(id, "1");
  fake.forbid("events");
  Reading reading(fake, files, target);
  target.wait_for(1);
  std::atomic<bool> stop{false};
  const Status refused = reading.docker.events(
      0, [] {}, [](const DockerEvent&) {}, stop);
  REQUIRE(!refused.ok());
  CHECK(refused.error().message.find("403") != std::string::npos);
  CHECK(refused.error().message.find("proxy") != std::string::npos);
}

// Checks that every printed line arrived once, in order by container.
static void check_received(FlakyTarget& target, const Printer& printer, const Reading& reading) {
  const auto got = target.wait_for(printer.total);
  for (const auto& printed : printer.printed) {
    const std::string& name = printed.first;
    CAPTURE(name);
    REQUIRE(got.count(name) == 1);
    CHECK(got.at(name) == printed.second);
  }
  CHECK(target.count() == printer.total);
  CHECK(reading.metrics.gaps.value() == 0);
}

TEST_CASE("cut streams, failing requests, a flaky server, kills: nothing lost, nothing doubled") {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    FakeDocker fake;
    MemFileSystem files;
    FlakyTarget target(seed);
    target.fail_one_in = 3;
    Printer printer{fake, random, {}, {}, 0};
    for (int i = 0; i < 3; ++i) printer.add("c" + std::to_string(i), i == 2);
    for (int i = 3; i < 5; ++i) printer.add_rotating("c" + std::to_string(i));
    auto reading = std::make_unique<Reading>(fake, files, target, seed % 2 ? 0 : 100'000);
    for (int step = 0; step < 120; ++step) {
      const std::string name = "c" + std::to_string(random() % 5);
      const std::string& id = printer.ids[name];
      switch (random() % 12) {
        case 0:
          fake.cut_streams();
          break;
        case 1:
          fake.fail_next(static_cast<int>(random() % 4), 500);
          break;
        case 2:
          fake.stop(id);
          fake.start(id);
          break;
        case 3:
          // Nothing is lost by the rotation: it only repeats what is in the spool.
          fake.rotate(id, SIZE_MAX, random() % 20);
          break;
        case 4:
          if (random() % 3 == 0) {
            reading.reset();
            reading = std::make_unique<Reading>(fake, files, target, seed % 2 ? 0 : 100'000);
          }
          break;
        default:
          printer.print(name, static_cast<int>(random() % 30));
      }
    }
    check_received(target, printer, *reading);
  }
}

TEST_CASE("power cuts at any operation of the spool: nothing lost, nothing new doubled") {
  const char* more = std::getenv("LOGSVC_SEEDS");
  const uint64_t seeds = more ? std::stoull(more) : 8;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    FakeDocker fake;
    MemFileSystem files;
    FlakyTarget target(seed);
    target.fail_one_in = 4;
    target.drop_doubles = true;
    Printer printer{fake, random, {}, {}, 0};
    for (int i = 0; i < 3; ++i) printer.add("c" + std::to_string(i));
    auto reading = std::make_unique<Reading>(fake, files, target, seed % 2 ? 0 : 100'000);
    for (int round = 0; round < 8; ++round) {
      const bool kill = random() % 4 == 0;
      if (!kill) files.power_off(1 + random() % 60);
      for (int i = 0; i < 6; ++i) {
        printer.print("c" + std::to_string(random() % 3), static_cast<int>(random() % 40));
        if (random() % 4 == 0) files.fail_operation(1 + random() % 5);
        if (random() % 3 == 0) fake.cut_streams();
      }
      // The agent stops up to date, or in the middle of its work.
      if (random() % 2) target.wait_some(printer.total);
      reading.reset();
      files.fail_operation(0);
      if (!kill) files.crash(random);
      reading = std::make_unique<Reading>(fake, files, target, seed % 2 ? 0 : 100'000);
    }
    check_received(target, printer, *reading);
  }
}

TEST_CASE("hundreds of containers are read by the same few threads") {
  FakeDocker fake;
  MemFileSystem files;
  FlakyTarget target(1);
  std::mt19937_64 random(1);
  Printer printer{fake, random, {}, {}, 0};
  for (int i = 0; i < 200; ++i) printer.add("c" + std::to_string(i));
  Reading reading(fake, files, target);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 200; ++i) printer.print("c" + std::to_string(i), 2);
  }
  CHECK(target.wait_for(printer.total) == printer.printed);
}

TEST_SUITE_END();

}  // namespace logsvc::agent
