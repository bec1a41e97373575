#include "agent/files/file_targets.h"

#include <bzlib.h>
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "agent/docker/cursor.h"
#include "agent/files/glob.h"
#include "agent/files/positions_file.h"
#include "agent/files/tailed_file.h"
#include "agent/promtail_state.h"
#include "support/mem_file_system.h"
#include "support/pipeline_lines.h"
#include "support/temp_dir.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;

// Keeps lines once they are committed, as the spool does.
class MemoryStore : public LineStore {
 public:
  std::string position(const std::string& source) override { return positions[source]; }
  LineSink& sink() override { return pending_; }
  bool commit(const std::string& source, const std::string& position) override {
    positions[source] = position;
    for (std::string& text : pending_.texts) lines.push_back(text.substr(text.rfind(' ') + 1));
    pending_.texts.clear();
    return true;
  }
  std::map<std::string, std::string> positions;
  std::vector<std::string> lines;

 private:
  TextSink pending_;
};

// One path, followed by readers that come and go.
struct Followed {
  TempDir dir;
  std::string path = dir.path() + "/app.log";
  MemoryStore store;
  TestJob job;
  FileMetrics metrics{job.metrics};
  TailContext context{store, job.clock, metrics, job.diagnostics};
  std::unique_ptr<TailedFile> file;
  Compression compression = Compression::kNone;

  explicit Followed(const std::string& yaml = "") : job(yaml) { restart(); }
  // As after a kill: what was not committed is forgotten.
  void restart() {
    file.reset();
    TailedFile::Options options;
    options.source = "file/test/" + path;
    options.path = path;
    options.compression = compression;
    file = std::make_unique<TailedFile>(context, std::move(options), job.job->open({{"a", "b"}}));
  }
  void append(const std::string& text) {
    std::ofstream(path, std::ios::app | std::ios::binary) << text;
  }
  // Until it has nothing more; a file that was renamed has been quiet for long enough by then.
  TailedFile::State read() {
    TailedFile::State state = TailedFile::State::kMore;
    for (int i = 0; i < 1000 && state != TailedFile::State::kGone; ++i) {
      state = file->turn();
      if (state != TailedFile::State::kIdle) continue;
      if (file->look_again_at() == TailedFile::kNever) break;
      job.clock.advance(file->look_again_at() - job.clock.steady_ns());
    }
    return state;
  }
  std::vector<std::string> taken() { return std::exchange(store.lines, {}); }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("a file that grows: complete lines, once each, over restarts") {
  Followed f;
  f.append("one\ntwo\nhal");
  f.read();
  CHECK(f.taken() == Lines{"one", "two"});
  f.restart();
  f.append("f\nthree\n");
  f.read();
  CHECK(f.taken() == Lines{"half", "three"});
  f.restart();
  CHECK(f.read() == TailedFile::State::kIdle);
  CHECK(f.taken().empty());
}

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
  // The new one is empty: nobody writes there yet.
  std::ofstream(f.path, std::ios::app).flush();
  f.job.clock.advance(30 * kSecond);
  CHECK(turns().empty());
  writer << "3\n" << std::flush;
  CHECK(turns() == Lines{"3"});
  // One of several writers has opened it, another has a line left.
  f.append("5\n");
  CHECK(turns().empty());
  writer << "4\n" << std::flush;
  CHECK(turns() == Lines{"4"});
  f.job.clock.advance(kSecond);
  CHECK(turns() == Lines{"5"});
  CHECK(f.file->look_again_at() == TailedFile::kNever);
}

