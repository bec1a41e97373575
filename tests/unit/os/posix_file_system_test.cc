#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace logsvc {
namespace {

using testing::TempDir;

struct World {
  TempDir dir;
  PosixFileSystem files;
  std::string path(const std::string& name) const { return dir.path() + "/" + name; }
};

}  // namespace

TEST_SUITE_BEGIN("os");

TEST_CASE("a file is written, added to, cut, and read back in part and whole") {
  World w;
  auto made = w.files.create(w.path("a"));
  REQUIRE(made.ok());
  const std::string_view parts[] = {"one", "", "two"};
  CHECK((*made)->append_parts(parts).ok());
  CHECK((*made)->append("three").ok());
  CHECK((*made)->sync().ok());
  CHECK((*made)->truncate(6).ok());
  CHECK((*made)->append("!").ok());
  made->reset();
  CHECK((*w.files.open_append(w.path("a")))->append("?").ok());
  CHECK(*w.files.read_all(w.path("a")) == "onetwo!?");
  CHECK(*w.files.file_size(w.path("a")) == 8);
  const auto read = w.files.open_read(w.path("a"));
  REQUIRE(read.ok());
  CHECK((*read)->size() == 8);
  CHECK(*(*read)->read_at(3, 3) == "two");
  CHECK((*read)->read_at(5, 4).error().code == ErrorCode::kCorrupt);
}

TEST_CASE("a file is replaced as a whole, and nothing temporary stays") {
  World w;
  CHECK(w.files.replace(w.path("a"), "old").ok());
  CHECK(w.files.replace(w.path("a"), "new").ok());
  CHECK(*w.files.read_all(w.path("a")) == "new");
  CHECK(w.files.replace(w.path("secret"), "x", FileSystem::Readers::kOwner).ok());
  struct ::stat info {};
  REQUIRE(::stat(w.path("secret").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(*w.files.list(w.dir.path()) == std::vector<std::string>{"a", "secret"});
}

TEST_CASE("directories: made with their parents, listed in order, removed only when empty") {
  World w;
  CHECK(w.files.make_dirs(w.path("x/y")).ok());
  CHECK(w.files.make_dirs(w.path("x/y")).ok());
  CHECK(w.files.create(w.path("x/b")).ok());
  CHECK(w.files.create(w.path("x/a")).ok());
  CHECK(*w.files.list(w.path("x")) == std::vector<std::string>{"a", "b", "y"});
  CHECK(!w.files.remove_dir(w.path("x")).ok());
  CHECK(w.files.remove_dir(w.path("x/y")).ok());
  CHECK(w.files.rename(w.path("x/a"), w.path("x/c")).ok());
  CHECK(w.files.remove(w.path("x/b")).ok());
  CHECK(*w.files.list(w.path("x")) == std::vector<std::string>{"c"});
  CHECK(w.files.sync_dir(w.path("x")).ok());
  CHECK(w.files.sync_disk(w.path("x")).ok());
  const auto space = w.files.space(w.dir.path());
  REQUIRE(space.ok());
  CHECK(space->free_bytes <= space->total_bytes);
}

TEST_CASE("errors say which path, and whether it is missing") {
  World w;
  const std::string gone = w.path("gone");
  for (const Status& status :
       {Status(w.files.read_all(gone).error()), Status(w.files.open_read(gone).error()),
        Status(w.files.file_size(gone).error()), Status(w.files.list(gone).error()),
        w.files.remove(gone)}) {
    REQUIRE(!status.ok());
    CHECK(status.error().code == ErrorCode::kNotFound);
    CHECK(status.error().message.find(gone) != std::string::npos);
  }
  CHECK(w.files.rename(gone, w.path("b")).error().code == ErrorCode::kNotFound);
  CHECK(!w.files.exists(gone));
}

TEST_CASE("a write past the process's size limit is a full disk, not the end of the process") {
  World w;
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  ::rlimit old{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &old) == 0);
  ::rlimit small = old;
  small.rlim_cur = 1000;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const Status written = (*w.files.create(w.path("a")))->append(std::string(5000, 'x'));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &old) == 0);
  std::signal(SIGXFSZ, before);
  REQUIRE(!written.ok());
  CHECK(written.error().code == ErrorCode::kNoSpace);
}

TEST_SUITE_END();

}  // namespace logsvc
