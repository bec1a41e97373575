// Tests loki_push_api: which pushes get through relabelling and stages into the store.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "agent/push_api/push_body.h"
#include "agent/push_api/push_receiver.h"
#include "support/pipeline_lines.h"
#include "wire/push_json.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;
using Lines = std::vector<std::string>;

// A store with or without room. The test reads it when the receiver is gone, or between its calls.
class RoomyStore : public LineStore {
 public:
  std::string position(const std::string&) override { return ""; }
  LineSink& sink() override { return pending_; }
  bool commit(const std::string& source, const std::string& position) override {
    return try_commit(source, position).ok();
  }
  Status try_commit(const std::string&, const std::string&) override {
    if (full) return Error{ErrorCode::kNoSpace, "full"};
    for (std::string& text : pending_.texts) lines.push_back(std::move(text));
    pending_.texts.clear();
    return {};
  }
  Status sync() override {
    ++syncs;
    return {};
  }
  std::atomic<bool> full{false};
  std::atomic<int> syncs{0};
  Lines lines;

 private:
  TextSink pending_;
};

struct Pushed {
  TestJob job;
  PushApiMetrics metrics{job.metrics};
  RoomyStore store;
  PushApiConfig config;
  std::unique_ptr<PushReceiver> receiver;

  explicit Pushed(const std::string& yaml = "", Labels labels = {}, bool own_times = true)
      : job(yaml) {
    REQUIRE_MESSAGE(job.fault.empty(), job.fault);
    config.labels = std::move(labels);
    config.use_incoming_timestamp = own_times;
    receiver = std::make_unique<PushReceiver>(
        job.job, config, PushReceiver::Context{store, job.clock, metrics, job.diagnostics});
  }
  PushReceiver::Answer push(const std::string& json) {
    const auto batch = wire::decode_push_json(json);
    REQUIRE_MESSAGE(batch.ok(), batch.error().message);
    return receiver->take(*batch);
  }
  // Ends the receiver first.
  const Lines& lines() {
    receiver.reset();
    return store.lines;
  }
};

std::string stream(const std::string& labels, const std::string& values) {
  return R"({"streams":[{"stream":)" + labels + R"(,"values":[)" + values + "]}]}";
}

