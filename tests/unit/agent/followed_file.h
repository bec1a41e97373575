// Follows a file with one reader after another, for the tests of lib/agent/files.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/files/tailed_file.h"
#include "support/pipeline_lines.h"
#include "support/temp_dir.h"

namespace logsvc::agent {

using namespace logsvc::testing;

using Lines = std::vector<std::string>;

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

// Follows one path with one reader after another.
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
  // Restarts as after a kill: what was not committed is forgotten.
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
  // Reads until there is nothing more; a renamed file has been quiet for long enough by then.
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

}  // namespace logsvc::agent
