#include "extract/line_level.h"

#include <charconv>

#include "extract/level.h"

namespace logsvc::extract {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// MySQL's JSON has "prio": 1, …, "label": "Error".
std::string_view level_of_mysql(std::string_view label) {
  if (label == "Note" || label == "System") return "info";
  return level_of_value(label, LevelNumbers::kNone);
}

std::string_view level_of_gelf(std::string_view number) {
  int64_t severity = 0;
  const auto [end, failure] =
      std::from_chars(number.data(), number.data() + number.size(), severity);
  if (failure != std::errc() || end != number.data() + number.size()) return {};
  return level_of_syslog(severity);
}

}  // namespace

std::string_view level_of_fields(const StructuredLine& line) {
  if (!line.level.empty()) return line.level;
  const LineName* time = line.get(LineField::kTime).name;
  if (line.has(LineField::kLetter) && time && time->name == "t.$date")
    return level_of_mongo(line.get(LineField::kLetter).text);
  if (line.has(LineField::kPriority) && line.has(LineField::kLabel))
    return level_of_mysql(line.get(LineField::kLabel).text);
  if (line.has(LineField::kLevel) && line.has(LineField::kShortMessage))
    return level_of_gelf(line.get(LineField::kLevel).text);
  // clef-json.org says that an absent level is Information.
  if (time && time->name == "@t" && !line.has(LineField::kLevel)) return "info";
  return {};
}

std::string_view json_tail(std::string_view text) {
  text = trimmed(text);
  if (!text.ends_with('}')) return {};
  const size_t open = text.find(" {");
  return open == std::string_view::npos ? std::string_view() : text.substr(open + 1);
}

}  // namespace logsvc::extract
