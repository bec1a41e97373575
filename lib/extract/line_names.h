// Lists the names under which loggers write what the agent wants to know of a line. Agent and
// server share the table; each row says where its name comes from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "extract/level.h"

namespace logsvc::extract {

enum class LineField : uint8_t {
  kService,
  kLevel,
  kTime,
  kContext,
  kTraceId,
  kSpanId,
  kRequestId,
  kMessage,
  // These have a meaning only beside others: see line_level.h and StructuredLine::logger_name.
  kName,          // pino, bunyan: the logger's
  kProcess,       // pino, bunyan: pid, hostname
  kNanos,         // log4j2: within the second
  kLetter,        // MongoDB: s
  kLabel,         // MySQL: the level's word
  kPriority,      // MySQL: its number
  kChannel,       // Monolog
  kMonologTime,   // Monolog: datetime
  kShortMessage,  // GELF
  kShortTime,     // log15: t
};
inline constexpr size_t kLineFields = 18;

struct LineName {
  std::string_view name;  // as it is usually written
  LineField field;
  LevelNumbers numbers = LevelNumbers::kNone;
  bool exact = false;  // else letters match in any case, and _ and - are left out
};

// Holds a key, or the keys of the objects around it joined by points, in the form in which names
// are compared: `severity_text`, `severityText` and `SeverityText` are the same.
class NameKey {
 public:
  void clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  void add(std::string_view key);
  void add_point() { push('.'); }
  std::string_view text() const { return {text_.data(), size_}; }
  // Returns whether the key is longer than any name.
  bool too_long() const { return size_ > kMax; }

  static constexpr size_t kMax = 24;

 private:
  void push(char c) {
    if (size_ < kMax) text_[size_] = c;
    ++size_;
  }
  std::array<char, kMax> text_;
  size_t size_ = 0;
};

// Returns the name with this key, written like this; nullptr if there is none. The better names of
// a field have lower addresses.
const LineName* find_line_name(const NameKey& key, std::string_view written);
// Returns whether the names of an object's members count: log, req, @fields, record.level …
bool is_line_object(const NameKey& key);

}  // namespace logsvc::extract
