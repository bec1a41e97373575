// key=value pairs of a line, as `| logfmt` reads them. Follows Loki 3.7.6.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace logsvc::extract {

// A pair, or a fault in its place. Numbers are places in the line.
struct LogfmtToken {
  enum class Fault { kNone, kUnexpected, kUnterminated, kInvalidKey, kInvalidValue };

  size_t begin = 0;  // of the key
  size_t key_end = 0;
  bool has_value = false;  // an equals sign follows the key
  bool quoted = false;
  size_t value_begin = 0, value_end = 0;  // as written, inside of quotes
  Fault fault = Fault::kNone;
  size_t fault_at = 0;  // the place that a message names, if there is a fault
  size_t read_end = 0;  // what is before it was looked at; then all is skipped up to
  size_t end = 0;       // where the next token is looked for
};

// The next token at or behind `from`; false if there is none. Whatever is behind its end has no
// part in it.
bool next_logfmt_token(std::string_view line, size_t from, LogfmtToken& out);

// The value that is written so, bytes that are no UTF-8 as U+FFFD. `buffer` holds it if it is
// written otherwise than it is. Of any text: an escape that is none stays as it is.
std::string_view logfmt_value(std::string_view written, bool quoted, std::string& buffer);

// What text inside of quotes does to them.
enum class LogfmtQuoted {
  kStays,   // whole characters and escapes
  kOpens,   // ends with a backslash that the next character belongs to
  kLeaves,  // ends the quotes, or has an escape that is none
};
LogfmtQuoted read_inside_logfmt_quotes(std::string_view text);

class LogfmtFields {
 public:
  // Called for each pair, key sanitised, quoted values unescaped, bytes that are no UTF-8 as
  // U+FFFD; a bare key has an empty value. Views live during the call. Return false to stop.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;

  // strict: stops at the first fault and returns its text; else faulty pairs are left out and the
  // result is empty. Reuses buffers: one object a thread.
  std::string read(std::string_view line, bool strict, const Visit& visit);

  // Inside visit: the key as written.
  std::string_view raw_key() const { return raw_key_; }

 private:
  std::string_view raw_key_;
  std::string key_;
  std::string value_;
};

}  // namespace logsvc::extract
