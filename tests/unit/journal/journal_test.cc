#include "journal/journal.h"

#include <doctest/doctest.h>

#include <random>
#include <thread>

#include "journal/segment_format.h"
#include "support/mem_file_system.h"

namespace logsvc::journal {
namespace {

using logsvc::testing::MemFileSystem;
using Records = std::vector<std::pair<uint64_t, std::string>>;

std::unique_ptr<Journal> open(MemFileSystem& files, uint64_t segment_bytes = 200,
                              OpenReport* report = nullptr) {
  auto journal = Journal::open(files, "/j", {segment_bytes, 0}, report);
  REQUIRE_MESSAGE(journal.ok(), (journal.ok() ? "" : journal.error().message));
  return std::move(*journal);
}

Records all(const Journal& journal, uint64_t from = 1) {
  Records out;
  const Status read = journal.replay(from, [&](uint64_t sequence, std::string_view record) {
    out.emplace_back(sequence, record);
    return true;
  });
  REQUIRE_MESSAGE(read.ok(), (read.ok() ? "" : read.error().message));
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("journal");

TEST_CASE("records come back in order with their sequence, over many segments and reopening") {
  MemFileSystem files;
  Records expected;
  {
    const auto journal = open(files);
    for (uint64_t i = 1; i <= 50; ++i) {
      expected.emplace_back(i, std::string(i, 'x'));
      CHECK(*journal->append(expected.back().second) == i);
    }
    REQUIRE(journal->sync().ok());
    CHECK(all(*journal) == expected);
    CHECK(all(*journal, 30).front().first == 30);
  }
  CHECK(files.list("/j")->size() > 3);
  const auto journal = open(files);
  CHECK(all(*journal) == expected);
  CHECK(*journal->append("next") == 51);
}

TEST_CASE("what was durable survives a power cut; what was not may go, and numbering goes on") {
  MemFileSystem files;
  {
    const auto journal = open(files);
    for (int i = 0; i < 10; ++i) REQUIRE(journal->append_durable("durable").ok());
    REQUIRE(journal->append("only written").ok());
  }
  files.drop_unsynced();
  const auto journal = open(files);
  CHECK(all(*journal).size() == 10);
  CHECK(*journal->append("again") == 11);
}

TEST_CASE("a journal cut at any byte opens, keeps whole records and goes on") {
  MemFileSystem files;
  {
    const auto journal = open(files, 1 << 20);
    for (int i = 0; i < 5; ++i)
      REQUIRE(journal->append_durable("record " + std::to_string(i)).ok());
  }
  const std::string path = "/j/" + segment_name(1);
  const std::string whole = files.bytes(path);
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    CAPTURE(cut);
    MemFileSystem damaged;
    damaged.set_bytes(path, whole.substr(0, cut));
    OpenReport report;
    const auto journal = open(damaged, 1 << 20, &report);
    const Records left = all(*journal);
    for (size_t i = 0; i < left.size(); ++i) CHECK(left[i].second == "record " + std::to_string(i));
    const auto sequence = journal->append_durable("new");
    REQUIRE(sequence.ok());
    CHECK(all(*journal).back() == std::pair<uint64_t, std::string>{*sequence, "new"});
  }
}

TEST_CASE("a flipped byte costs the records from there on, and is reported") {
  MemFileSystem files;
  {
    const auto journal = open(files, 1 << 20);
    for (int i = 0; i < 5; ++i)
      REQUIRE(journal->append_durable("record " + std::to_string(i)).ok());
  }
  const std::string path = "/j/" + segment_name(1);
  const std::string whole = files.bytes(path);
  for (size_t at = kSegmentHeaderBytes; at < whole.size(); ++at) {
    CAPTURE(at);
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    MemFileSystem damaged;
    damaged.set_bytes(path, bytes);
    OpenReport report;
    const auto journal = open(damaged, 1 << 20, &report);
    CHECK(all(*journal).size() < 5);
    CHECK(report.torn_bytes > 0);
  }
}

TEST_CASE("damage in an older segment loses that part only, counted") {
  MemFileSystem files;
  {
    const auto journal = open(files, 100);
    for (int i = 0; i < 20; ++i) REQUIRE(journal->append_durable(std::string(30, 'a')).ok());
  }
  std::string bytes = files.bytes("/j/" + segment_name(1));
  bytes[bytes.size() - 1] = 'b';
  files.set_bytes("/j/" + segment_name(1), bytes);
  const auto journal = open(files, 100);
  const auto reader = journal->read_from(1);
  size_t n = 0;
  while (*reader->next()) ++n;
  CHECK(n == 19);
  CHECK(reader->lost_records() == 1);
  CHECK(reader->damage().find(segment_name(1)) != std::string::npos);
}

TEST_CASE("another version is refused with the file's name") {
  MemFileSystem files;
  { REQUIRE(open(files)->append_durable("x").ok()); }
  std::string bytes = files.bytes("/j/" + segment_name(1));
  bytes[4] = 9;
  files.set_bytes("/j/" + segment_name(1), bytes);
  const auto journal = Journal::open(files, "/j", {}, nullptr);
  REQUIRE(!journal.ok());
  CHECK(journal.error().code == ErrorCode::kUnsupported);
  CHECK(journal.error().message.find(segment_name(1)) != std::string::npos);
}

TEST_CASE("a full disk leaves nothing behind and the next try works") {
  MemFileSystem files;
  const auto journal = open(files, 1 << 20);
  REQUIRE(journal->append_durable("first").ok());
  files.fail_append(1);
  const auto failed = journal->append_durable("second");
  REQUIRE(!failed.ok());
  CHECK(failed.error().code == ErrorCode::kNoSpace);
  CHECK(*journal->append_durable("second") == 2);
  CHECK(all(*journal) == Records{{1, "first"}, {2, "second"}});
}

TEST_CASE("after a failed sync nothing is written behind the doubtful bytes") {
  MemFileSystem files;
  {
    const auto journal = open(files, 1 << 20);
    REQUIRE(journal->append_durable("first").ok());
    files.fail_next_sync();
    CHECK(!journal->append_durable("doubtful").ok());
    REQUIRE(journal->append_durable("third").ok());
  }
  files.drop_unsynced();
  const auto journal = open(files, 1 << 20);
  const Records left = all(*journal);
  CHECK(left.front().second == "first");
  CHECK(left.back().second == "third");
}

TEST_CASE("trimming deletes whole segments and a reader goes on behind them") {
  MemFileSystem files;
  const auto journal = open(files, 100);
  for (int i = 1; i <= 20; ++i) REQUIRE(journal->append(std::string(30, 'a')).ok());
  const auto before = files.list("/j")->size();
  REQUIRE(journal->trim(10).ok());
  CHECK(files.list("/j")->size() < before);
  CHECK(journal->first_sequence() <= 11);
  CHECK(all(*journal).back().first == 20);
  const auto reader = journal->read_from(1);
  REQUIRE(*reader->next());
  CHECK(reader->sequence() == journal->first_sequence());
  REQUIRE(journal->trim(20).ok());
  CHECK(*journal->append("more") == 21);
}

TEST_CASE("a segment that was never finished leaves a gap in the numbers, and reading goes on") {
  MemFileSystem files;
  {
    const auto journal = open(files, 1000);
    REQUIRE(journal->append_durable("one").ok());
  }
  files.set_bytes("/j/" + segment_name(5), "LG");  // the power went while it was being made
  const auto journal = open(files, 1000);
  CHECK(all(*journal) == Records{{1, "one"}});
  CHECK(*journal->append_durable("five") == 5);
  CHECK(all(*journal) == Records{{1, "one"}, {5, "five"}});
}

TEST_CASE("a segment whose removal did not last hides no record of the one before") {
  MemFileSystem files;
  {
    const auto journal = open(files, 1 << 20);
    for (int i = 1; i <= 5; ++i) REQUIRE(journal->append_durable("before").ok());
    REQUIRE(journal->begin_segment().ok());
    for (int i = 6; i <= 9; ++i) REQUIRE(journal->append_durable("behind").ok());
  }
  const auto segment = [](uint64_t first) { return "/j/" + segment_name(first); };
  for (const uint64_t first : {3u, 8u}) {
    files.set_bytes(segment(first), encode_segment_header(first));
  }
  const auto journal = open(files, 1 << 20);
  CHECK(all(*journal).size() == 9);
  CHECK(journal->next_sequence() == 10);
  CHECK(!files.exists(segment(3)));
  CHECK(!files.exists(segment(8)));
  REQUIRE(journal->append_durable("next").ok());
  CHECK(all(*journal).back() == std::pair<uint64_t, std::string>(10, "next"));
  CHECK(all(*open(files, 1 << 20)).size() == 10);
}

TEST_CASE("a segment whose header was torn is made anew") {
  for (const std::string& torn : {std::string(), std::string(5, 'L'), std::string(16, '\0')}) {
    CAPTURE(torn.size());
    MemFileSystem files;
    REQUIRE(open(files)->append_durable("one").ok());
    files.set_bytes("/j/" + segment_name(2), torn);
    const auto journal = open(files);
    CHECK(*journal->append_durable("two") == 2);
    CHECK(all(*journal).size() == 2);
  }
}

TEST_CASE("segments count as kept until their removal lasts") {
  MemFileSystem files;
  const auto journal = open(files);
  for (int i = 1; i <= 50; ++i) REQUIRE(journal->append_durable(std::string(60, 'x')).ok());
  REQUIRE(journal->first_sequence() == 1);
  files.fail_operation(2);  // the second removal
  CHECK(!journal->trim(40).ok());
  CHECK(journal->first_sequence() == 1);
  CHECK(all(*journal).back().first == 50);
  REQUIRE(journal->trim(40).ok());
  CHECK(journal->first_sequence() > 35);
  CHECK(journal->first_sequence() <= 41);
  CHECK(all(*journal).front().first == journal->first_sequence());
}

TEST_CASE("a reader at the end finds what is appended later") {
  MemFileSystem files;
  const auto journal = open(files, 64);
  const auto reader = journal->read_from(1);
  CHECK(!*reader->next());
  for (int i = 1; i <= 10; ++i) {
    REQUIRE(journal->append("record " + std::to_string(i)).ok());
    REQUIRE(*reader->next());
    CHECK(reader->record() == "record " + std::to_string(i));
    CHECK(!*reader->next());
  }
}

TEST_CASE("many writers share syncs and lose nothing") {
  MemFileSystem files;
  {
    const auto journal = open(files, 1000);
    std::vector<std::thread> writers;
    for (int t = 0; t < 4; ++t) {
      writers.emplace_back([&] {
        for (int i = 0; i < 100; ++i) CHECK(journal->append_durable("some record").ok());
      });
    }
    for (auto& t : writers) t.join();
  }
  files.drop_unsynced();
  CHECK(all(*open(files, 1000)).size() == 400);
}

TEST_CASE("a cap refuses, and room comes back with trimming") {
  MemFileSystem files;
  auto journal = Journal::open(files, "/j", {100, 300}, nullptr);
  REQUIRE(journal.ok());
  uint64_t last = 0;
  while (true) {
    const auto sequence = (*journal)->append(std::string(40, 'a'));
    if (!sequence.ok()) {
      CHECK(sequence.error().code == ErrorCode::kNoSpace);
      break;
    }
    last = *sequence;
  }
  REQUIRE(last > 3);
  REQUIRE((*journal)->trim(last - 1).ok());
  CHECK((*journal)->append("fits").ok());
}

TEST_SUITE_END();

}  // namespace logsvc::journal
