// Tests where reading continues: places of files, Promtail's positions, and the globs that name
// files.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "agent/docker/cursor.h"
#include "agent/files/glob.h"
#include "agent/files/positions_file.h"
#include "agent/promtail_state.h"
#include "followed_file.h"
#include "support/mem_file_system.h"

namespace logsvc::agent {

TEST_SUITE_BEGIN("agent");

TEST_CASE("a damaged place is no place") {
  const FilePlace place{{1, 2, 3, 4}, 5};
  const std::string text = encode_file_place(place);
  CHECK(decode_file_place(text)->file == place.file);
  CHECK(decode_file_place(text)->offset == 5);
  for (size_t n = 0; n + 1 < text.size(); ++n) {
    const auto cut = decode_file_place(text.substr(0, n));
    CHECK((!cut || cut->file.head_hash != place.file.head_hash || n == text.size()));
  }
  CHECK(!decode_file_place("1 2 3 4 5"));
  CHECK(!decode_file_place(text + " "));
  CHECK(!decode_file_place("3" + text.substr(1)));
  // Earlier releases did not note the time.
  const auto old = decode_file_place("1" + text.substr(1, text.rfind(' ') - 1));
  REQUIRE(old);
  CHECK((old->file == place.file && old->offset == 5 && old->modified == 0));
}

TEST_CASE("globs: ** for folders, classes and alternatives") {
  TempDir dir;
  for (const char* name : {"a.log", "b.txt", "x/c.log", "x/y/d.log", "x/y/e.tmp"}) {
    std::filesystem::create_directories(
        std::filesystem::path(dir.path() + "/" + name).parent_path());
    std::ofstream(dir.path() + "/" + name) << "x";
  }
  const auto found = [&](const std::string& pattern) {
    Lines out;
    for (const std::string& path : glob_files(dir.path() + "/" + pattern)) {
      out.push_back(path.substr(dir.path().size() + 1));
    }
    return out;
  };
  CHECK(found("*.log") == Lines{"a.log"});
  CHECK(found("**/*.log") == Lines{"a.log", "x/c.log", "x/y/d.log"});
  CHECK(found("x/**/*.{log,tmp}") == Lines{"x/c.log", "x/y/d.log", "x/y/e.tmp"});
  CHECK(found("[ab].*") == Lines{"a.log", "b.txt"});
  CHECK(found("x/?.log") == Lines{"x/c.log"});
  CHECK(found("b.txt") == Lines{"b.txt"});
  CHECK(found("none*").empty());
  CHECK(glob_matches_path("/a/**/*.log", "/a/b/c/d.log"));
  CHECK(!glob_matches_path("/a/*.log", "/a/b/d.log"));
}

TEST_CASE("positions of Promtail are read and written") {
  MemFileSystem files;
  const PromtailPositions positions{{{"/a.log", 12}, {"/odd: \"x\"", 3}},
                                    {{"cursor-abc", "17"}, {"journal-j", "s=1;i=2"}}};
  REQUIRE(write_positions_file(files, "/p/positions.yaml", positions).ok());
  const auto back = read_positions_file(files, "/p/positions.yaml");
  REQUIRE(back.ok());
  CHECK(*back == positions);
  CHECK(promtail_cursor(*back, "abc") == 17);
  CHECK(promtail_cursor(*back, "abd") == 0);
  CHECK(*read_positions_file(files, "/p/none.yaml") == PromtailPositions());
  REQUIRE(files.replace("/p/bad.yaml", "positions: [").ok());
  CHECK(!read_positions_file(files, "/p/bad.yaml").ok());
  REQUIRE(files.replace("/p/odd.yaml", "positions:\n  cursor-abc: \"17\"\n  /x: \"5\"\n").ok());
  CHECK(read_positions_file(files, "/p/odd.yaml")->offsets.size() == 1);
}

TEST_CASE("a positions file cut at any byte is refused, or says nothing that was not in it") {
  MemFileSystem files;
  const PromtailPositions whole{{{"/a.log", 1234}, {"/b.log", 77}}, {{"cursor-abc", "1767272400"}}};
  REQUIRE(write_positions_file(files, "/p/positions.yaml", whole).ok());
  const std::string text = *files.read_all("/p/positions.yaml");
  for (size_t size = 0; size <= text.size(); ++size) {
    CAPTURE(size);
    REQUIRE(files.replace("/p/cut.yaml", text.substr(0, size)).ok());
    const auto cut = read_positions_file(files, "/p/cut.yaml");
    if (!cut.ok()) continue;
    for (const auto& [path, offset] : cut->offsets) CHECK(whole.offsets.at(path) == offset);
    const int64_t seconds = promtail_cursor(*cut, "abc");
    CHECK((seconds == 0 || seconds == 1767272400));
  }
}

TEST_CASE("what a Promtail has left: offsets, places of containers and journals") {
  MemFileSystem files;
  SystemClock clock;
  Diagnostics quiet(clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {});
  PositionsConfig config;
  config.filename = "/p/positions.yaml";
  const PromtailPositions before{{{"/a.log", 12}}, {{"cursor-abc", "17"}, {"journal-j", "s=1"}}};
  REQUIRE(write_positions_file(files, config.filename, before).ok());
  const auto state = PromtailState::open(files, config, quiet);
  REQUIRE(state.ok());
  CHECK((*state)->offsets() == before.offsets);
  CHECK((*state)->journal_cursor("j") == "s=1");
  CHECK((*state)->journal_cursor("abc").empty());  // it belongs to a container
  auto spool = Spool::open(files, "/agent", {});
  REQUIRE(spool.ok());
  REQUIRE((*state)->give_containers(**spool, "docker/j/", clock.now()).ok());
  const auto place = decode_cursor((*spool)->state("docker/j/abc").position);
  REQUIRE(place.ok());
  CHECK(place->is_time_only());
  CHECK(place->timestamp == 17 * kSecond - 1);
  // Entries of others stay in the file.
  (*state)->save_offsets({{"/a.log", 20}});
  (*state)->save_containers({{"abc", 19 * kSecond + 5}});
  CHECK(*read_positions_file(files, config.filename) ==
        PromtailPositions{{{"/a.log", 20}}, {{"cursor-abc", "19"}, {"journal-j", "s=1"}}});
  REQUIRE(files.replace(config.filename, "positions: [").ok());
  CHECK(!PromtailState::open(files, config, quiet).ok());
  config.ignore_invalid_yaml = true;
  CHECK(PromtailState::open(files, config, quiet).ok());
}

TEST_SUITE_END();

}  // namespace logsvc::agent
