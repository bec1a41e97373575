// Tests lines that go before their days do: delete requests, streams with a period of their own,
// caps.
#include "store/policy/deletion.h"

#include <filesystem>
#include <random>

#include "support/mem_file_system.h"
#include "unit/store/store_world.h"

namespace logsvc::store {

TEST_SUITE_BEGIN("store");

namespace {

// "level=error" selects streams, "level=error bad" those lines of them that contain "bad".
Result<DeletionFilter> compile(const std::string& query) {
  const size_t equals = query.find('='), blank = query.find(' ');
  if (equals == std::string::npos) return invalid("no query: " + query);
  DeletionFilter out;
  ASSIGN_OR_RETURN(Matcher matcher, Matcher::make(MatchType::kEqual, query.substr(0, equals),
                                                  query.substr(equals + 1, blank - equals - 1)));
  out.matchers.push_back(std::move(matcher));
  if (blank != std::string::npos) {
    out.make_line_predicate = [needle = query.substr(blank + 1)] {
      return [needle](const LabelSet&, const Entry& entry) {
        return entry.line.find(needle) != std::string_view::npos;
      };
    };
  }
  return out;
}

struct DeletionWorld : StoreWorld {
  DeletionWorld() {
    options.compile_deletion = compile;
    options.deletion_cancel_period = kHour;
    open();
    append(kApi, {{at(0), "good"}, {at(1), "bad 1"}, {at(2), "bad 2"}});
    append(kQueue, {{at(1), "bad of another"}});
  }
  std::string request(const std::string& query, TimeRange range) {
    const auto id = store->request_deletion(query, range);
    REQUIRE(id.ok());
    return *id;
  }
  // Works until nothing is left to do.
  void work() {
    for (int i = 0; i < 5; ++i) {
      REQUIRE(store->maintain().ok());
      REQUIRE(store->flush().ok());
    }
  }
  bool is_processed(const std::string& id) {
    for (const DeleteRequest& r : store->deletions()) {
      if (r.id == id) return r.processed;
    }
    return false;
  }
  // Returns whether any file of the store has the bytes.
  bool on_disk(const std::string& bytes) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(options.dir)) {
      if (!entry.is_regular_file() || entry.path().filename() == "deletions") continue;
      if (files.read_all(entry.path())->find(bytes) != std::string::npos) return true;
    }
    return false;
  }
};

}  // namespace

TEST_CASE(
    "lines of a delete request are hidden at once, in memory and in files, also when counted") {
  DeletionWorld w;
  for (int sealed = 0; sealed < 2; ++sealed) {
    const std::string id = w.request("level=info bad", {at(0), at(2)});
    CHECK(w.texts() == std::vector<std::string>{"good", "bad of another", "bad 2"});
    SelectQuery searching;
    searching.lines = LinePredicate::contains("bad");
    CHECK(w.texts(searching) == std::vector<std::string>{"bad of another", "bad 2"});
    SelectQuery all;
    all.range = {at(-10), at(100)};
    for (const Way way : {by_select, by_count, by_times, by_field}) {
      CHECK(way(*w.store, all) == Found{3, {}});
    }
    all.lines = LinePredicate::contains("bad");
    for (const Way way : {by_select, by_count, by_field}) {
      CHECK(way(*w.store, all) == Found{2, {}});
    }
    w.open();
    CHECK(w.texts().size() == 3);
    REQUIRE(w.store->cancel_deletion(id, false).ok());
    CHECK(w.texts().size() == 4);
    REQUIRE(w.store->flush().ok());
  }
}

