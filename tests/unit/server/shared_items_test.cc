#include "server/shared/shared_items.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "support/fake_clock.h"
#include "support/mem_file_system.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;
using nlohmann::json;

constexpr const char* kPath = "/data/shared.json";
constexpr const char* kEarlierPath = "/data/page.json";

struct World {
  MemFileSystem files;
  FakeClock clock;
  std::string said;
  Diagnostics diagnostics{clock, LogLevel::kInfo, LogFormat::kLogfmt,
                          [this](std::string_view line) { said += line; }};
  const bool made = files.make_dirs("/data").ok() && files.sync_dir("/").ok();
  SharedItems items{files, kPath, kEarlierPath, 100, diagnostics};

  std::string change(const json& request) {
    const Status done = items.change(request.dump());
    return done.ok() ? "" : done.error().message;
  }
  std::string put(const std::string& kind, const json& item) {
    return change({{"put", {{{"kind", kind}, {"item", item}}}}});
  }
  json now() const { return json::parse(items.text("")); }
};

json view(const std::string& id, const std::string& name = "errors") {
  return {{"id", id}, {"name", name}, {"search", "?query=x"}};
}
json opening(int64_t at) {
  return {{"id", std::to_string(at)}, {"name", "콘서트"}, {"atMs", at}, {"services", {"api"}}};
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("shared items: put, replaced, removed, and there again after a power cut") {
  World w;
  CHECK(w.now() ==
        json::parse(R"({"version":100,"openings":[],"reports":[],"views":[],"counters":[]})"));
  CHECK(w.put("views", view("a")) == "");
  CHECK(w.put("views", view("b", "b")) == "");
  CHECK(w.put("views", view("a", "all errors")) == "");
  CHECK(w.put("openings", opening(1'800'000'000'000)) == "");
  CHECK(w.put("counters", {{"id", "c"}, {"name", "paid"}, {"query", "{a=\"b\"} |= \"paid\""}}) ==
        "");
  CHECK(w.put("reports",
              {{"id", "r"}, {"name", "x"}, {"atMs", 1'800'000'000'000}, {"markdown", "# x"}}) ==
        "");
  CHECK(w.change({{"remove",
                   {{{"kind", "views"}, {"id", "b"}}, {{"kind", "views"}, {"id", "never"}}}}}) ==
        "");
  CHECK(w.now()["version"] == 107);
  CHECK(w.items.text("107") == R"({"version":107})");
  std::mt19937_64 random(7);
  w.files.crash(random);
  SharedItems again(w.files, kPath, kEarlierPath, 200, w.diagnostics);
  json before = w.now(), after = json::parse(again.text("107"));
  before.erase("version");
  CHECK(after["version"] == 200);
  after.erase("version");
  CHECK(after == before);
  CHECK(after["views"] == json::array({view("a", "all errors")}));
  CHECK(after["openings"][0]["name"] == "콘서트");
  CHECK(again.of_kind("counters").at(0).id == "c");
  CHECK(w.said == "");
}

TEST_CASE("shared items: what is not as it must be changes nothing") {
  World w;
  CHECK(w.put("views", view("a")) == "");
  const json before = w.now();
  CHECK(w.items.change("nonsense").error().code == ErrorCode::kInvalid);
  CHECK(w.items.change("[]").error().code == ErrorCode::kInvalid);
  CHECK(w.change({{"put", 3}}) != "");
  CHECK(w.change({{"put", {1, 2}}}) != "");
  CHECK(w.change({{"remove", {{{"kind", "users"}, {"id", "a"}}}}}) == "unknown kind users");
  CHECK(w.put("users", view("a")) == "unknown kind users");
  CHECK(w.put("views", view("../a")) == "\"id\" contains more than letters, digits, - and _");
  CHECK(w.put("views", view("")) != "");
  CHECK(w.put("views", view("a", "")) != "");
  CHECK(w.put("views", view("a", std::string(201, 'n'))) ==
        "\"name\" has 201 bytes; 1 to 200 may be");
  CHECK(w.put("views", {{"id", "a"}, {"name", "n"}, {"search", "//evil.example"}}) ==
        "\"search\" does not begin with ?");
  CHECK(w.put("openings", {{"id", "a"}, {"name", "n"}, {"atMs", 5}, {"services", json::array()}}) ==
        "\"atMs\" is not a time in ms");
  CHECK(w.put("openings",
              {{"id", "a"}, {"name", "n"}, {"atMs", 1'800'000'000'000}, {"services", {1}}}) != "");
  CHECK(w.put("counters", {{"id", "a"}, {"name", "n"}, {"query", "{a="}}) != "");
  CHECK(w.put("counters", {{"id", "a"}, {"name", "n"}, {"query", "rate({a=\"b\"}[1m])"}}) ==
        "\"query\": only log selector is supported");
  // One that is wrong among good ones: none is taken.
  CHECK(w.change({{"put",
                   {{{"kind", "views"}, {"item", view("good")}},
                    {{"kind", "views"}, {"item", view("bad!")}}}}}) != "");
  CHECK(w.now() == before);
  // What a kind does not have is not kept.
  json more = view("b");
  more["html"] = "<script>";
  CHECK(w.put("views", more) == "");
  CHECK(w.now()["views"][1] == view("b"));
}

TEST_CASE("shared items: there is an end to how many and how much, said and harmless") {
  World w;
  json many = json::array();
  for (size_t i = 0; i < SharedItems::kMaxItems; ++i)
    many.push_back({{"kind", "views"}, {"item", view("v" + std::to_string(i))}});
  CHECK(w.change({{"put", many}}) == "");
  CHECK(w.put("views", view("one-more")) == "more than 200 views: remove some first");
  CHECK(w.put("views", view("v7", "replaced")) == "");
  std::string failure;
  size_t put = 0;
  for (; failure.empty() && put < 200; ++put) {
    failure =
        w.put("counters", {{"id", std::to_string(put)}, {"name", "c"}, {"query", "{a=\"b\"}"}});
  }
  CHECK(failure == "more than 50 counters: remove some first");
  failure = "";
  put = 0;
  for (; failure.empty() && put < 200; ++put) {
    failure = w.put("reports", {{"id", std::to_string(put)},
                                {"name", "x"},
                                {"atMs", 1'800'000'000'000},
                                {"markdown", std::string(20'000, 'm')}});
  }
  CHECK(failure == "no room for more: remove some first");
  CHECK(put > 40);
  CHECK(w.files.read_all(kPath)->size() <= SharedItems::kMaxFileBytes);
}

TEST_CASE("shared items: whatever the disk refuses, the file is the old or the new one") {
  std::mt19937_64 random(11);
  const std::string request = json{{"put", {{{"kind", "views"}, {"item", view("b")}}}}}.dump();
  for (uint64_t nth = 1;; ++nth) {
    World w;
    REQUIRE(w.put("views", view("a")) == "");
    const json before = w.now();
    w.files.fail_operation(nth);
    const bool done = w.items.change(request).ok();
    w.files.fail_operation(0);
    if (!done) CHECK(w.now() == before);
    w.files.crash(random);
    const size_t kept =
        SharedItems(w.files, kPath, kEarlierPath, 200, w.diagnostics).of_kind("views").size();
    CHECK((kept == 2 || (!done && kept == 1)));
    CHECK(w.said == "");
    if (done) break;
    REQUIRE(nth < 20);
  }
}

TEST_CASE("shared items: a damaged file costs only what cannot be read, and a copy stays") {
  for (const auto& damaged : std::vector<std::pair<std::string, size_t>>{
           {"{ cut off", 0},
           {R"({"version":1,"views":[{"id":"a","name":"n","search":""},{"id":"b"}]})", 1}}) {
    const std::string& text = damaged.first;
    const size_t left = damaged.second;
    CAPTURE(text);
    World w;
    CHECK(w.files.replace(kPath, text).ok());
    SharedItems items(w.files, kPath, kEarlierPath, 1, w.diagnostics);
    CHECK(items.of_kind("views").size() == left);
    CHECK(*w.files.read_all(std::string(kPath) + ".damaged") == text);
    CHECK(w.said.find("cannot parse the shared items file") != std::string::npos);
    CHECK(items.change(R"({"remove":[]})").ok());
    CHECK(SharedItems(w.files, kPath, kEarlierPath, 2, w.diagnostics).of_kind("views").size() ==
          left);
  }
}

TEST_CASE("shared items: the file of an earlier release is read until there is a new one") {
  World w;
  const std::string earlier = R"({"version":1,"views":[{"id":"a","name":"n","search":""}]})";
  REQUIRE(w.files.replace(kEarlierPath, earlier).ok());
  {
    SharedItems items(w.files, kPath, kEarlierPath, 1, w.diagnostics);
    CHECK(items.of_kind("views").size() == 1);
    CHECK(items.change(R"({"put":[{"kind":"views","item":{"id":"b","name":"n","search":""}}]})")
              .ok());
  }
  SharedItems items(w.files, kPath, kEarlierPath, 2, w.diagnostics);
  CHECK(items.of_kind("views").size() == 2);
  CHECK(items.change(R"({"remove":[{"kind":"views","id":"a"},{"kind":"views","id":"b"}]})").ok());
  CHECK(SharedItems(w.files, kPath, kEarlierPath, 3, w.diagnostics).of_kind("views").empty());
  CHECK(*w.files.read_all(kEarlierPath) == earlier);
}

TEST_SUITE_END();

}  // namespace logsvc::server
