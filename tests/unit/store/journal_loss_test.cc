// Whatever happens to the journal's files, what is acknowledged afterwards stays, and what is
// missing is reported and counted.
#include <filesystem>
#include <fstream>

#include "journal/segment_format.h"
#include "unit/store/store_world.h"

namespace logsvc::store {

TEST_SUITE_BEGIN("store");

namespace {

namespace fs = std::filesystem;

constexpr const char* kLost = "logsvc_store_lost_journal_records_total";

struct JournalWorld : StoreWorld {
  int pushed = 0;

  std::string journal_dir() const { return options.dir + "/journal"; }
  std::string last_segment() { return journal_dir() + "/" + files.list(journal_dir())->back(); }
  // Pushes one record each time.
  void push(int n, int64_t hours_ago = 0) {
    for (int i = 0; i < n; ++i, ++pushed) {
      append(kApi, {{at(pushed) - hours_ago * kHour, "line " + std::to_string(pushed)}});
    }
  }
  void damage(const std::string& path, const std::function<void(std::string&)>& change) {
    std::string bytes = *files.read_all(path);
    change(bytes);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
  // Starts twice, since a loss may show only after the second start.
  void restart() {
    open();
    open();
  }
  // Checks that what is pushed now is there after further starts.
  void check_goes_on() {
    const auto before = texts();
    push(60);
    restart();
    CHECK(texts().size() == before.size() + 60);
    REQUIRE(store->flush().ok());
    push(60);
    restart();
    CHECK(texts().size() == before.size() + 120);
  }
};

}  // namespace

TEST_CASE("a journal that lost its end to a power cut does not use its numbers again") {
  JournalWorld w;
  w.push(10);
  w.push(5, 30);  // from another day: its window stays open
  REQUIRE(w.store->flush().ok());
  w.push(5);
  // Neither the 5 nor anything behind the first records had been synced.
  w.damage(w.last_segment(), [](std::string& bytes) { bytes.resize(bytes.size() / 4); });
  w.open();
  CHECK(w.texts().size() == 15);
  CHECK(w.count(kLost) == 5);
  CHECK(w.log.find("the end of the journal is missing") != std::string::npos);
  w.check_goes_on();
}

TEST_CASE("a journal that is removed is missed, and its numbers are not used again") {
  JournalWorld w;
  w.push(10);
  REQUIRE(w.store->flush().ok());
  w.push(50);
  w.store.reset();
  fs::remove_all(w.journal_dir());
  w.open();
  CHECK(w.texts().size() == 10);
  CHECK(w.count(kLost) == 50);
  CHECK(w.log.find("the journal is missing") != std::string::npos);
  CHECK(w.log.find("level=error") != std::string::npos);
  CHECK(w.log.find("first=11 last=60") != std::string::npos);
  w.check_goes_on();
}

TEST_CASE("segments that are removed are missed: the last, the first, one between") {
  for (const int which : {0, 1, 2}) {
    CAPTURE(which);
    JournalWorld w;
    w.options.journal_segment_bytes = 1000;
    w.open();
    w.push(60);
    w.store.reset();
    const auto names = *w.files.list(w.journal_dir());
    REQUIRE(names.size() > 3);
    const size_t gone = which == 0 ? names.size() - 1 : which == 1 ? 0 : names.size() / 2;
    const uint64_t first = *journal::parse_segment_name(names[gone]);
    const uint64_t end =
        gone + 1 < names.size() ? *journal::parse_segment_name(names[gone + 1]) : 61;
    fs::remove(w.journal_dir() + "/" + names[gone]);
    w.open();
    CHECK(w.texts().size() == 60 - (end - first));
    CHECK(w.count(kLost) == end - first);
    w.check_goes_on();
  }
}

TEST_CASE("damage in a record that is in files already costs nothing") {
  JournalWorld w;
  w.push(10);
  REQUIRE(w.store->flush().ok());
  w.push(50);
  w.store.reset();
  w.damage(w.last_segment(), [](std::string& bytes) { bytes[100] ^= 1; });
  w.open();
  CHECK(w.texts().size() == 60);
  CHECK(w.count(kLost) == 0);
  CHECK(w.log.find("chunk files have the lines") != std::string::npos);
  w.check_goes_on();
}

TEST_CASE("a flipped byte costs one record, is named and counted; the file stays as it is") {
  JournalWorld w;
  w.push(60);
  w.store.reset();
  const std::string segment = w.last_segment();
  w.damage(segment, [](std::string& bytes) { bytes[bytes.size() / 2] ^= 1; });
  const std::string damaged = *w.files.read_all(segment);
  w.open();
  CHECK(w.texts().size() == 59);
  CHECK(w.count(kLost) == 1);
  CHECK(w.log.find("the journal is corrupt: acknowledged records are lost") != std::string::npos);
  CHECK(w.log.find(segment + ":") != std::string::npos);
  w.push(1);
  CHECK(*w.files.read_all(segment) == damaged);
  w.check_goes_on();
  REQUIRE(w.store->flush().ok());
  w.push(1);
  REQUIRE(w.store->flush().ok());
  CHECK(w.texts().size() == 181);
}

TEST_CASE("a damaged header hides no record, and a file that is moved away takes no number along") {
  for (size_t at = 0; at < journal::kSegmentHeaderBytes; ++at) {
    CAPTURE(at);
    JournalWorld w;
    w.push(20);
    w.store.reset();
    w.damage(w.last_segment(), [&](std::string& bytes) { bytes[at] ^= 1; });
    w.open();
    CHECK(w.texts().size() == 20);
    CHECK(w.count(kLost) == 0);
  }
  JournalWorld w;
  w.push(10);
  REQUIRE(w.store->flush().ok());
  w.push(10);
  w.store.reset();
  fs::rename(w.last_segment(), w.options.dir + "/moved");
  w.open();
  CHECK(w.texts().size() == 10);
  CHECK(w.count(kLost) == 10);
  w.check_goes_on();
}

TEST_CASE("a journal that is removed with the index does not use the numbers of the files again") {
  JournalWorld w;
  w.push(30);
  REQUIRE(w.store->flush().ok());
  w.push(10);
  w.store.reset();
  fs::remove_all(w.journal_dir());
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(w.options.dir + "/index.db" + suffix);
  w.open();
  CHECK(w.texts().size() == 30);
  w.check_goes_on();
}

TEST_CASE("an orderly life of a store reports no loss") {
  JournalWorld w;
  w.options.journal_segment_bytes = 1000;
  for (int round = 0; round < 20; ++round) {
    w.push(30, round % 3 * 20);
    if (round % 3 == 0) REQUIRE(w.store->flush().ok());
    w.clock.advance(20 * kMinute);
    REQUIRE(w.store->maintain().ok());
    w.open();
    CHECK(w.texts().size() == static_cast<size_t>(w.pushed));
  }
  CHECK(w.count(kLost) == 0);
  CHECK(w.log.empty());
}

TEST_SUITE_END();

}  // namespace logsvc::store
