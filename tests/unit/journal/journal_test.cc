#include "journal/journal.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "journal_world.h"

namespace logsvc::journal {

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

TEST_CASE("the bytes of both versions are what they have always been") {
  const auto hex = [](const std::string& bytes) {
    std::string out;
    for (const char c : bytes) {
      constexpr const char* kDigits = "0123456789abcdef";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    }
    return out;
  };
  CHECK(hex(old_segment(3, {"abc"})) ==
        "4c474a3101000000030000000000000003000000a0efcc6b08c398c0616263");
  const SegmentHeader header{2, 3, 2, 0x1122334455667788};
  CHECK(hex(encode_segment_header(header) + encode_record_header(header, 3, "abc") + "abc") ==
        "4c474a3102000000030000000000000002000000000000008877665544332211"
        "c565ec84d7d8873f8877665544332211030000000000000003000000d6c6b347"
        "4ed64320616263");
}

TEST_CASE("a segment of version 1 is read, and appends go to one of this version") {
  MemFileSystem files;
  files.set_bytes("/j/" + segment_name(1), old_segment(1, {"one", "", "three"}));
  Records expected = {{1, "one"}, {2, ""}, {3, "three"}};
  {
    const auto journal = open(files, 1 << 20);
    CHECK(all(*journal) == expected);
    CHECK(*journal->append_durable("four") == 4);
  }
  expected.emplace_back(4, "four");
  check_losses(*open(files, 1 << 20), expected, 0);
}

TEST_CASE("another version is refused with the file's name") {
  MemFileSystem files;
  SegmentHeader newer = new_segment_header(1, 1);
  newer.version = 9;
  const std::string bytes =
      encode_segment_header(newer) + encode_record_header(newer, 1, "x") + "x";
  files.set_bytes("/j/" + segment_name(1), bytes);
  files.set_bytes("/j/" + segment_name(2), "L");  // was being made
  const auto journal = Journal::open(files, "/j", {}, nullptr);
  REQUIRE(!journal.ok());
  CHECK(journal.error().code == ErrorCode::kUnsupported);
  CHECK(journal.error().message.find(segment_name(1)) != std::string::npos);
  CHECK(files.bytes("/j/" + segment_name(1)) == bytes);
  CHECK(files.exists("/j/" + segment_name(2)));
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
    files.set_bytes(segment(first), encode_segment_header(new_segment_header(first, first)));
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

TEST_CASE("a reader goes on when the segment it has read is trimmed under it") {
  MemFileSystem files;
  const auto journal = open(files, 100);
  const auto reader = journal->read_from(1);
  for (uint64_t n = 1; n <= 20; ++n) {
    REQUIRE(journal->append(std::string(30, 'a')).ok());
    const auto more = reader->next();
    REQUIRE_MESSAGE(more.ok(), (more.ok() ? "" : more.error().message));
    REQUIRE(*more);
    CHECK(reader->sequence() == n);
    // The next segment is begun before the reader has seen that this one has ended.
    REQUIRE(journal->trim(n).ok());
  }
  CHECK(reader->lost_records() == 0);
  CHECK(journal->first_sequence() > 15);
}

TEST_CASE("a reader goes on in a segment that is made anew under it") {
  MemFileSystem files;
  {
    const auto journal = open(files, 1000);
    REQUIRE(journal->append_durable("one").ok());
  }
  // The power went while its first record was written; those before it are lost too.
  files.set_bytes("/j/" + segment_name(5),
                  encode_segment_header(new_segment_header(5, 2)) + "torn");
  const auto journal = open(files, 1000);
  const auto reader = journal->read_from(2);
  CHECK(!*reader->next());
  for (const uint64_t sequence : {5, 6}) {
    CHECK(*journal->append("more") == sequence);
    const auto more = reader->next();
    REQUIRE_MESSAGE(more.ok(), (more.ok() ? "" : more.error().message));
    REQUIRE(*more);
    CHECK(reader->sequence() == sequence);
    CHECK(!*reader->next());
  }
  CHECK(reader->lost_records() == 0);
}

TEST_CASE("writers that begin segments at the same time leave nothing unsynced behind") {
  for (int round = 0; round < 20; ++round) {
    MemFileSystem files;
    {
      const auto journal = open(files, 100);
      std::vector<std::thread> writers;
      for (int t = 0; t < 8; ++t) {
        writers.emplace_back([&] {
          for (int i = 0; i < 50; ++i) CHECK(journal->append_durable("some record").ok());
        });
      }
      for (auto& t : writers) t.join();
    }
    files.drop_unsynced();
    CHECK(all(*open(files, 100)).size() == 400);
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
  auto journal = Journal::open(files, "/j", {100, 500}, nullptr);
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