TEST_CASE("after the time to take it back the lines go from disk, and nothing else does") {
  DeletionWorld w;
  REQUIRE(w.store->flush().ok());
  w.append(kApi, {{at(3), "bad in memory"}, {at(4), "good in memory"}});
  const std::string id = w.request("level=info bad", {at(0), at(100)});
  w.work();
  CHECK(!w.is_processed(id));
  CHECK(w.on_disk("bad 1"));
  w.clock.advance(2 * kHour);
  w.work();
  CHECK(w.is_processed(id));
  const std::vector<std::string> left = {"good", "bad of another", "good in memory"};
  CHECK(w.texts() == left);
  CHECK(!w.on_disk("bad 1"));
  CHECK(!w.on_disk("bad in memory"));
  CHECK(w.count("logsvc_store_deleted_entries_total") == 3);
  w.append(kApi, {{at(5), "bad, but later"}});
  CHECK(w.texts().size() == 4);
  w.open();
  CHECK(w.texts().size() == 4);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const std::string path = w.options.dir + "/index.db" + suffix;
    w.store.reset();
    if (w.files.exists(path)) REQUIRE(w.files.remove(path).ok());
  }
  w.open();
  CHECK(w.texts().size() == 4);
}

TEST_CASE("a query asks those requests alone that are about its streams and its time") {
  StoreWorld w;
  int made = 0, asked = 0;
  w.options.compile_deletion = [&](const std::string& query) -> Result<DeletionFilter> {
    ASSIGN_OR_RETURN(DeletionFilter out, compile(query));
    out.make_line_predicate = [&made, &asked, make = out.make_line_predicate] {
      ++made;
      return [&asked, test = make()](const LabelSet& stream, const Entry& entry) {
        ++asked;
        return test(stream, entry);
      };
    };
    return out;
  };
  w.open();
  constexpr int kRequests = 200;
  for (int i = 0; i < kRequests; ++i) {
    w.append(kApi, {{at(i), "bad"}, {at(i) + 1, "good"}});
    REQUIRE(w.store->request_deletion("level=info bad", {at(i), at(i + 1)}).ok());
    REQUIRE(w.store->request_deletion("level=error bad", {at(i), at(i + 1)}).ok());
  }
  CHECK(w.texts().size() == kRequests);
  CHECK(made == kRequests);
  CHECK(asked == 2 * kRequests);  // each line is one of them
  made = asked = 0;
  SelectQuery few;
  few.range = {at(10), at(13)};
  CHECK(w.texts(few).size() == 3);
  CHECK(made == 3);
  CHECK(asked == 6);
  // A long one that contains them all does not hide the others.
  REQUIRE(w.store->request_deletion("level=info nothing", {at(0), at(kRequests)}).ok());
  CHECK(w.texts(few).size() == 3);
}

TEST_CASE("there are only so many requests at a time") {
  DeletionWorld w;
  w.options.max_active_deletions = 3;
  w.open();
  std::string id;
  for (int i = 0; i < 3; ++i) id = w.request("level=info bad", {at(i), at(i + 1)});
  const auto refused = w.store->request_deletion("level=info bad", {at(3), at(4)});
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::kLimit);
  CHECK(refused.error().message.find("too many active delete requests (limit: 3)") == 0);
  REQUIRE(w.store->cancel_deletion(id, false).ok());
  w.request("level=info bad", {at(3), at(4)});
  w.clock.advance(2 * kHour);
  w.work();  // processed ones do not count
  w.request("level=info bad", {at(5), at(6)});
}

TEST_CASE("whole streams go, and with them what the store knew of them") {
  DeletionWorld w;
  REQUIRE(w.store->flush().ok());
  w.request("level=info", {at(-1), at(100)});
  w.clock.advance(2 * kHour);
  w.work();
  CHECK(w.texts() == std::vector<std::string>{"bad of another"});
  CHECK(w.store->totals().streams == 1);
}

TEST_CASE("a file of which nothing is left goes, also when a query still reads it") {
  DeletionWorld w;
  REQUIRE(w.store->flush().ok());
  const std::string first = w.request("level=info", {at(-1), at(100)});
  const std::string second = w.request("level=error", {at(-1), at(100)});
  w.clock.advance(2 * kHour);
  {
    const auto entries = w.store->select({});  // holds the file
    w.work();
    CHECK(!w.is_processed(first));
  }
  w.work();
  CHECK(w.is_processed(first));
  CHECK(w.is_processed(second));
  CHECK(w.store->totals().files == 0);
  CHECK(w.store->totals().streams == 0);
  w.open();
  CHECK(w.texts().empty());
}

