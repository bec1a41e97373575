#include "extract/log_line_fields.h"

#include <array>
#include <cstring>

namespace logsvc::extract {
namespace {

constexpr std::array<std::string_view, 7> kLevelNames = {
    "level", "severity", "lvl", "log.level", "levelname", "loglevel", "severity_text"};
constexpr std::array<std::string_view, 6> kTimeNames = {"timestamp", "@timestamp", "time",
                                                        "ts",        "datetime",   "eventTime"};
constexpr std::array<std::string_view, 2> kServiceNames = {"service", "service.name"};

template <size_t N>
size_t rank(const std::array<std::string_view, N>& names, std::string_view key) {
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == key) return i;
  }
  return N;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Scanner {
 public:
  explicit Scanner(std::string_view line) : line_(line) {}

  LogLineFields run() {
    LogLineFields out;
    size_t level = kLevelNames.size(), time = kTimeNames.size(), service = kServiceNames.size();
    blanks();
    if (!take('{')) return out;
    blanks();
    bool closed = take('}');
    while (!closed) {
      std::string_view key, value;
      bool is_string = false;
      if (!string(key) || (blanks(), !take(':')) || (blanks(), !any(value, is_string))) return {};
      if (const size_t r = rank(kLevelNames, key); r < level) {
        level = r;
        out.level = value;
      } else if (const size_t t = rank(kTimeNames, key); t < time) {
        time = t;
        out.time = value;
        out.time_is_number = !is_string;
      } else if (const size_t s = rank(kServiceNames, key); s < service && is_string) {
        service = s;
        out.service = value;
      }
      blanks();
      if (take(',')) {
        blanks();
      } else if (take('}')) {
        closed = true;
      } else {
        return {};
      }
    }
    blanks();
    out.is_json = at_ == line_.size();
    if (!out.is_json) return {};
    return out;
  }

 private:
  void blanks() {
    while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
  }
  bool take(char c) {
    if (at_ >= line_.size() || line_[at_] != c) return false;
    ++at_;
    return true;
  }
  // The inside of a string, escapes untouched.
  bool string(std::string_view& out) {
    if (!take('"')) return false;
    const size_t first = at_;
    while (true) {
      const void* found =
          at_ < line_.size() ? std::memchr(line_.data() + at_, '"', line_.size() - at_) : nullptr;
      if (!found) return false;
      const auto quote = static_cast<size_t>(static_cast<const char*>(found) - line_.data());
      size_t slashes = 0;
      while (quote - slashes > first && line_[quote - slashes - 1] == '\\') ++slashes;
      at_ = quote + 1;
      if (slashes % 2 == 0) {
        out = line_.substr(first, quote - first);
        return true;
      }
    }
  }
  // Any value; objects and arrays are stepped over.
  bool any(std::string_view& out, bool& is_string) {
    if (at_ >= line_.size()) return false;
    const char c = line_[at_];
    if (c == '"') {
      is_string = true;
      return string(out);
    }
    if (c == '{' || c == '[') return nested();
    const size_t first = at_;
    while (at_ < line_.size() && line_[at_] != ',' && line_[at_] != '}' && line_[at_] != ']' &&
           !is_blank(line_[at_])) {
      ++at_;
    }
    out = line_.substr(first, at_ - first);
    return !out.empty();
  }
  bool nested() {
    size_t depth = 0;
    while (at_ < line_.size()) {
      const char c = line_[at_];
      if (c == '"') {
        std::string_view skipped;
        if (!string(skipped)) return false;
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }

  const std::string_view line_;
  size_t at_ = 0;
};

}  // namespace

LogLineFields read_log_line(std::string_view line) { return Scanner(line).run(); }

}  // namespace logsvc::extract