http::Request request(const std::string& type, const std::string& body) {
  http::Request out;
  out.headers.add("Content-Type", type);
  out.body = body;
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("a push goes through labels, rules and stages, with its metadata") {
  Pushed pushed(
      "relabel_configs:\n- {source_labels: [app], target_label: service}\n"
      "- {source_labels: [fixed, __secret], separator: '-', target_label: both}\n"
      "pipeline_stages:\n- static_labels: {staged: x}",
      {{"app", "ours"}, {"fixed", "f"}});
  CHECK(pushed
            .push(stream(R"({"app":"theirs","__secret":"s","z":"1"})",
                         R"(["1767272400000000001","a",{"trace":"t","b":"c"}])"))
            .status.ok());
  CHECK(pushed.lines() ==
        Lines{"2026-01-01T13:00:00.000000001Z {app=\"ours\", both=\"f-s\", fixed=\"f\", "
              "service=\"ours\", staged=\"x\", z=\"1\"} [b=c] [trace=t] a"});
  CHECK(pushed.store.syncs == 1);
  CHECK(pushed.metrics.entries.value() == 1);
}

TEST_CASE("entries get the time of their coming, or keep theirs") {
  for (const bool own : {false, true}) {
    CAPTURE(own);
    Pushed pushed("", {}, own);
    CHECK(pushed.push(stream(R"({"a":"b"})", R"(["1","x"],["1767272400000000000","y"])"))
              .status.ok());
    CHECK(pushed.lines() ==
          Lines{(own ? std::string("1970-01-01T00:00:00.000000001Z") : "2026-01-01T13:00:00Z") +
                    " {a=\"b\"} x",
                "2026-01-01T13:00:00Z {a=\"b\"} y"});
  }
}

TEST_CASE("only the streams that the rules drop, or leave without labels, are left out, counted") {
  Pushed pushed(
      "relabel_configs:\n- {source_labels: [env], regex: dev, action: drop}\n"
      "- {action: labeldrop, regex: gone}");
  CHECK(pushed
            .push(R"({"streams":[{"stream":{"env":"dev"},"values":[["1","x"],["2","x"]]},)"
                  R"({"stream":{"gone":"1"},"values":[["1","x"]]},)"
                  R"({"stream":{"__only":"1"},"values":[["1","x"]]},)"
                  R"({"stream":{"env":"prod"},"values":[["3","kept"]]}]})")
            .status.ok());
  CHECK(pushed.metrics.without_labels.value() == 4);
  CHECK(pushed.metrics.entries.value() == 1);
  CHECK(pushed.lines() == Lines{"1970-01-01T00:00:00.000000003Z {env=\"prod\"} kept"});
}

TEST_CASE("plain lines have the labels of the configuration, a tenant too, and no rule's") {
  Pushed pushed("relabel_configs:\n- {source_labels: [job], target_label: copied}",
                {{"__hidden", "h"}, {"__tenant_id__", "t1"}, {"job", "raw"}});
  CHECK(pushed.receiver->take_lines("one\r\n\n\r\ntwo\nthree").status.ok());
  CHECK(pushed.receiver->take_lines("").status.ok());
  CHECK(pushed.lines() == Lines{"2026-01-01T13:00:00Z {job=\"raw\"} <t1> one",
                                "2026-01-01T13:00:00Z {job=\"raw\"} <t1> two",
                                "2026-01-01T13:00:00Z {job=\"raw\"} <t1> three"});
}

TEST_CASE("jobs without stages of their own keep what a push says beside a line") {
  Pushed pushed("auto: true");
  CHECK(pushed
            .push(stream(
                R"({"job":"j"})",
                R"(["1767272400000000000","{\"level\":\"error\",\"msg\":\"m\"}",{"k":"v"}])"))
            .status.ok());
  CHECK(pushed.lines() == Lines{"2026-01-01T13:00:00Z {job=\"j\", level=\"error\"} [k=v] "
                                "{\"level\":\"error\",\"msg\":\"m\"}"});
}

TEST_CASE("a block goes on in the next push, and is stored when nothing more comes") {
  Pushed pushed("pipeline_stages:\n- multiline: {firstline: '^start'}", {{"job", "raw"}});
  CHECK(pushed.receiver->take_lines("start 1").status.ok());
  CHECK(pushed.receiver->take_lines(" goes on\nstart 2").status.ok());
  CHECK(pushed.lines() == Lines{"2026-01-01T13:00:00Z {job=\"raw\"} start 1\\n goes on",
                                "2026-01-01T13:00:00Z {job=\"raw\"} start 2"});
}

TEST_CASE("a stage that limits the rate makes pushes wait, and says for how long") {
  Pushed pushed("pipeline_stages:\n- limit: {rate: 1, burst: 1}", {{"job", "raw"}});
  std::string many;
  for (int i = 0; i < 31; ++i) many += "line\n";
  CHECK(pushed.receiver->take_lines(many).status.ok());
  const auto answer = pushed.receiver->take_lines("late");
  CHECK(answer.status.error().code == ErrorCode::kLimit);
  CHECK(answer.retry_after > 20 * kSecond);
  pushed.job.clock.advance(answer.retry_after);
  CHECK(pushed.receiver->take_lines("again").status.ok());
  CHECK(pushed.lines().size() == 32);
}

TEST_CASE("a full store takes no push, and what one left behind comes before the next") {
  Pushed pushed("", {{"job", "raw"}});
  pushed.store.full = true;
  std::atomic<bool> refused{false};
  std::thread clock([&] {
    while (!refused) {
      pushed.job.clock.advance(kSecond);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  CHECK(pushed.receiver->take_lines("one").status.error().code == ErrorCode::kNoSpace);
  refused = true;
  clock.join();
  CHECK(pushed.receiver->take_lines("two").status.error().code == ErrorCode::kNoSpace);
  pushed.store.full = false;
  CHECK(pushed.receiver->take_lines("two").status.ok());
  CHECK(pushed.store.lines.size() == 2);
  pushed.receiver->stop();
  CHECK(pushed.receiver->take_lines("three").status.error().code == ErrorCode::kUnavailable);
  CHECK(pushed.lines().size() == 2);
}

TEST_CASE("bodies that cannot be taken are named") {
  const auto fault = [](http::Request from) {
    const auto batch = decode_push(from);
    return batch.ok() ? Error{ErrorCode::kInvalid, "fine"} : batch.error();
  };
  CHECK(fault(request("", "{}")).message.find("Content-Type missing") == 0);
  CHECK(fault(request("application/json; charset=utf-8", stream(R"({"a":"b"})", R"(["1","x"])")))
            .message == "fine");
  CHECK(fault(request("application/json", "{")).code == ErrorCode::kInvalid);
  CHECK(fault(request("application/x-protobuf", "nonsense")).message == "snappy: corrupt input");
  std::string many;
  for (size_t i = 0; i <= kMaxPushStreams; ++i) {
    many += (i ? "," : "") + (R"({"stream":{"a":")" + std::to_string(i)) +
            R"("},"values":[["1","x"]]})";
  }
  CHECK(fault(request("application/json", R"({"streams":[)" + many + "]}")).code ==
        ErrorCode::kTooLarge);
  std::string labels;
  for (size_t i = 0; i <= kMaxPushLabels; ++i)
    labels += (i ? ",\"l" : "\"l") + std::to_string(i) + R"(":"v")";
  CHECK(fault(request("application/json", stream("{" + labels + "}", R"(["1","x"])")))
            .message.find("stream 0 has 129 labels") == 0);
  // The body claims to unpack to 4 GiB.
  CHECK(fault(request("application/x-protobuf", "\xff\xff\xff\xff\x0f")).code ==
        ErrorCode::kInvalid);
  // A body that needs more than all pushes may use must not be pushed again, even while there is no
  // memory.
  auto dense = request("application/json", R"({"streams":[)" + std::string(1'400'000, '[') + "]}");
  dense.memory = http::MemoryLease(std::make_shared<http::MemoryBudget>(1000));
  CHECK(fault(std::move(dense)).code == ErrorCode::kTooLarge);
  auto later = request("application/json", stream(R"({"a":"b"})", R"(["1","x"])"));
  later.memory = http::MemoryLease(std::make_shared<http::MemoryBudget>(10));
  CHECK(fault(std::move(later)).code == ErrorCode::kUnavailable);
  auto packed = request("application/json", "no gzip");
  packed.headers.add("Content-Encoding", "gzip");
  CHECK(fault(std::move(packed)).message == "gzip: invalid header");
}

TEST_SUITE_END();

}  // namespace logsvc::agent
