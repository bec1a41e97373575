// Segments that are cut, flipped or gone: what is lost, what is said of it, what goes on.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "journal_world.h"

namespace logsvc::journal {

TEST_SUITE_BEGIN("journal");

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

TEST_CASE("a flipped byte costs its record alone, which is named; a new segment is begun") {
  MemFileSystem files;
  Records expected;
  {
    const auto journal = open(files, 1 << 20);
    for (uint64_t i = 1; i <= 5; ++i) {
      expected.emplace_back(i, "record " + std::to_string(i));
      REQUIRE(journal->append_durable(expected.back().second).ok());
    }
  }
  const std::string path = "/j/" + segment_name(1);
  const std::string whole = files.bytes(path);
  const size_t record_bytes = (whole.size() - kSegmentHeaderBytes) / 5;
  for (size_t at = 0; at < whole.size(); ++at) {
    CAPTURE(at);
    MemFileSystem damaged;
    damaged.set_bytes(path, with_flip(whole, at));
    OpenReport report;
    const auto journal = open(damaged, 1 << 20, &report);
    Records left = expected;
    if (at >= kSegmentHeaderBytes) {
      left.erase(left.begin() +
                 static_cast<std::ptrdiff_t>((at - kSegmentHeaderBytes) / record_bytes));
    }
    const bool last = left.back().first != 5;
    check_losses(*journal, left, at >= kSegmentHeaderBytes && !last ? 1 : 0);
    CHECK((report.torn_bytes > 0) == last);
    CHECK(damaged.bytes(path) == with_flip(whole, at));  // as it was, for a person to look at
    const auto sequence = journal->append_durable("new");
    REQUIRE(sequence.ok());
    CHECK(*sequence == left.back().first + 1);
    left.emplace_back(*sequence, "new");
    check_losses(*open(damaged, 1 << 20), left, at >= kSegmentHeaderBytes && !last ? 1 : 0);
    CHECK(damaged.bytes(path) == with_flip(whole, at));
  }
}

TEST_CASE("several damaged places cost what is in them, in any segment, and the copy is kept") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    MemFileSystem files;
    Records expected;
    std::map<std::string, std::vector<size_t>> ends;  // of the records of each segment
    {
      const auto journal = open(files, 400);
      for (uint64_t i = 1; i <= 30; ++i) {
        expected.emplace_back(i, std::string(1 + random() % 60, static_cast<char>(random())));
        REQUIRE(journal->append_durable(expected.back().second).ok());
        const std::string last = "/j/" + files.list("/j")->back();
        ends[last].push_back(files.bytes(last).size());
      }
    }
    std::set<uint64_t> lost;
    uint64_t sequence = 0;
    for (const auto& [path, of_segment] : ends) {
      std::string bytes = files.bytes(path);
      size_t begin = kSegmentHeaderBytes;
      for (const size_t end : of_segment) {
        ++sequence;
        if (random() % 5 == 0) {
          bytes = with_flip(bytes, begin + random() % (end - begin));
          lost.insert(sequence);
        }
        begin = end;
      }
      files.set_bytes(path, bytes);
    }
    std::erase_if(expected, [&](const auto& record) { return lost.count(record.first); });
    if (expected.empty()) continue;
    const auto journal = open(files, 400);
    const uint64_t next = journal->next_sequence();
    check_losses(*journal, expected,
                 static_cast<uint64_t>(std::count_if(lost.begin(), lost.end(),
                                                     [&](uint64_t s) { return s < next; })));
    REQUIRE(journal->append_durable("new").ok());
    REQUIRE(journal->trim(next - 1).ok());
    sequence = 0;
    for (const auto& [path, of_segment] : ends) {
      const uint64_t first = sequence + 1;
      sequence += of_segment.size();
      const bool known = std::any_of(lost.begin(), lost.end(), [&](uint64_t s) {
        return s >= first && s <= sequence && s < next;
      });
      CHECK(files.exists(path + ".damaged") == known);
      if (known) CHECK(!files.exists(path));
    }
    CHECK(all(*open(files, 400)).back() == std::pair<uint64_t, std::string>(next, "new"));
  }
}

