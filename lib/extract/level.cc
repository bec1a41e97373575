#include "extract/level.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>
#include <utility>

namespace logsvc::extract {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;
constexpr std::array<Pair, 34> kWords = {{
    {"trace", "trace"},      {"silly", "trace"},    {"finest", "trace"},
    {"trc", "trace"},        {"debug", "debug"},    {"dbg", "debug"},
    {"verbose", "debug"},    {"fine", "debug"},     {"info", "info"},
    {"information", "info"}, {"inf", "info"},       {"log", "info"},
    {"notice", "info"},      {"http", "info"},      {"success", "info"},
    {"warn", "warn"},        {"warning", "warn"},   {"wrn", "warn"},
    {"error", "error"},      {"err", "error"},      {"eror", "error"},
    {"severe", "error"},     {"crit", "critical"},  {"critical", "critical"},
    {"alert", "critical"},   {"emerg", "critical"}, {"emergency", "critical"},
    {"fatal", "fatal"},      {"panic", "fatal"},    {"dpanic", "fatal"},
    {"trac", "trace"},       {"debu", "debug"},     {"fata", "fatal"},
    {"warni", "warn"},
}};

std::string_view of_number(int n) {
  constexpr std::array<std::string_view, 6> kTens = {"trace", "debug", "info",
                                                     "warn",  "error", "fatal"};
  if (n < 10 || n >= 70) return {};
  return kTens[static_cast<size_t>(n / 10 - 1)];
}

}  // namespace

std::string_view normalise_level(std::string_view word) {
  if (word.empty() || word.size() > 12) return {};
  int number = 0;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (failure == std::errc() && end == word.data() + word.size()) return of_number(number);
  char lower[12];
  std::transform(word.begin(), word.end(), lower,
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string_view text(lower, word.size());
  for (const auto& [from, to] : kWords) {
    if (from == text) return to;
  }
  return {};
}

std::string_view level_of_text(std::string_view line) {
  line = line.substr(0, 64);
  size_t at = 0;
  while (at < line.size()) {
    while (at < line.size() && !std::isupper(static_cast<unsigned char>(line[at]))) ++at;
    const size_t first = at;
    while (at < line.size() && std::isupper(static_cast<unsigned char>(line[at]))) ++at;
    const bool alone = (first == 0 || !std::isalnum(static_cast<unsigned char>(line[first - 1]))) &&
                       (at == line.size() || !std::isalnum(static_cast<unsigned char>(line[at])));
    // LOG and HTTP alone say nothing in plain text.
    const std::string_view word = line.substr(first, at - first);
    if (!alone || word.size() < 3 || word == "LOG" || word == "HTTP") continue;
    if (const std::string_view level = normalise_level(word); !level.empty()) return level;
  }
  return {};
}

}  // namespace logsvc::extract
