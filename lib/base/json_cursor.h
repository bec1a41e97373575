// Steps through JSON text without allocating: the shared reader for all who need neither a tree nor
// a library.
//
// It reads in two ways. As JSON (RFC 8259, but bytes inside strings need not be UTF-8): open(),
// next_member(), next_item(), scalar() and finish() walk the text and refuse what is not JSON or is
// nested too deeply. As written: quoted(), word() and block() find the ends of what loggers and
// Loki take for JSON, and leave it to the caller what may follow what.
//
// A step that returns false because of the text leaves at() at the fault. All views are into the
// text. Copies are cheap and independent: a copy marks a place to come back to. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace logsvc {

constexpr bool is_json_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Returns the index of the quote that ends a string; `at` is behind the one that begins it. Returns
// npos if there is none. A backslash escapes the character behind it, whatever that is.
inline size_t find_closing_quote(std::string_view text, size_t at, char quote = '"') {
  const size_t first = at;
  while (at < text.size()) {
    const void* found = std::memchr(text.data() + at, quote, text.size() - at);
    if (!found) break;
    const auto end = static_cast<size_t>(static_cast<const char*>(found) - text.data());
    size_t slashes = 0;
    while (end - slashes > first && text[end - slashes - 1] == '\\') ++slashes;
    if (slashes % 2 == 0) return end;
    at = end + 1;
  }
  return std::string_view::npos;
}

enum class JsonKind : uint8_t { kNull, kFalse, kTrue, kNumber, kString, kObject, kArray };

// Holds a value that contains no other values.
struct JsonScalar {
  JsonKind kind = JsonKind::kNull;
  std::string_view text;  // as written; a string's inside, not unescaped
  bool escaped = false;   // a string with a backslash in it
};

class JsonCursor {
 public:
  static constexpr size_t kMostDepth = 10'000;

  // max_depth says how many objects and arrays may be open at once.
  explicit JsonCursor(std::string_view text = {}, size_t max_depth = kMostDepth)
      : text_(text), max_depth_(max_depth) {}

  size_t at() const { return at_; }
  bool at_end() const { return at_ >= text_.size(); }
  // Returns the character here; NUL at the end.
  char now() const { return at_end() ? '\0' : text_[at_]; }
  // Returns what has been stepped over since a place.
  std::string_view since(size_t place) const { return text_.substr(place, at_ - place); }

  void skip_blanks() {
    while (at_ < text_.size() && is_json_blank(text_[at_])) ++at_;
  }
  // Steps over the character here; it must not be called at the end.
  void skip() { ++at_; }
  // Steps over c if it is here.
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // These read as written. Each begins at the character here, and stays there if no end is found.

  // Reads a string in quotes of that kind; it gives the inside, not unescaped.
  bool quoted(std::string_view& inside, char quote = '"') {
    if (now() != quote) return false;
    const size_t end = find_closing_quote(text_, at_ + 1, quote);
    if (end == std::string_view::npos) return false;
    inside = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return true;
  }
  // Reads what stands before the next blank, comma or closing bracket; may be empty.
  std::string_view word() {
    const size_t first = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '}' && text_[at_] != ']' &&
           !is_json_blank(text_[at_])) {
      ++at_;
    }
    return since(first);
  }
  // Reads from the { or [ here to the bracket that closes it; it counts only that kind of bracket.
  bool block();

  // These read JSON. Leading blanks are stepped over.

  // Returns the first character of what comes next.
  char ahead() {
    skip_blanks();
    return now();
  }
  // Reads a string, number or word.
  bool scalar(JsonScalar& out);
  // Goes into the object or array that comes next. Returns false if none comes, or if no more may
  // be open.
  bool open();
  // Goes to the next value of an object and gives its key. Returns false at the end of the object,
  // which it then leaves, and at a fault: failed() tells them apart. Between two calls the value
  // must be read.
  bool next_member(JsonScalar& key);
  // Goes to the next value of an array; returns false as next_member does.
  bool next_item();
  // Returns whether nothing but blanks follows.
  bool finish() {
    skip_blanks();
    return !failed_ && at_end();
  }
  bool failed() const { return failed_; }
  // Returns how many objects and arrays are open.
  size_t depth() const { return depth_; }

 private:
  bool fail() {
    failed_ = true;
    return false;
  }
  bool next(char close);
  bool escape(size_t& at) const;
  bool string(JsonScalar& out);
  bool number();
  bool digits();

  std::string_view text_;
  size_t at_ = 0;
  size_t depth_ = 0;
  size_t max_depth_;
  bool at_start_ = false;  // directly behind an opening bracket
  bool failed_ = false;
};

}  // namespace logsvc