TEST_CASE("a header that is damaged with the record behind it does not hide the others") {
  MemFileSystem files;
  {
    const auto journal = open(files, 1 << 20);
    for (int i = 1; i <= 5; ++i) REQUIRE(journal->append_durable("record").ok());
  }
  const std::string path = "/j/" + segment_name(1);
  std::string bytes = files.bytes(path);
  bytes.replace(0, kSegmentHeaderBytes + 20, kSegmentHeaderBytes + 20, 'x');
  files.set_bytes(path, bytes);
  const auto journal = open(files, 1 << 20);
  check_losses(*journal, {{2, "record"}, {3, "record"}, {4, "record"}, {5, "record"}}, 1);
}

TEST_CASE("a segment of which nothing verifies is moved, and numbers go on from its own") {
  MemFileSystem files;
  const std::string path = "/j/" + segment_name(7);
  files.set_bytes(path, std::string(500, 'x'));
  OpenReport report;
  const auto journal = open(files, 1 << 20, &report);
  CHECK(report.set_aside == std::vector<std::string>{path + ".damaged"});
  CHECK(files.bytes(path + ".damaged") == std::string(500, 'x'));
  CHECK(*journal->append_durable("next") == 7);
}

TEST_CASE("bytes in a record that look like a record are none") {
  MemFileSystem files;
  SegmentHeader guess;  // of the marker nobody knows
  guess.marker = 1;
  const std::string inner = encode_record_header(guess, 2, "forged") + "forged";
  {
    const auto journal = open(files, 1 << 20);
    REQUIRE(journal->append_durable(inner).ok());
    REQUIRE(journal->append_durable("second").ok());
  }
  const std::string path = "/j/" + segment_name(1);
  files.set_bytes(path, with_flip(files.bytes(path), kSegmentHeaderBytes + 16));
  check_losses(*open(files, 1 << 20), {{2, "second"}}, 1);
}

TEST_CASE("numbers that are passed over are no loss, and never come again") {
  MemFileSystem files;
  {
    const auto journal = open(files, 1 << 20);
    REQUIRE(journal->append_durable("one").ok());
    REQUIRE(journal->advance_to(10).ok());
    REQUIRE(journal->advance_to(5).ok());
    CHECK(journal->next_sequence() == 10);
    CHECK(*journal->append_durable("ten") == 10);
  }
  const auto journal = open(files, 1 << 20);
  check_losses(*journal, {{1, "one"}, {10, "ten"}}, 0);
  CHECK(*journal->append_durable("eleven") == 11);
}

TEST_CASE("a segment that somebody removed is a loss") {
  MemFileSystem files;
  Records expected;
  {
    const auto journal = open(files, 100);
    for (uint64_t i = 1; i <= 9; ++i) {
      expected.emplace_back(i, std::string(90, 'a'));
      REQUIRE(journal->append_durable(expected.back().second).ok());
    }
  }
  REQUIRE(files.remove("/j/" + segment_name(4)).ok());
  expected.erase(expected.begin() + 3);
  check_losses(*open(files, 100), expected, 1);
}

TEST_CASE("a flipped byte of version 1 costs its record alone") {
  std::vector<std::string> records;
  for (int i = 1; i <= 8; ++i) records.push_back("some record " + std::to_string(i));
  const std::string whole = old_segment(1, records);
  const size_t record_bytes = (whole.size() - 16) / records.size();
  for (size_t at = 0; at < whole.size(); ++at) {
    if (at == 6 || at == 7) continue;  // reserved: no checksum covers them
    CAPTURE(at);
    MemFileSystem files;
    files.set_bytes("/j/" + segment_name(1), with_flip(whole, at));
    Records left;
    for (uint64_t i = 1; i <= records.size(); ++i) left.emplace_back(i, records[i - 1]);
    if (at >= 16) left.erase(left.begin() + static_cast<std::ptrdiff_t>((at - 16) / record_bytes));
    const bool last = left.back().first != records.size();
    check_losses(*open(files, 1 << 20), left, at >= 16 && !last ? 1 : 0);
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
  REQUIRE(reader->losses().size() == 1);
  CHECK(reader->losses()[0].where.find(segment_name(1)) != std::string::npos);
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

TEST_SUITE_END();

}  // namespace logsvc::journal
