#include "agent/pipeline/automatic/leading_time.h"

#include <algorithm>

namespace logsvc::agent {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool has_date_and_time(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() < kForm.size()) return false;
  for (size_t i = 0; i < kForm.size(); ++i) {
    const char c = text[i];
    const bool fits = kForm[i] == '0'   ? is_digit(c)
                      : kForm[i] == '-' ? c == '-' || c == '/'
                      : kForm[i] == 'T' ? c == 'T' || c == ' '
                                        : c == kForm[i];
    if (!fits) return false;
  }
  return text[4] == text[7];
}

// Returns the length of a zone at the start of the text (Z, +09:00, +0900 or +09); 0 if there is
// none.
size_t zone_length(std::string_view text) {
  if (text.starts_with('Z')) return 1;
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-') || !is_digit(text[1]) ||
      !is_digit(text[2])) {
    return 0;
  }
  if (text.size() >= 6 && text[3] == ':' && is_digit(text[4]) && is_digit(text[5])) return 6;
  if (text.size() >= 5 && is_digit(text[3]) && is_digit(text[4])) return 5;
  return 3;
}

}  // namespace

std::string leading_time(std::string_view text) {
  if (text.starts_with('[')) text.remove_prefix(1);
  if (!has_date_and_time(text)) return {};
  size_t end = 19;
  if (end + 1 < text.size() && (text[end] == '.' || text[end] == ',') && is_digit(text[end + 1])) {
    ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
  }
  std::string out(text.substr(0, end));
  std::replace(out.begin(), out.begin() + 10, '/', '-');
  const std::string_view rest = text.substr(end);
  if (const size_t zone = zone_length(rest)) {
    out += rest.substr(0, zone);
  } else if (rest.starts_with(" UTC") || rest.starts_with(" GMT")) {
    out += 'Z';
  } else if (rest.starts_with(" +") || rest.starts_with(" -")) {
    // gunicorn writes [2026-01-01 13:00:00 +0900]; a dash before a name is not a zone.
    const size_t behind = zone_length(rest.substr(1));
    if (behind >= 5) out += rest.substr(1, behind);
  }
  return out;
}

}  // namespace logsvc::agent
