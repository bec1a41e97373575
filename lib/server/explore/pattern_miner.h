// Groups lines of one shape: what varies becomes <_>. Lines share a pattern if their words and
// punctuation alternate in the same way and most of their words agree.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"

namespace logsvc::server {

struct LinePattern {
  std::string text;   // level=info msg=<_>
  std::string level;  // detected_level of its lines
  uint64_t lines = 0;
  std::map<Timestamp, uint64_t> samples;  // lines by start of the bucket
};

// For one thread. Memory is bounded by the number of patterns and of words in one.
class PatternMiner {
 public:
  explicit PatternMiner(Duration bucket) : bucket_(bucket) {}

  void add(Timestamp timestamp, std::string_view line, std::string_view level);
  // Returns the most frequent first, at most `most`.
  std::vector<LinePattern> take(size_t most);

 private:
  struct Cluster {
    std::vector<std::string> words;  // empty: varies
    LinePattern pattern;
  };
  // Clusters of one level and one sequence of punctuation.
  struct Shape {
    std::vector<std::string> gaps;  // before, between and after the words
    std::vector<Cluster> clusters;
  };
  Cluster* cluster_for(Shape& shape, std::string_view level);
  void split(std::string_view line);

  const Duration bucket_;
  std::unordered_map<std::string, Shape> shapes_;  // by level and punctuation
  size_t patterns_ = 0;
  // The words of the current line.
  std::vector<std::string_view> words_;
  std::vector<std::string_view> gaps_;
};

}  // namespace logsvc::server
