#include "extract/detected_level.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "base/any_case.h"
#include "base/json_cursor.h"

namespace logsvc::extract {
namespace {

using std::string_view;

constexpr std::array<string_view, 14> kNames = {
    "level",    "LEVEL",         "Level",         "log.level",    "severity",
    "SEVERITY", "Severity",      "SeverityText",  "lvl",          "LVL",
    "Lvl",      "severity_text", "Severity_Text", "SEVERITY_TEXT"};
constexpr size_t kShortestName = 3;
constexpr size_t kLongestName = 13;
constexpr int kMaxJsonDepth = 2;

constexpr std::array<std::pair<string_view, string_view>, 14> kSpellings = {{
    {"trace", "trace"},
    {"trc", "trace"},
    {"debug", "debug"},
    {"dbg", "debug"},
    {"info", "info"},
    {"inf", "info"},
    {"information", "info"},
    {"warn", "warn"},
    {"wrn", "warn"},
    {"warning", "warn"},
    {"error", "error"},
    {"err", "error"},
    {"critical", "critical"},
    {"fatal", "fatal"},
}};

// These are looked for in lines whose keys give no level.
constexpr std::array<std::pair<string_view, string_view>, 9> kWords = {{
    {"trace", "trace"},
    {"debug", "debug"},
    {"fatal", "fatal"},
    {"critical", "critical"},
    {"error", "error"},
    {"err", "error"},
    {"warning", "warn"},
    {"warn", "warn"},
    {"info", "info"},
}};

// word is in lower case.
bool starts_with_word(string_view text, string_view word) {
  if (text.size() < word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if (ascii_lower(text[i]) != word[i]) return false;
  }
  return true;
}

bool looks_like_json(string_view line) {
  const size_t first = line.find_first_not_of(" \t\n\r");
  return first != string_view::npos && line[first] == '{' &&
         line[line.find_last_not_of(" \t\n\r")] == '}';
}

bool is_level_name(string_view key) {
  if (key.size() < kShortestName || key.size() > kLongestName) return false;
  if (ascii_lower(key[0]) != 'l' && ascii_lower(key[0]) != 's') return false;
  return std::find(kNames.begin(), kNames.end(), key) != kNames.end();
}

// Returns the first string member with a level's name, at most kMaxJsonDepth objects deep and not
// in a list. The line need not be JSON in between.
string_view level_member(string_view line) {
  int objects = 0, lists = 0;
  for (JsonCursor json(line); !json.at_end();) {
    const char c = json.now();
    if (c != '"') {
      if (c == '{') ++objects;
      if (c == '}') --objects;
      if (c == '[') ++lists;
      if (c == ']') --lists;
      json.skip();
      continue;
    }
    string_view key, value;
    if (!json.quoted(key)) return {};
    if (lists > 0 || objects > kMaxJsonDepth || !is_level_name(key)) continue;
    json.skip_blanks();
    if (!json.take(':')) continue;
    json.skip_blanks();
    if (json.now() == '"') return json.quoted(value) ? value : string_view();
  }
  return {};
}

// Names that differ only in case count as one.
std::optional<size_t> rank_of_key(string_view key) {
  if (key.size() < kShortestName || key.size() > kLongestName) return {};
  if (ascii_lower(key[0]) != 'l' && ascii_lower(key[0]) != 's') return {};
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (same_any_case(kNames[i], key)) return i;
  }
  return {};
}

// Steps through key=value pairs; stops at the first that is malformed.
class PairScanner {
 public:
  explicit PairScanner(string_view line) : line_(line) {}

  bool next(string_view& key, string_view& value) {
    while (at_ < line_.size() && !is_text(line_[at_])) ++at_;
    if (at_ >= line_.size()) return false;
    const size_t first = at_;
    while (at_ < line_.size() && is_text(line_[at_]) && line_[at_] != '=') {
      if (line_[at_] == '"') return false;
      ++at_;
    }
    if (at_ == first) return false;
    key = line_.substr(first, at_ - first);
    value = {};
    if (at_ >= line_.size() || line_[at_] != '=') return true;
    ++at_;
    return at_ < line_.size() && line_[at_] == '"' ? quoted(value) : bare(value);
  }

 private:
  static bool is_text(char c) { return static_cast<unsigned char>(c) > ' '; }

  bool bare(string_view& value) {
    const size_t first = at_;
    while (at_ < line_.size() && is_text(line_[at_])) {
      if (line_[at_] == '=' || line_[at_] == '"') return false;
      ++at_;
    }
    value = line_.substr(first, at_ - first);
    return true;
  }

  bool quoted(string_view& value) {
    const size_t end = find_closing_quote(line_, at_ + 1);
    if (end == string_view::npos) return false;
    value = line_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return true;
  }

  string_view line_;
  size_t at_ = 0;
};

// Returns the value of the best-ranked key.
string_view level_pair(string_view line) {
  PairScanner pairs(line);
  string_view key, value, best;
  size_t best_rank = kNames.size();
  while (pairs.next(key, value)) {
    const auto rank = rank_of_key(key);
    if (!rank || *rank >= best_rank) continue;
    best_rank = *rank;
    best = value;
  }
  return best;
}

bool may_precede_word(char c) { return c != '\0' && std::strchr(" \t\n[({\"=", c) != nullptr; }
bool may_follow_word(char c) {
  return may_precede_word(c) || (c != '\0' && std::strchr("]):},!", c) != nullptr);
}

// Returns the level of the earliest word.
string_view level_word(string_view line) {
  for (size_t at = 0; at < line.size(); ++at) {
    const char first = ascii_lower(line[at]);
    if (first < 'c' || first > 'w' || (at > 0 && !may_precede_word(line[at - 1]))) continue;
    for (const auto& [word, level] : kWords) {
      if (word[0] != first || !starts_with_word(line.substr(at), word)) continue;
      const size_t end = at + word.size();
      if (end == line.size() || may_follow_word(line[end])) return level;
    }
  }
  return {};
}

}  // namespace

std::span<const string_view> level_names() { return kNames; }

string_view normalise_detected_level(string_view word) {
  for (const auto& [from, to] : kSpellings) {
    if (from.size() == word.size() && starts_with_word(word, from)) return to;
  }
  return {};
}

string_view level_of_severity_number(string_view number) {
  constexpr std::array<string_view, 6> kLevels = {"trace", "debug", "info",
                                                  "warn",  "error", "fatal"};
  int n = 0;
  const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), n);
  if (failure != std::errc() || end != number.data() + number.size()) return "info";
  if (n < 1 || n > 24) return "unknown";
  return kLevels[static_cast<size_t>(n - 1) / 4];
}

string_view detect_level(string_view line) {
  string_view found;
  if (looks_like_json(line)) {
    found = level_member(line);
  } else if (line.find('=') != string_view::npos) {
    found = level_pair(line);
  }
  if (const string_view level = normalise_detected_level(found); !level.empty()) return level;
  const string_view level = level_word(line);
  return level.empty() ? "unknown" : level;
}

}  // namespace logsvc::extract
