#include "journal/place_file.h"

#include <doctest/doctest.h>

#include "support/mem_file_system.h"

namespace logsvc::journal {
namespace {

using namespace logsvc::testing;

// 5, then 6; made by FORMAT.md alone.
constexpr unsigned char kBytes[] = {
    0x05, 0, 0, 0, 0, 0, 0, 0, 0x2f, 0x43, 0xa6, 0x41, 0x85, 0x42, 0xef, 0xe2,
    0x06, 0, 0, 0, 0, 0, 0, 0, 0x35, 0xcc, 0xd3, 0x39, 0x38, 0xd9, 0x30, 0x85};
const std::string kFile(reinterpret_cast<const char*>(kBytes), sizeof kBytes);

}  // namespace

TEST_SUITE_BEGIN("journal");

TEST_CASE("a place file is what it has always been") {
  MemFileSystem files;
  files.set_bytes("/old", kFile);
  const auto old = PlaceFile::open(files, "/old");
  REQUIRE(old.ok());
  CHECK((*old)->sequence() == 6);
  const auto fresh = PlaceFile::open(files, "/new");
  REQUIRE(fresh.ok());
  CHECK((*fresh)->sequence() == 0);
  REQUIRE((*fresh)->write(5).ok());
  REQUIRE((*fresh)->write(6).ok());
  CHECK(files.bytes("/new") == kFile);
}

TEST_CASE("a place file counts up to where it is cut or damaged") {
  for (size_t cut = 0; cut < kFile.size(); ++cut) {
    MemFileSystem files;
    files.set_bytes("/p", kFile.substr(0, cut));
    const auto place = PlaceFile::open(files, "/p");
    REQUIRE(place.ok());
    CHECK((*place)->sequence() == (cut < 16 ? 0 : 5));
    CHECK((*place)->write(9).ok());
    CHECK((*PlaceFile::open(files, "/p"))->sequence() == 9);
  }
  for (size_t at = 0; at < kFile.size(); ++at) {
    MemFileSystem files;
    std::string bytes = kFile;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    files.set_bytes("/p", bytes);
    const auto place = PlaceFile::open(files, "/p");
    REQUIRE(place.ok());
    CHECK((*place)->sequence() == (at < 16 ? 0 : 5));
  }
}

TEST_SUITE_END();

}  // namespace logsvc::journal