TEST_CASE("a request can be taken back in its time, later only by force, and never when done") {
  DeletionWorld w;
  REQUIRE(w.store->flush().ok());
  CHECK(w.store->cancel_deletion("12345678", false).error().code == ErrorCode::kNotFound);
  CHECK(w.store->request_deletion("nonsense", {0, 1}).error().code == ErrorCode::kInvalid);
  const std::string late = w.request("level=info", {at(50), at(100)});
  w.clock.advance(2 * kHour);
  CHECK(w.store->cancel_deletion(late, false).error().code == ErrorCode::kUnavailable);
  CHECK(w.store->cancel_deletion(late, true).ok());
  CHECK(w.store->deletions().empty());
  const std::string done = w.request("level=info", {at(50), at(100)});
  w.clock.advance(2 * kHour);
  w.work();
  CHECK(w.store->cancel_deletion(done, true).error().code == ErrorCode::kInvalid);
  w.clock.advance(40 * kDay);
  REQUIRE(w.store->maintain().ok());
  CHECK(w.store->deletions().empty());  // forgotten
}

TEST_CASE("delete requests are only hidden when that is the setting") {
  DeletionWorld w;
  w.options.hide_only = true;
  w.open();
  w.request("level=info", {at(-1), at(100)});
  w.clock.advance(48 * kHour);
  w.work();
  CHECK(w.texts().size() == 1);
  CHECK(w.on_disk("bad 1"));
}

TEST_CASE("the file of delete requests: round trip, cut, flipped, another version") {
  const std::vector<DeleteRequest> requests = {{"0011aabb", "{a=\"b\"} |= \"x\"", {-5, 7}, 9, true},
                                               {"12345678", "{}", {0, INT64_MAX}, 1}};
  const std::string bytes = encode_deletions(requests);
  const auto read = decode_deletions(bytes);
  REQUIRE(read.ok());
  CHECK(read->size() == 2);
  CHECK((*read)[0].query == requests[0].query);
  CHECK((*read)[0].processed);
  CHECK((*read)[1].range.end == INT64_MAX);
  for (size_t n = 0; n < bytes.size(); ++n) {
    CHECK(!decode_deletions(bytes.substr(0, n)).ok());
    std::string flipped = bytes;
    flipped[n] = static_cast<char>(flipped[n] ^ 0x10);
    CHECK(!decode_deletions(flipped).ok());
  }
  MemFileSystem files;
  files.set_bytes("/deletions", "LGD1 nonsense and more of it");
  const auto opened = DeletionRequests::open(files, "/deletions", compile, 10);
  REQUIRE(!opened.ok());
  CHECK(opened.error().message.find("/deletions") != std::string::npos);
}

TEST_CASE("streams with a period of their own: the highest priority, then the shortest") {
  const auto selects = [](const char* level) {
    return std::vector<Matcher>{*Matcher::make(MatchType::kEqual, "level", level)};
  };
  const Retention retention(14 * kDay, {{selects("info"), 0, 3 * kDay},
                                        {selects("info"), 0, 2 * kDay},
                                        {selects("error"), 1, 0},
                                        {selects("error"), 0, kDay}});
  CHECK(retention.period_of(kApi) == 2 * kDay);
  CHECK(retention.period_of(kQueue) == 0);
  CHECK(retention.period_of(LabelSet::from({{"a", "b"}})) == 14 * kDay);
  CHECK(!retention.is_past_all(0, 1000 * kDay));  // errors are kept for ever
  CHECK(retention.is_past(0, 3 * kDay, kApi));
  CHECK(!retention.is_past(0, 3 * kDay - 1, kApi));
}