// As logrotate does: app.log.1 becomes app.log.2, app.log becomes app.log.1.
static void rotate(const std::string& path, int keep = 9) {
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

static void pack(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const gzFile out = ::gzopen((path + ".gz").c_str(), "wb");
  ::gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(out);
  std::filesystem::last_write_time(path + ".gz", std::filesystem::last_write_time(path));
  std::filesystem::remove(path);
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

TEST_CASE("a file that was read to its end and deleted is no gap") {
  Followed f;
  f.append("1\n");
  f.read();
  std::filesystem::remove(f.path);
  CHECK(f.read() == TailedFile::State::kGone);
  f.append("another\n");
  f.restart();
  f.read();
  CHECK(f.taken() == Lines{"1", "another"});
  CHECK(f.metrics.gaps.value() == 0);
}

TEST_CASE("each file that is read has its metrics, as long as it is read") {
  Followed f;
  f.append("1\n2\nhalf");
  f.read();
  const std::string path = "{path=\"" + f.path + "\"} ";
  const auto says = [&](const std::string& sample) {
    return ("\n" + f.job.metrics.text()).find("\n" + sample + "\n") != std::string::npos;
  };
  CHECK(says("promtail_read_lines_total" + path + "2"));
  CHECK(says("promtail_read_bytes_total" + path + "4"));
  CHECK(says("promtail_file_bytes_total" + path + "8"));
  f.file.reset();
  CHECK(f.job.metrics.text().find(f.path) == std::string::npos);
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
  // In place, with other bytes and longer: same inode, another beginning.
  std::ofstream(f.path, std::ios::trunc) << "second file\nmore\n";
  f.restart();
  f.read();
  CHECK(f.taken() == Lines{"file", "more"});
}

TEST_CASE("lines that a block holds back are read again after a kill, and only those") {
  Followed f("pipeline_stages:\n- multiline: {firstline: '^S', max_wait_time: 1s}");
  f.append("S1\na\nS2\nb\n");
  f.read();
  CHECK(f.taken() == Lines{"S1\\na"});
  f.restart();
  f.append("c\nS3\n");
  f.read();
  CHECK(f.taken() == Lines{"S2\\nb\\nc"});
  f.job.clock.advance(2 * kSecond);
  CHECK(f.file->next_due() <= f.job.clock.steady_ns());
  CHECK(f.file->flush_due(f.job.clock.steady_ns()));
  CHECK(f.taken() == Lines{"S3"});
  f.restart();
  f.read();
  CHECK(f.taken().empty());
}

TEST_CASE("compressed files are read once, from where they were left") {
  Followed f;
  f.path += ".gz";
  f.compression = Compression::kGzip;
  f.restart();
  const gzFile out = ::gzopen(f.path.c_str(), "wb");
  const std::string text = "z1\nz2\nunended";
  ::gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(out);
  CHECK(f.read() == TailedFile::State::kIdle);
  CHECK(f.taken() == Lines{"z1", "z2", "unended"});
  f.restart();
  f.read();
  CHECK(f.taken().empty());
}

TEST_CASE("bzip2, of several streams, is read once, from where it was left") {
  Followed f;
  f.path += ".bz2";
  f.compression = Compression::kBzip2;
  f.restart();
  for (std::string text : {"z1\nz", "2\nunended"}) {
    std::string packed(1024, '\0');
    unsigned size = 1024;
    REQUIRE(::BZ2_bzBuffToBuffCompress(packed.data(), &size, text.data(),
                                       static_cast<unsigned>(text.size()), 9, 0, 0) == BZ_OK);
    f.append(packed.substr(0, size));
  }
  CHECK(f.read() == TailedFile::State::kIdle);
  CHECK(f.taken() == Lines{"z1", "z2", "unended"});
  f.restart();
  f.read();
  CHECK(f.taken().empty());
  // Damage is said, and no line is made up.
  f.path += ".bad.bz2";
  f.restart();
  f.append("BZh9nonsense that is no block at all");
  f.read();
  CHECK(f.taken().empty());
  CHECK(f.metrics.failures.value() > 0);
}

namespace {

// What FileTargets reads of a folder: its thread's alone, but for the lines.
class SharedStore : public LineStore {
 public:
  std::string position(const std::string& source) override { return store_.position(source); }
  LineSink& sink() override { return store_.sink(); }
  bool commit(const std::string& source, const std::string& position) override {
    store_.commit(source, position);
    MutexLock lock(mutex_);
    lines_ = store_.lines;
    return true;
  }
  Lines lines() {
    MutexLock lock(mutex_);
    return lines_;
  }

 private:
  MemoryStore store_;
  Mutex mutex_;
  Lines lines_ GUARDED_BY(mutex_);
};

struct Folder {
  TempDir dir;
  TestJob job{""};
  SystemClock clock;
  SharedStore store;
  std::unique_ptr<FileTargets> targets;
  std::string pattern = "/*";
  std::vector<FileSdConfig> target_files;

  void start() {
    targets.reset();
    FileTargets::Options options;
    StaticConfig target;
    target.labels = {{"__path__", dir.path() + pattern}};
    options.jobs.push_back({job.job, {target}, target_files, "", {}});
    options.sync_period = 50 * kMillisecond;
    targets = std::make_unique<FileTargets>(std::move(options), store, clock, job.metrics,
                                            job.diagnostics);
  }
  std::string path(const std::string& name) const { return dir.path() + "/" + name; }
  void append(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::app | std::ios::binary) << text;
  }
  void wait_for(const std::function<bool()>& done) const {
    for (int i = 0; i < 3000 && !done(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE(done());
  }
  void wait_for_line(const std::string& line) {
    wait_for([&] {
      const Lines lines = store.lines();
      return std::find(lines.begin(), lines.end(), line) != lines.end();
    });
  }
  // Its target is there and at the offset.
  void wait_for_offset(const std::string& name, uint64_t offset) {
    wait_for([&] {
      const auto status = targets->status();
      return std::any_of(status.begin(), status.end(), [&](const FileTargets::Status& s) {
        return s.path == path(name) && s.offset == offset;
      });
    });
  }
  Lines sorted() {
    Lines out = store.lines();
    std::sort(out.begin(), out.end());
    return out;
  }
};

}  // namespace

TEST_CASE("target files: what they name is read, followed, and left when they name it no more") {
  Folder f;
  f.pattern = "/none";
  f.target_files = {{{f.path("t*.json")}, kMinute}};
  const auto tell = [&](const std::string& targets) {
    std::ofstream(f.path("new")) << targets;
    std::filesystem::rename(f.path("new"), f.path("t1.json"));
  };
  const auto target = [&](const std::string& name) {
    return R"({"targets": ["localhost"], "labels": {"x": "1", "__path__": ")" + f.path(name) +
           "\"}}";
  };
  f.append("a.log", "a1\n");
  f.append("b.log", "b1\n");
  tell("[" + target("a.log") + "]");
  f.start();
  f.wait_for_line("a1");
  tell("[" + target("b.log") + "]");
  f.wait_for_line("b1");
  f.wait_for([&] { return f.targets->status().size() == 1; });
  // A fault changes nothing.
  tell("[" + target("a.log"));
  f.append("b.log", "b2\n");
  f.wait_for_line("b2");
  f.append("a.log", "a2\n");
  tell("[" + target("a.log") + "," + target("b.log") + "]");
  f.wait_for_line("a2");
  CHECK(f.sorted() == Lines{"a1", "a2", "b1", "b2"});
}

TEST_CASE("a pattern that takes rotated names too: each line once") {
  Folder f;
  const std::string first = "1-and-enough-to-tell-it-from-others\n";
  f.append("a.log", first);
  f.start();
  f.wait_for_line("1-and-enough-to-tell-it-from-others");
  std::filesystem::rename(f.path("a.log"), f.path("a.log.1"));
  f.append("a.log", "2\n");
  f.wait_for_line("2");
  f.wait_for_offset("a.log.1", first.size());
  // Further lines of the renamed file are its own target's.
  f.append("a.log.1", "late\n");
  f.wait_for_line("late");
  SUBCASE("renamed again while nobody looked") {
    f.targets.reset();
    std::filesystem::rename(f.path("a.log.1"), f.path("a.log.2"));
    std::filesystem::rename(f.path("a.log"), f.path("a.log.1"));
    f.append("a.log", "3\n");
    f.start();
    f.wait_for_line("3");
    f.wait_for_offset("a.log.1", 2);
    f.wait_for_offset("a.log.2", first.size() + 5);
    CHECK(f.sorted() == Lines{"1-and-enough-to-tell-it-from-others", "2", "3", "late"});
  }
  SUBCASE("packed") {
    const gzFile out = ::gzopen(f.path("a.log.1.gz").c_str(), "wb");
    const std::string text = first + "late\n";
    ::gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
    ::gzclose(out);
    std::filesystem::remove(f.path("a.log.1"));
    f.wait_for_offset("a.log.1.gz", text.size());
    CHECK(f.sorted() == Lines{"1-and-enough-to-tell-it-from-others", "2", "late"});
  }
}

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
  // Of earlier releases, which did not note the time.
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
  CHECK((*state)->journal_cursor("abc").empty());  // a container's
  auto spool = Spool::open(files, "/agent", {});
  REQUIRE(spool.ok());
  REQUIRE((*state)->give_containers(**spool, "docker/j/", clock.now()).ok());
  const auto place = decode_cursor((*spool)->state("docker/j/abc").position);
  REQUIRE(place.ok());
  CHECK(place->is_time_only());
  CHECK(place->timestamp == 17 * kSecond - 1);
  // What is not ours stays in the file.
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
