#include "agent/files/file_targets.h"

#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "followed_file.h"

namespace logsvc::agent {
namespace {

// Keeps what FileTargets reads of a folder. Only its thread uses it, except for the lines.
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
  // Waits until the file's target exists and is at the offset.
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

TEST_SUITE_BEGIN("agent");

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
  // A file with an error changes nothing.
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
  // Further lines of the renamed file belong to its own target.
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

TEST_SUITE_END();

}  // namespace logsvc::agent
