// logsvc's own messages (never the users' lines): logfmt or JSON on stderr.
// Safe from several threads. A message that repeats (same level, component and text) is
// written at most once a minute, with the number left out in between.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"
#include "os/clock.h"

namespace logsvc {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };

// "debug", "info", "warn", "error"; kInvalid for others.
Result<LogLevel> parse_log_level(std::string_view name);
std::string_view log_level_name(LogLevel level);

struct Field {
  std::string_view key;
  std::string value;
};

class Diagnostics {
 public:
  // Borrows the clock. Lines go to write (default: stderr).
  explicit Diagnostics(const Clock& clock, LogLevel level = LogLevel::kInfo,
                       LogFormat format = LogFormat::kLogfmt,
                       std::function<void(std::string_view)> write = {});

  void set_level(LogLevel level);
  LogLevel level() const;

  // component: the room that speaks ("store", "agent"). The text is constant; what varies goes
  // into fields, or repeats could not be counted.
  void log(LogLevel level, std::string_view component, std::string_view text,
           std::initializer_list<Field> fields = {});
  void debug(std::string_view component, std::string_view text,
             std::initializer_list<Field> f = {}) {
    log(LogLevel::kDebug, component, text, f);
  }
  void info(std::string_view component, std::string_view text,
            std::initializer_list<Field> f = {}) {
    log(LogLevel::kInfo, component, text, f);
  }
  void warn(std::string_view component, std::string_view text,
            std::initializer_list<Field> f = {}) {
    log(LogLevel::kWarn, component, text, f);
  }
  void error(std::string_view component, std::string_view text,
             std::initializer_list<Field> f = {}) {
    log(LogLevel::kError, component, text, f);
  }

 private:
  struct Repeat {
    int64_t written_ns = 0;
    uint64_t left_out = 0;
  };
  const Clock& clock_;
  const LogFormat format_;
  const std::function<void(std::string_view)> write_;
  mutable Mutex mutex_;
  LogLevel level_ GUARDED_BY(mutex_);
  std::map<std::string, Repeat, std::less<>> repeats_ GUARDED_BY(mutex_);
};

}  // namespace logsvc
