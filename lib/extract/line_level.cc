#include "extract/line_level.h"

#include <charconv>
#include <string>

#include "extract/detected_level.h"

namespace logsvc::extract {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// MySQL's JSON: "prio": 1, …, "label": "Error".
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

// Without terminal colours, which are short sequences that end with a letter.
std::string_view without_colours(std::string_view text, std::string& buffer) {
  if (text.find('\x1B') == std::string_view::npos) return text;
  buffer.clear();
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\x1B') {
      buffer += text[at];
      continue;
    }
    while (at + 1 < text.size() && (text[at + 1] == '[' || text[at + 1] == ';' ||
                                    (text[at + 1] >= '0' && text[at + 1] <= '9'))) {
      ++at;
    }
    ++at;  // the letter
  }
  return buffer;
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
  // clef-json.org: a level that is absent is Information.
  if (time && time->name == "@t" && !line.has(LineField::kLevel)) return "info";
  return {};
}

std::string_view json_tail(std::string_view text) {
  text = trimmed(text);
  if (!text.ends_with('}')) return {};
  const size_t open = text.find(" {");
  return open == std::string_view::npos ? std::string_view() : text.substr(open + 1);
}

std::string_view level_of_line(std::string_view line) {
  std::string buffer;
  line = without_colours(line, buffer);
  const std::string_view text = trimmed(line);
  if (text.size() > 1 && text.front() == '{' && text.back() == '}') {
    StructuredLine fields = read_json_line(text);
    if (!fields.is_object) fields = read_inspected_line(text);
    if (fields.is_object) return level_of_fields(fields);
  }
  if (text.find('=') != std::string_view::npos) {
    const StructuredLine fields = read_logfmt_line(text);
    if (fields.pairs > 0) return level_of_fields(fields);
  }
  if (const std::string_view level = level_of_head(line); !level.empty()) return level;
  const std::string_view tail = json_tail(text);
  return tail.empty() ? tail : level_of_fields(read_json_line(tail));
}

std::string_view detected_level_of_line(std::string_view line) {
  const std::string_view loki = detect_level(line);
  if (loki != "unknown") return loki;
  const std::string_view level = level_of_line(line);
  return level.empty() ? loki : level;
}

}  // namespace logsvc::extract
