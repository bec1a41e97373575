#include "server/explore/pattern_miner.h"

#include <algorithm>
#include <cctype>

namespace logsvc::server {
namespace {

constexpr size_t kMaxWords = 100;  // the rest of a longer line varies
constexpr size_t kMaxPatterns = 2000;
constexpr double kAlike = 0.5;  // share of words that agree

bool is_word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80 ||
         c == '_' || c == '-' || c == '.' || c == '/' || c == '%' || c == '@' || c == '+';
}

// Numbers, times, identifiers and addresses have digits.
bool varies(std::string_view word) {
  return std::any_of(word.begin(), word.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

void PatternMiner::split(std::string_view line) {
  words_.clear();
  gaps_.clear();
  size_t at = 0;
  while (at <= line.size()) {
    size_t begin = at;
    while (begin < line.size() && !is_word_char(line[begin])) ++begin;
    gaps_.push_back(line.substr(at, begin - at));
    if (begin == line.size()) return;
    size_t end = begin;
    while (end < line.size() && is_word_char(line[end])) ++end;
    if (words_.size() + 1 == kMaxWords) end = line.size();
    const std::string_view word = line.substr(begin, end - begin);
    words_.push_back(varies(word) ? std::string_view() : word);
    at = end;
  }
}

// Returns nullptr if there are too many patterns already.
PatternMiner::Cluster* PatternMiner::cluster_for(Shape& shape, std::string_view level) {
  Cluster* best = nullptr;
  size_t best_equal = 0;
  for (Cluster& cluster : shape.clusters) {
    size_t equal = 0;
    for (size_t i = 0; i < words_.size(); ++i) equal += cluster.words[i] == words_[i];
    if (best && equal <= best_equal) continue;
    best = &cluster;
    best_equal = equal;
  }
  const double enough = kAlike * static_cast<double>(words_.size());
  if (best && static_cast<double>(best_equal) >= enough) return best;
  if (patterns_ == kMaxPatterns) return nullptr;
  ++patterns_;
  Cluster& made = shape.clusters.emplace_back();
  made.words.assign(words_.begin(), words_.end());
  made.pattern.level = level;
  return &made;
}

void PatternMiner::add(Timestamp timestamp, std::string_view line, std::string_view level) {
  split(line);
  std::string key(level);
  for (const std::string_view gap : gaps_) {
    key += '\0';
    key += gap;
  }
  if (patterns_ == kMaxPatterns && !shapes_.count(key)) return;
  Shape& shape = shapes_[key];
  if (shape.clusters.empty()) shape.gaps.assign(gaps_.begin(), gaps_.end());
  Cluster* cluster = cluster_for(shape, level);
  if (!cluster) return;
  for (size_t i = 0; i < words_.size(); ++i) {
    if (cluster->words[i] != words_[i]) cluster->words[i].clear();
  }
  ++cluster->pattern.lines;
  ++cluster->pattern.samples[round_down(timestamp, bucket_)];
}

std::vector<LinePattern> PatternMiner::take(size_t most) {
  std::vector<LinePattern> out;
  for (auto& [key, shape] : shapes_) {
    for (Cluster& cluster : shape.clusters) {
      for (size_t i = 0; i < shape.gaps.size(); ++i) {
        cluster.pattern.text += shape.gaps[i];
        if (i < cluster.words.size()) {
          cluster.pattern.text += cluster.words[i].empty() ? "<_>" : cluster.words[i];
        }
      }
      out.push_back(std::move(cluster.pattern));
    }
  }
  shapes_.clear();
  patterns_ = 0;
  std::sort(out.begin(), out.end(), [](const LinePattern& a, const LinePattern& b) {
    return a.lines != b.lines ? a.lines > b.lines : a.text < b.text;
  });
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace logsvc::server
