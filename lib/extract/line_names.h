// The names that loggers give to what the agent wants to know of a line. One table for agent and
// server; where each is from stands beside it.
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
  // These are something only beside others: see line_level.h and StructuredLine::logger_name.
  kName,          // pino, bunyan: of the logger
  kProcess,       // pino, bunyan: pid, hostname
  kNanos,         // log4j2: of the second
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
  bool exact = false;  // else letters in any case, _ and - left out
};

// A key, or the keys of objects around it and it with points between, in the form in which names
// are compared: `severity_text`, `severityText` and `SeverityText` are one.
class NameKey {
 public:
  void clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  void add(std::string_view key);
  void add_point() { push('.'); }
  std::string_view text() const { return {text_.data(), size_}; }
  // Longer than any name.
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

// The name with this key, which is written so; nullptr if it is none. Of one field, the better
// ones lie before the others.
const LineName* find_line_name(const NameKey& key, std::string_view written);
// Whether the names of an object's members count: log, req, @fields, record.level …
bool is_line_object(const NameKey& key);

}  // namespace logsvc::extract
