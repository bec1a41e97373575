#include "agent/spool/spool.h"

#include <doctest/doctest.h>

#include "unit/agent/spool_world.h"

namespace logsvc::agent {

using namespace logsvc::testing;

TEST_SUITE_BEGIN("agent");

TEST_CASE("spool groups round-trip and cut ones are refused") {
  const SpoolGroup g{"docker/c1", "stdout 5 1 99 0 0", "acme", 8, 3, kSecond, "block"};
  const std::string bytes = encode_spool_group(g);
  const auto back = decode_spool_group(bytes);
  REQUIRE(back.ok());
  CHECK(back->source == g.source);
  CHECK(back->position == g.position);
  CHECK(back->tenant == g.tenant);
  CHECK(back->first_line == 8);
  CHECK(back->lines == 3);
  CHECK(back->read_at == kSecond);
  CHECK(back->block == "block");
  for (size_t cut = 0; cut < bytes.size() - 5; ++cut)
    CHECK(!decode_spool_group(bytes.substr(0, cut)).ok());
}

TEST_CASE("positions and lines survive a restart together; what was pushed is not read again") {
  SpoolWorld w;
  REQUIRE(append(*w.spool, {"c1", "5", {"one"}}).ok());
  REQUIRE(append(*w.spool, {"c1", "6", {"two"}, 2}).ok());
  REQUIRE(append(*w.spool, {"c2", "3", {"three"}}).ok());
  SpoolGroup g;
  auto reader = w.spool->reader(0);
  REQUIRE(*reader->next(g));
  REQUIRE(w.spool->acknowledge(0, reader->sequence(), 1).ok());
  const std::string id = w.spool->agent_id();
  reader.reset();
  w.reopen();
  CHECK(w.spool->agent_id() == id);
  CHECK(w.spool->state("c1").position == "6");
  CHECK(w.spool->state("c1").lines == 2);
  CHECK(w.spool->state("c2").position == "3");
  CHECK(w.spool->state("none").position == "");
  CHECK(w.spool->waiting_lines(0) == 2);
  reader = w.spool->reader(0);
  REQUIRE(*reader->next(g));
  CHECK(lines_of(g) == std::vector<std::string>{"two"});
}

TEST_CASE("the last group has the position, also when it goes back; bad positions are refused") {
  SpoolWorld w;
  REQUIRE(append(*w.spool, {"c1", "9", {"one"}}).ok());
  REQUIRE(append(*w.spool, {"c1", "4", {"stepped back"}, 2}).ok());
  w.reopen();
  CHECK(w.spool->state("c1").position == "4");
  w.spool.reset();
  for (const char* text :
       {"", "{}", "[1]", R"({"agent":1,"sources":{}})", R"({"agent":"a","sources":{"a":5}})"}) {
    w.files.set_bytes("/agent/positions.json", text);
    const auto opened = Spool::open(w.files, "/agent", w.options);
    REQUIRE(!opened.ok());
    CHECK(opened.error().message.find("positions.json") != std::string::npos);
  }
}

TEST_CASE("after a power cut no position is ahead of its lines, and new groups are pushed") {
  SpoolWorld w;
  REQUIRE(append(*w.spool, {"c1", "5", {"one"}}).ok());
  w.spool.reset();
  w.files.drop_unsynced();
  w.spool = w.open();
  SpoolGroup g;
  auto reader = w.spool->reader(0);
  // Whatever survived, the position belongs to it.
  const bool kept = *reader->next(g);
  CHECK(w.spool->state("c1").position == (kept ? "5" : ""));
  // An acknowledgement may be newer than the groups that survived: their numbers are not used
  // again.
  REQUIRE(append(*w.spool, {"c1", "6", {"two"}, 2}).ok());
  REQUIRE(*reader->next(g));
  REQUIRE(w.spool->acknowledge(0, reader->sequence() + 7, 1).ok());
  reader.reset();
  w.reopen();
  REQUIRE(append(*w.spool, {"c1", "7", {"three"}, 3}).ok());
  reader = w.spool->reader(0);
  REQUIRE(*reader->next(g));
  CHECK(lines_of(g) == std::vector<std::string>{"three"});
}

TEST_CASE("an acknowledgement file cut at any byte says what was last written whole") {
  MemFileSystem files;
  REQUIRE(files.make_dirs("/a").ok());
  {
    auto file = journal::PlaceFile::open(files, "/a/x");
    REQUIRE(file.ok());
    for (uint64_t i = 1; i <= 5000; ++i) REQUIRE((*file)->write(i).ok());
  }
  const std::string bytes = *files.read_all("/a/x");
  CHECK(bytes.size() < 80'000);
  for (size_t cut = 0; cut <= 64; ++cut) {
    files.set_bytes("/a/x", bytes.substr(0, cut));
    auto file = journal::PlaceFile::open(files, "/a/x");
    REQUIRE(file.ok());
    CHECK((*file)->sequence() == (cut < 16 ? 0 : 4096 + cut / 16));
    REQUIRE((*file)->write(9999).ok());
    file->reset();
    CHECK((*journal::PlaceFile::open(files, "/a/x"))->sequence() == 9999);
  }
}

TEST_CASE(
    "a spool whose files are cut at any byte opens, with positions that belong to its lines") {
  SpoolWorld w;
  for (int i = 1; i <= 4; ++i)
    REQUIRE(append(*w.spool, {"c1", std::to_string(i), {"line"}, static_cast<uint64_t>(i)}).ok());
  const std::string name = "/agent/spool/" + w.files.list("/agent/spool")->front();
  const std::string bytes = *w.files.read_all(name);
  w.spool.reset();
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    CAPTURE(cut);
    w.files.set_bytes(name, bytes.substr(0, cut));
    w.spool = w.open();
    uint64_t n = 0;
    SpoolGroup g;
    for (auto reader = w.spool->reader(0); *reader->next(g);) ++n;
    CHECK(w.spool->state("c1").position == (n == 0 ? "" : std::to_string(n)));
    CHECK(w.spool->state("c1").lines == n);
    CHECK(w.spool->waiting_lines(0) == n);
    w.spool.reset();
  }
}

TEST_CASE("a full spool makes its readers wait, but for a client that lags behind another") {
  SpoolWorld w;
  std::map<size_t, uint64_t> dropped;
  w.options.max_bytes = 4000;
  w.options.segment_bytes = 500;
  w.options.clients = {"quick", "slow"};
  w.options.on_dropped = [&](size_t client, uint64_t lines) { dropped[client] += lines; };
  w.reopen();
  std::mt19937_64 random(1);
  const auto noise = [&] {
    std::string out;
    for (int i = 0; i < 200; ++i) out += static_cast<char>(random());
    return out;
  };
  uint64_t n = 0;
  while (append(*w.spool, {"c1", "p", {noise()}, n + 1}).ok()) ++n;
  CHECK(n > 5);
  CHECK(dropped.empty());
  CHECK(append(*w.spool, {"c1", "p", {noise()}, n + 1}).error().code == ErrorCode::kNoSpace);
  // The fast client takes everything: there is room, and the slow one loses lines.
  SpoolGroup g;
  const auto quick = w.spool->reader(0);
  while (*quick->next(g)) REQUIRE(w.spool->acknowledge(0, quick->sequence(), g.lines).ok());
  REQUIRE(append(*w.spool, {"c1", "p", {noise()}, ++n}).ok());
  CHECK(dropped[0] == 0);
  CHECK(dropped[1] > 0);
  uint64_t left = 0;
  for (const auto slow = w.spool->reader(1); *slow->next(g);) left += g.lines;
  CHECK(left + dropped[1] == n);
  CHECK(w.spool->waiting_lines(1) == left);
}

TEST_SUITE_END();

}  // namespace logsvc::agent
