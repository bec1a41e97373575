// Runs the query files: load lines, evaluate a query, compare what it answers. Form of a file:
//
//   # what the feature promises
//   load {app="web"}                 entries of a stream: seconds, then the line
//     1 GET /a 200
//   eval {app="web"} |= "500"        a log query over everything, oldest first
//     {app="web"} 2 GET /b 500       expected: labels, seconds, line
//   eval_at 60 sum(count_over_time({app="web"}[1m]))
//     {} 2                           expected: labels, value
//   eval_fail {app=}
//     parse error at line 1, col 6: …
//
// Usage: logsvc_golden_tests FOLDER
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "logql/engine.h"
#include "support/memory_log_source.h"

namespace logsvc {
namespace {

std::string number(double v) {
  std::ostringstream out;
  out.precision(12);
  out << v;
  return out.str();
}

std::vector<std::string> answer(const Result<logql::QueryResult>& result) {
  if (!result.ok()) return {result.error().message};
  std::vector<std::string> lines;
  if (const auto* streams = std::get_if<logql::StreamsResult>(&result->data)) {
    std::vector<std::pair<Timestamp, std::string>> entries;
    for (const auto& s : streams->streams) {
      for (const auto& e : s.entries) {
        entries.emplace_back(e.timestamp, format_labels(s.labels) + " " +
                                              std::to_string(e.timestamp / kSecond) + " " + e.line);
      }
    }
    std::stable_sort(entries.begin(), entries.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [t, text] : entries) lines.push_back(text);
  } else if (const auto* vector = std::get_if<logql::VectorResult>(&result->data)) {
    for (const auto& s : vector->series)
      lines.push_back(format_labels(s.labels) + " " + number(s.samples[0].value));
  } else if (const auto* scalar = std::get_if<logql::ScalarResult>(&result->data)) {
    lines.push_back("scalar " + number(scalar->sample.value));
  }
  return lines;
}

class File {
 public:
  explicit File(const std::filesystem::path& path) : path_(path) {}

  // Number of evaluations, and of those that failed.
  std::pair<int, int> run() {
    std::ifstream in(path_);
    std::string line;
    int number_of_line = 0;
    while (std::getline(in, line)) {
      ++number_of_line;
      if (line.empty() || line[0] == '#') continue;
      if (line.rfind("  ", 0) == 0) {
        body_.push_back(line.substr(2));
        continue;
      }
      finish();
      head_ = line;
      line_ = number_of_line;
    }
    finish();
    return {evaluated_, failed_};
  }

 private:
  void finish() {
    if (head_.empty()) return;
    const size_t blank = head_.find(' ');
    const std::string verb = head_.substr(0, blank);
    std::string rest = head_.substr(blank + 1);
    if (verb == "load") {
      load(rest);
    } else {
      evaluate(verb, rest);
    }
    head_.clear();
    body_.clear();
  }

  void load(const std::string& labels) {
    const auto set = LabelSet::parse(labels);
    if (!set.ok()) return fail({set.error().message});
    for (const std::string& entry : body_) {
      const size_t blank = entry.find(' ');
      source_.add(*set, {std::stoll(entry.substr(0, blank)) * kSecond,
                         blank == std::string::npos ? "" : entry.substr(blank + 1)});
    }
  }

  void evaluate(const std::string& verb, std::string query) {
    ++evaluated_;
    const logql::Engine engine(source_, {});
    std::vector<std::string> got;
    if (verb == "eval_at") {
      const size_t blank = query.find(' ');
      logql::InstantRequest request;
      request.time = std::stoll(query.substr(0, blank)) * kSecond;
      request.query = query.substr(blank + 1);
      got = answer(engine.instant(request));
    } else {
      logql::RangeRequest request;
      request.query = query;
      request.end = 10'000 * kSecond;
      request.step = 100 * kSecond;
      request.limit = 1000;
      request.direction = Direction::kForward;
      got = answer(engine.range(request));
    }
    if (got != body_) fail(got);
  }

  void fail(const std::vector<std::string>& got) {
    ++failed_;
    std::cout << path_.filename().string() << ":" << line_ << ": " << head_ << "\n  expected:\n";
    for (const auto& l : body_) std::cout << "    " << l << "\n";
    std::cout << "  got:\n";
    for (const auto& l : got) std::cout << "    " << l << "\n";
  }

  const std::filesystem::path path_;
  testing::MemoryLogSource source_;
  std::string head_;
  int line_ = 0;
  std::vector<std::string> body_;
  int evaluated_ = 0;
  int failed_ = 0;
};

}  // namespace
}  // namespace logsvc

int main(int argc, char** argv) {
  int evaluated = 0, failed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argc > 1 ? argv[1] : ".")) {
    if (entry.path().extension() != ".test") continue;
    const auto [e, f] = logsvc::File(entry.path()).run();
    evaluated += e;
    failed += f;
  }
  std::cout << evaluated - failed << " passed, " << failed << " failed\n";
  return failed == 0 && evaluated > 0 ? 0 : 1;
}
