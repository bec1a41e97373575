// Tests files that are rotated, truncated and replaced while they are read.
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "agent/files/rotated_files.h"
#include "followed_file.h"

namespace logsvc::agent {
namespace {

// Rotates as logrotate does: app.log.1 becomes app.log.2, app.log becomes app.log.1.
void rotate(const std::string& path, int keep = 9) {
  for (int n = keep; n >= 1; --n) {
    for (const char* ending : {"", ".gz"}) {
      const std::string from = path + '.' + std::to_string(n) + ending;
      if (!std::filesystem::exists(from)) continue;
      if (n == keep) {
        std::filesystem::remove(from);
      } else {
        std::filesystem::rename(from, path + '.' + std::to_string(n + 1) + ending);
      }
    }
  }
  std::filesystem::rename(path, path + ".1");
}

void pack(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const gzFile out = ::gzopen((path + ".gz").c_str(), "wb");
  ::gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(out);
  std::filesystem::last_write_time(path + ".gz", std::filesystem::last_write_time(path));
  std::filesystem::remove(path);
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("rotation by rename: the rest of the old file, then the new one") {
  Followed f;
  f.append("1\n");
  f.read();
  f.append("2\nunended");
  std::filesystem::rename(f.path, f.path + ".1");
  f.append("3\n");
  f.read();
  CHECK(f.taken() == Lines{"1", "2", "unended", "3"});
}

TEST_CASE("a renamed file is read on until its writer has opened the new one") {
  Followed f;
  f.append("1\n");
  f.read();
  std::ofstream writer(f.path, std::ios::app | std::ios::binary);
  std::filesystem::rename(f.path, f.path + ".1");
  const auto turns = [&] {
    for (int i = 0; i < 10; ++i) f.file->turn();
    return f.taken();
  };
  CHECK(turns() == Lines{"1"});
  writer << "2\n" << std::flush;
  CHECK(turns() == Lines{"2"});
  // The new file is empty: nobody writes there yet.
  std::ofstream(f.path, std::ios::app).flush();
  f.job.clock.advance(30 * kSecond);
  CHECK(turns().empty());
  writer << "3\n" << std::flush;
  CHECK(turns() == Lines{"3"});
  // One of several writers has opened the new file, another has one more line for the old one.
  f.append("5\n");
  CHECK(turns().empty());
  writer << "4\n" << std::flush;
  CHECK(turns() == Lines{"4"});
  f.job.clock.advance(kSecond);
  CHECK(turns() == Lines{"5"});
  CHECK(f.file->look_again_at() == TailedFile::kNever);
}

TEST_CASE("a file that was rotated several times while nobody read: all of it is read, in order") {
  for (const int packed : {0, 1, 2, 3}) {
    CAPTURE(packed);
    Followed f;
    f.append("0 of a file that was rotated before\n");
    rotate(f.path);
    f.append("1 of the file that is being read now\n");
    f.read();
    f.taken();
    f.file.reset();
    f.append("2\n");
    rotate(f.path);
    f.append("3\n4\n");
    rotate(f.path);
    f.append("5\n");
    rotate(f.path);
    f.append("6\n");
    for (int n = 3; n > 3 - packed; --n) pack(f.path + "." + std::to_string(n));
    f.restart();
    f.read();
    CHECK(f.taken() == Lines{"2", "3", "4", "5", "6"});
    CHECK(f.metrics.gaps.value() == 0);
    f.append("7\n");
    f.read();
    CHECK(f.taken() == Lines{"7"});
  }
}

TEST_CASE("what was rotated away for good is a gap; what is left behind it is read") {
  Followed f;
  f.append("1 of a file that will be removed\n");
  f.read();
  f.taken();
  f.file.reset();
  std::this_thread::sleep_for(std::chrono::milliseconds(10));  // times of files are coarse
  for (const char* text : {"2\n", "3\n", "4\n"}) {
    rotate(f.path, 2);
    f.append(text);
  }
  f.restart();
  f.read();
  CHECK(f.taken() == Lines{"2", "3", "4"});
  CHECK(f.metrics.gaps.value() == 1);
}

TEST_CASE("which files were rotated from a path: numbers and dates, not other logs beside it") {
  Followed f;
  f.append("x\n");
  for (const char* name :
       {"app.log.10", "app.log.2.gz", "app.log-20260131", "app-2026-01-30.log", "app-error.log",
        "app.log.3.bz2", "app.log.tmp", "app.logs.1", "other.log.1"}) {
    std::ofstream(f.dir.path() + "/" + name) << "y\n";
  }
  std::set<std::string> found;
  for (const RotatedFile& file : rotated_files(f.path))
    found.insert(std::filesystem::path(file.path).filename().string());
  CHECK(found == std::set<std::string>{"app-2026-01-30.log", "app.log-20260131", "app.log.10",
                                       "app.log.2.gz", "app.log.3.bz2"});
}

TEST_CASE("files that are renamed one soon after the other are read in turn") {
  Followed f;
  f.append("1\n");
  f.read();
  for (const char* text : {"2\n", "3\n", "4\n"}) {
    std::filesystem::rename(f.path, f.path + "." + text[0]);
    f.append(text);
    f.file->turn();
  }
  f.read();
  CHECK(f.taken() == Lines{"1", "2", "3", "4"});
}

TEST_CASE("files that came and were renamed between two looks are read in turn") {
  for (const bool at_path : {true, false}) {
    CAPTURE(at_path);
    Followed f;
    f.append("0\n");
    rotate(f.path);
    f.append("1\n");
    f.read();
    for (const char* text : {"2\n", "3\n", "4\n"}) {
      rotate(f.path);
      f.append(text);
    }
    if (!at_path) rotate(f.path);
    f.read();
    CHECK(f.taken() == Lines{"1", "2", "3", "4"});
    CHECK(f.metrics.gaps.value() == 0);
  }
}

TEST_CASE("a writer that never opens the new file does not keep its lines back for ever") {
  Followed f;
  f.append("old\n");
  f.read();
  std::ofstream writer(f.path, std::ios::app | std::ios::binary);
  std::filesystem::rename(f.path, f.path + ".1");
  f.append("new\n");
  for (int i = 0; i < 200; ++i) {
    writer << "old\n" << std::flush;
    f.file->turn();
    f.job.clock.advance(kSecond / 4);
  }
  CHECK(f.taken().back() == "new");
}

TEST_CASE("rotation while nobody looks: the old file is found by its inode") {
  Followed f;
  f.append("1\n");
  f.read();
  f.append("2\n");
  std::filesystem::rename(f.path, f.path + ".1");
  f.append("3\n");
  f.restart();
  f.read();
  CHECK(f.taken() == Lines{"1", "2", "3"});
  CHECK(f.metrics.gaps.value() == 0);
}

TEST_CASE("a file that was rotated away and is gone is a gap that is counted") {
  Followed f;
  f.append("1\n");
  f.read();
  std::filesystem::rename(f.path, f.path + ".1");
  std::filesystem::remove(f.path + ".1");
  f.append("other beginning\n");
  f.restart();
  f.read();
  CHECK(f.taken().back() == "beginning");
  CHECK(f.metrics.gaps.value() == 1);
}

TEST_CASE("truncation: from the start again, also when it has grown past the place") {
  Followed f;
  f.append("1\n2\n");
  f.read();
  std::filesystem::resize_file(f.path, 0);
  f.append("3\n");
  f.read();
  CHECK(f.taken() == Lines{"1", "2", "3"});
  std::filesystem::resize_file(f.path, 0);
  f.append("longer-than-before\nx\n");
  f.read();
  CHECK(f.taken() == Lines{"longer-than-before", "x"});
}

TEST_CASE("an inode that is used again is another file") {
  Followed f;
  f.append("first file\n");
  f.read();
  f.taken();
  // The file is rewritten in place, longer and with other bytes: same inode, another beginning.
  std::ofstream(f.path, std::ios::trunc) << "second file\nmore\n";
  f.restart();
  f.read();
  CHECK(f.taken() == Lines{"file", "more"});
}

TEST_SUITE_END();

}  // namespace logsvc::agent
