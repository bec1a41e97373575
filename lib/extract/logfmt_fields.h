// Reads the key=value pairs of a line as `| logfmt` does. It follows Loki 3.7.6.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace logsvc::extract {

// Holds a pair, or a fault in its place. Numbers are places in the line.
struct LogfmtToken {
  enum class Fault { kNone, kUnexpected, kUnterminated, kInvalidKey, kInvalidValue };

  size_t begin = 0;  // where the key begins
  size_t key_end = 0;
  bool has_value = false;  // an equals sign follows the key
  bool quoted = false;
  size_t value_begin = 0, value_end = 0;  // as written, inside the quotes
  Fault fault = Fault::kNone;
  size_t fault_at = 0;  // the place that a message names, if there is a fault
  size_t read_end = 0;  // what is before it was read; the rest up to `end` is skipped
  size_t end = 0;       // where the next token is looked for
};

// Reads the next token at or behind `from`; false if there is none. What is behind its end does not
// affect it.
bool next_logfmt_token(std::string_view line, size_t from, LogfmtToken& out);

// Returns the value that is written this way, with invalid UTF-8 as U+FFFD. `buffer` holds it if it
// differs from what is written. Any text may be given: an invalid escape is kept as it is.
std::string_view logfmt_value(std::string_view written, bool quoted, std::string& buffer);

// Says what text inside quotes does to them.
enum class LogfmtQuoted {
  kStays,   // whole characters and escapes
  kOpens,   // ends with a backslash that the next character belongs to
  kLeaves,  // ends the quotes, or has an invalid escape
};
LogfmtQuoted read_inside_logfmt_quotes(std::string_view text);

class LogfmtFields {
 public:
  // Is called for each pair: the key is sanitised, quoted values are unescaped, and invalid UTF-8
  // becomes U+FFFD; a bare key has an empty value. Views live during the call. Return false to
  // stop.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;

  // If strict, it stops at the first fault and returns its text; otherwise it leaves faulty pairs
  // out and returns an empty text. It reuses buffers, so each thread needs its own object.
  std::string read(std::string_view line, bool strict, const Visit& visit);

  // Tells visit the key as written.
  std::string_view raw_key() const { return raw_key_; }

 private:
  std::string_view raw_key_;
  std::string key_;
  std::string value_;
};

}  // namespace logsvc::extract
