#include "extract/level.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/any_case.h"

namespace logsvc::extract {
namespace {

struct Word {
  std::string_view from, to;
};
// They are sorted by length for speed. Looked up 2026-11; these write the less known ones:
constexpr Word kWords[] = {
    {"dbg", "debug"},           // zerolog's console, Serilog {Level:u3}
    {"err", "error"},           // syslog, zerolog, Serilog
    {"ftl", "fatal"},           // zerolog, Serilog
    {"inf", "info"},            // zerolog, Serilog
    {"pnc", "fatal"},           // zerolog
    {"trc", "trace"},           // zerolog
    {"vrb", "debug"},           // Serilog
    {"wrn", "warn"},            // zerolog, Serilog
    {"log", "info"},            // Nest, PostgreSQL
    {"crit", "critical"},       // syslog, nginx, .NET's SimpleConsole
    {"dbug", "debug"},          // .NET's SimpleConsole
    {"debu", "debug"},          // logrus on a terminal
    {"eror", "error"},          // log15, Grafana
    {"erro", "error"},          // logrus on a terminal
    {"fail", "error"},          // .NET's SimpleConsole
    {"fata", "fatal"},          // logrus on a terminal
    {"fine", "debug"},          // java.util.logging
    {"http", "info"},           // winston's npm levels
    {"info", "info"},           //
    {"pani", "fatal"},          // logrus on a terminal
    {"trac", "trace"},          // logrus on a terminal
    {"trce", "trace"},          // .NET's SimpleConsole
    {"warn", "warn"},           //
    {"alert", "critical"},      // syslog, Monolog
    {"debug", "debug"},         //
    {"emerg", "critical"},      // syslog, nginx
    {"error", "error"},         //
    {"fatal", "fatal"},         //
    {"finer", "debug"},         // java.util.logging
    {"panic", "fatal"},         // zap, PostgreSQL
    {"silly", "trace"},         // winston's npm levels
    {"trace", "trace"},         //
    {"warni", "warn"},          // texts cut to five letters
    {"config", "info"},         // java.util.logging
    {"dpanic", "fatal"},        // zap
    {"finest", "trace"},        // java.util.logging
    {"notice", "info"},         // syslog, nginx, Redis
    {"severe", "error"},        // java.util.logging
    {"success", "info"},        // loguru
    {"verbose", "debug"},       // winston, Serilog
    {"warning", "warn"},        //
    {"critical", "critical"},   // Python, .NET
    {"emergency", "critical"},  // syslog, Monolog
    {"information", "info"},    // .NET, Serilog
};
constexpr size_t kLongest = 11;

constexpr std::array<size_t, kLongest + 2> words_by_length() {
  std::array<size_t, kLongest + 2> first{};
  for (size_t length = 0; length < first.size(); ++length) {
    size_t at = 0;
    while (at < std::size(kWords) && kWords[at].from.size() < length) ++at;
    first[length] = at;
  }
  return first;
}
constexpr auto kFirstOfLength = words_by_length();

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Without blanks and terminal colours around.
std::string_view bare(std::string_view text) {
  while (!text.empty()) {
    if (is_blank(text.front())) {
      text.remove_prefix(1);
    } else if (text.front() == '\x1B') {
      const size_t end = text.find('m');
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    } else {
      break;
    }
  }
  if (const size_t colour = text.find('\x1B'); colour != std::string_view::npos)
    text = text.substr(0, colour);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// INFO+2, DEBUG-4: what slog writes for levels between its own.
std::string_view without_slog_offset(std::string_view text) {
  const size_t sign = text.find_last_of("+-");
  if (sign == std::string_view::npos || sign + 1 == text.size() || sign < 4) return text;
  for (const char c : text.substr(sign + 1)) {
    if (!is_digit(c)) return text;
  }
  return text.substr(0, sign);
}

std::optional<int64_t> whole(std::string_view text) {
  int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

// Of equal steps from `first` on.
std::string_view step(int64_t number, int64_t first, int64_t size) {
  constexpr std::string_view kSteps[] = {"trace", "debug", "info", "warn", "error", "fatal"};
  if (number < first || number >= first + size * 6) return {};
  return kSteps[(number - first) / size];
}

std::string_view of_monolog(int64_t number) {
  if (number < 100 || number > 600) return {};
  if (number >= 500) return "critical";
  constexpr std::string_view kHundreds[] = {"debug", "info", "warn", "error"};
  return kHundreds[number / 100 - 1];
}

std::string_view of_google_cloud(int64_t number) {
  if (number < 100 || number > 800) return {};
  if (number >= 600) return "critical";
  constexpr std::string_view kHundreds[] = {"debug", "info", "info", "warn", "error"};
  return kHundreds[number / 100 - 1];
}

std::string_view of_python(int64_t number) {
  if (number < 1 || number > 59) return {};
  constexpr std::string_view kTens[] = {"trace", "debug", "info", "warn", "error", "critical"};
  return kTens[number / 10];
}

std::string_view of_logback(int64_t number) {
  if (number < 5000 || number > 40000) return {};
  constexpr std::string_view kSteps[] = {"trace", "debug", "info", "warn", "error"};
  return kSteps[number / 10000];
}

std::string_view of_dotnet(int64_t number) {
  constexpr std::string_view kLevels[] = {"trace", "debug", "info", "warn", "error", "critical"};
  return number >= 0 && number < 6 ? kLevels[number] : std::string_view();
}

std::string_view of_word(std::string_view word) {
  if (word.empty() || word.size() > kLongest) return {};
  char lower[kLongest];
  std::transform(word.begin(), word.end(), lower, ascii_lower);
  const std::string_view text(lower, word.size());
  for (size_t at = kFirstOfLength[word.size()]; at < kFirstOfLength[word.size() + 1]; ++at) {
    if (kWords[at].from == text) return kWords[at].to;
  }
  return {};
}

}  // namespace

std::string_view level_of_syslog(int64_t severity) {
  constexpr std::string_view kLevels[] = {"critical", "critical", "critical", "error",
                                          "warn",     "info",     "info",     "debug"};
  return severity >= 0 && severity < 8 ? kLevels[severity] : std::string_view();
}

std::string_view level_of_number(int64_t number, LevelNumbers numbers) {
  switch (numbers) {
    case LevelNumbers::kNone:
      return {};
    case LevelNumbers::kLevel:
      return number < 100 ? step(number, 10, 10) : of_monolog(number);
    case LevelNumbers::kSeverity:
      return number < 100 ? level_of_syslog(number) : of_google_cloud(number);
    case LevelNumbers::kSyslog:
      return level_of_syslog(number);
    case LevelNumbers::kDotNet:
      return of_dotnet(number);
    case LevelNumbers::kOtel:
      return step(number, 1, 4);
    case LevelNumbers::kLogback:
      return of_logback(number);
    case LevelNumbers::kPython:
      return of_python(number);
  }
  return {};
}

std::string_view level_of_value(std::string_view value, LevelNumbers numbers) {
  value = bare(value);
  if (value.empty()) return {};
  if (is_digit(value[0])) {
    const auto number = whole(value);
    return number ? level_of_number(*number, numbers) : std::string_view();
  }
  if (const std::string_view level = of_word(value); !level.empty()) return level;
  return of_word(without_slog_offset(value));
}

std::string_view normalise_level(std::string_view word) {
  return level_of_value(word, LevelNumbers::kLevel);
}

std::string_view level_of_mongo(std::string_view letter) {
  if (letter.size() == 2 && letter[0] == 'D' && letter[1] >= '1' && letter[1] <= '5')
    return "debug";
  if (letter.size() != 1) return {};
  switch (letter[0]) {
    case 'F':
      return "fatal";
    case 'E':
      return "error";
    case 'W':
      return "warn";
    case 'I':
      return "info";
    case 'D':
      return "debug";
    default:
      return {};
  }
}

}  // namespace logsvc::extract