TEST_CASE("streams past their period go from files that others keep, and days stay for long ones") {
  StoreWorld w;
  w.options.retention = 5 * kDay;
  w.options.retention_rules = {
      {{*Matcher::make(MatchType::kEqual, "level", "info")}, 0, 2 * kDay},
      {{*Matcher::make(MatchType::kEqual, "level", "error")}, 0, 30 * kDay}};
  w.open();
  const LabelSet other = LabelSet::from({{"level", "warn"}});
  for (const LabelSet& labels : {kApi, kQueue, other})
    w.append(labels, {{at(0), labels.to_string()}});
  REQUIRE(w.store->flush().ok());
  REQUIRE(w.store->maintain().ok());
  CHECK(w.texts().size() == 3);
  w.clock.advance(3 * kDay);
  REQUIRE(w.store->maintain().ok());
  CHECK(w.texts().size() == 2);
  CHECK(w.texts(matching(MatchType::kEqual, "level", "info")).empty());
  CHECK(w.count("logsvc_store_expired_entries_total") == 1);
  w.clock.advance(3 * kDay);
  REQUIRE(w.store->maintain().ok());
  CHECK(w.texts() == std::vector<std::string>{kQueue.to_string()});
  w.open();
  REQUIRE(w.store->maintain().ok());
  CHECK(w.texts().size() == 1);
  w.clock.advance(30 * kDay);
  REQUIRE(w.store->maintain().ok());
  CHECK(w.texts().empty());
  CHECK(w.store->totals().files == 0);
  CHECK(w.count("logsvc_store_expired_entries_total") == 3);
}

namespace {

// Fills three days with a file of about 20 KB each.
void fill_days(StoreWorld& w) {
  for (int day = -2; day <= 0; ++day) {
    std::string line;
    std::mt19937 random(static_cast<unsigned>(day + 10));
    for (int i = 0; i < 20'000; ++i) line += static_cast<char>(random());
    w.append(kApi, {{at(day * 86400), line}});
    REQUIRE(w.store->flush().ok());
  }
}

}  // namespace

TEST_CASE("over the size cap the oldest day goes, counted and said") {
  StoreWorld w;
  w.options.journal_segment_bytes = 1000;
  w.open();
  fill_days(w);
  w.options.max_bytes = 60'000;
  w.open();
  w.append(kApi, {{at(1), "flushes the journal"}});
  REQUIRE(w.store->flush().ok());
  REQUIRE(w.store->maintain().ok());
  CHECK(w.store->totals().files == 3);  // two of them from today
  CHECK(w.select().front().line.timestamp == at(-86400));
  CHECK(w.count("logsvc_store_capped_entries_total") == 1);
  CHECK(w.log.find("dropped the oldest lines") != std::string::npos);
  w.options.max_bytes = 30'000;
  w.open();
  REQUIRE(w.store->maintain().ok());
  CHECK(w.select().front().line.timestamp == at(0));
  w.options.max_bytes = 10'000;
  w.open();
  REQUIRE(w.store->maintain().ok());
  CHECK(w.texts() == std::vector<std::string>{"flushes the journal"});  // the last day's
}

TEST_CASE("with too little free space the oldest day goes") {
  struct SmallDisk : PosixFileSystem {
    uint64_t free_bytes = 1000;
    Result<DiskSpace> space(const std::string&) override { return DiskSpace{100'000, free_bytes}; }
    Status remove(const std::string& path) override {
      const auto size = file_size(path);
      if (size.ok() && path.ends_with(".chunk")) free_bytes += *size;
      return PosixFileSystem::remove(path);
    }
  };
  StoreWorld w;
  fill_days(w);
  w.store.reset();
  SmallDisk disk;
  w.options.min_free_bytes = 15'000;
  auto opened = Store::open(w.options, disk, w.clock, w.metrics, w.diagnostics);
  REQUIRE(opened.ok());
  w.store = std::move(*opened);
  REQUIRE(w.store->maintain().ok());
  CHECK(w.texts().size() == 2);
  REQUIRE(w.store->maintain().ok());
  CHECK(w.texts().size() == 2);
  w.store.reset();
}

TEST_SUITE_END();

}  // namespace logsvc::store
