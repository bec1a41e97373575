#include "extract/json_paths.h"

#include <algorithm>
#include <cctype>

#include "extract/json_string.h"

namespace logsvc::extract {
namespace {

constexpr size_t kMaxDepth = 100;
constexpr const char* kNoObjectEnd = "Value looks like object, but can't find closing '}' symbol";
constexpr const char* kNoArrayEnd = "Value is array, but can't find closing ']' symbol";
constexpr const char* kNoStringEnd = "Value is string, but can't find closing '\"' symbol";
constexpr const char* kUnknownType = "Unknown value type";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_field_start(char c) { return c == '_' || std::isalpha(static_cast<unsigned char>(c)); }

// Reads paths token by token; what it expects where follows Loki's grammar.
class PathParser {
 public:
  explicit PathParser(std::string_view text) : text_(text) {}

  Result<JsonPath> run() {
    JsonPath out;
    if (is_field()) {
      out.push_back({field(), -1});
    } else if (now() == '[') {
      RETURN_IF_ERROR(bracket(out));
    } else {
      return unexpected("LSB or FIELD");
    }
    while (at_ < text_.size()) {
      if (now() == '.') {
        ++at_;
        if (!is_field()) return unexpected("FIELD");
        out.push_back({field(), -1});
      } else if (now() == '[') {
        RETURN_IF_ERROR(bracket(out));
      } else {
        return unexpected("");
      }
    }
    return out;
  }

 private:
  char now() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool is_field() const { return is_field_start(now()); }
  std::string field() {
    const size_t first = at_;
    while (is_field_start(now()) || is_digit(now())) ++at_;
    return std::string(text_.substr(first, at_ - first));
  }

  Status bracket(JsonPath& out) {
    ++at_;
    if (now() == '"') {
      const size_t first = ++at_;
      while (at_ < text_.size() && now() != '"' && now() != ']') ++at_;
      std::string key(text_.substr(first, at_ - first));
      if (now() != '"') return invalid("syntax error: unexpected $end, expecting RSB");
      ++at_;
      out.push_back({std::move(key), -1});
    } else if (is_digit(now())) {
      int64_t index = 0;
      while (is_digit(now())) {
        index = std::min<int64_t>(1'000'000'000, index * 10 + (now() - '0'));
        ++at_;
      }
      out.push_back({"", index});
    } else {
      return unexpected("STRING or INDEX");
    }
    if (now() != ']') return unexpected("RSB");
    ++at_;
    return {};
  }

  Error unexpected(const std::string& expecting) const {
    std::string what = "$end";
    if (at_ < text_.size()) {
      const char c = now();
      if (c == '.') {
        what = "DOT";
      } else if (c == '[') {
        what = "LSB";
      } else if (c == ']') {
        what = "RSB";
      } else if (c == '"') {
        what = "STRING";
      } else if (is_digit(c)) {
        what = "INDEX";
      } else if (is_field_start(c)) {
        what = "FIELD";
      } else {
        return invalid(std::string("unexpected char ") + c);
      }
    }
    return invalid("syntax error: unexpected " + what +
                   (expecting.empty() ? "" : ", expecting " + expecting));
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Result<JsonPath> parse_json_path(std::string_view text) { return PathParser(text).run(); }

const char* JsonPaths::read(std::string_view line, const Visit& visit) {
  cursor_ = JsonCursor(line);
  fault_ = nullptr;
  found_.assign(paths_.size(), false);
  left_ = paths_.size();
  Active all;
  for (size_t i = 0; i < paths_.size(); ++i) all.push_back(i);
  value(all, 0, visit);
  return fault_;
}

// Moves behind the value here; sets fault_ if it has no end.
bool JsonPaths::skip_value() {
  cursor_.skip_blanks();
  const char c = cursor_.now();
  if (c == '"') {
    std::string_view inside;
    if (!cursor_.quoted(inside)) fault_ = kNoStringEnd;
  } else if (c == '{' || c == '[') {
    if (!cursor_.block()) fault_ = c == '{' ? kNoObjectEnd : kNoArrayEnd;
  } else {
    return !cursor_.word().empty();
  }
  return !fault_;
}

// Hands out the value that has been stepped over since `first`. Returns false if it is not a value.
bool JsonPaths::take(size_t first, const Active& ending, const Visit& visit) {
  const std::string_view raw = cursor_.since(first);
  value_.clear();
  if (raw[0] == '"' || raw[0] == '[') {
    const std::string_view inside = raw[0] == '"' ? raw.substr(1, raw.size() - 2) : raw;
    if (!unescape_json(inside, value_)) value_.clear();
    blank_out_bad_runes(value_);
  } else if (raw != "null") {
    const bool number = raw[0] == '-' || is_digit(raw[0]);
    if (raw[0] != '{' && raw != "true" && raw != "false" && !number) {
      fault_ = kUnknownType;
      return false;
    }
    value_ = raw;
  }
  for (const size_t i : ending) {
    visit(i, value_);
    found_[i] = true;
    --left_;
  }
  return true;
}

// Reads the value here, to which `active` lead with `depth` steps. Returning false ends the
// reading.
bool JsonPaths::value(const Active& active, size_t depth, const Visit& visit) {
  cursor_.skip_blanks();
  if (cursor_.at_end() || depth > kMaxDepth) return false;
  Active ending, going;
  for (const size_t i : active) {
    if (!found_[i]) (paths_[i].size() == depth ? ending : going).push_back(i);
  }
  const JsonCursor first = cursor_;
  if (!ending.empty()) {
    if (!skip_value() || !take(first.at(), ending, visit)) return false;
    if (left_ == 0) return false;
  }
  if (going.empty()) return !ending.empty() || skip_value();
  cursor_ = first;
  if (cursor_.now() == '{') return object(going, depth, visit);
  if (cursor_.now() == '[') return array(going, depth, visit);
  fault_ = nullptr;
  return skip_value();
}

bool JsonPaths::object(const Active& active, size_t depth, const Visit& visit) {
  cursor_.skip();
  while (true) {
    cursor_.skip_blanks();
    if (cursor_.take('}')) return true;
    std::string_view key;
    if (!cursor_.quoted(key)) return false;
    key_.clear();
    if (!unescape_json(key, key_)) return false;
    cursor_.skip_blanks();
    if (!cursor_.take(':')) return false;
    Active next;
    for (const size_t i : active) {
      const JsonStep& step = paths_[i][depth];
      if (step.index < 0 && step.key == key_) next.push_back(i);
    }
    if (!member(next, depth, visit)) return false;
  }
}

bool JsonPaths::array(const Active& active, size_t depth, const Visit& visit) {
  cursor_.skip();
  for (int64_t index = 0;; ++index) {
    cursor_.skip_blanks();
    if (cursor_.take(']')) return true;
    Active next;
    for (const size_t i : active) {
      if (paths_[i][depth].index == index) next.push_back(i);
    }
    if (!member(next, depth, visit)) return false;
  }
}

// Reads a value inside an object or array at `depth`, and a comma behind it.
bool JsonPaths::member(const Active& next, size_t depth, const Visit& visit) {
  if (!next.empty()) {
    if (!value(next, depth + 1, visit)) return false;
  } else if (!skip_value()) {
    fault_ = nullptr;  // nobody asked for it
    return false;
  }
  cursor_.skip_blanks();
  cursor_.take(',');
  return true;
}

}  // namespace logsvc::extract
