#include "insight/message.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/utf8.h"
#include "extract/json_fields.h"

namespace logsvc::insight {
namespace {

constexpr size_t kMaxMessage = 500;
constexpr std::array<std::string_view, 6> kMessageKeys = {"message", "msg",   "log",
                                                          "event",   "error", "error_message"};
// In a longer line, the message is looked for in this much only.
constexpr size_t kMaxLookedAt = 64 * 1024;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (c & 0x80) != 0;
}

std::string without_colours(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b' && i + 1 < text.size() && text[i + 1] == '[') {
      i += 2;
      while (i < text.size() && (text[i] < '@' || text[i] > '~')) ++i;
      continue;
    }
    out += text[i];
  }
  return out;
}

std::string first_line(std::string text) {
  text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  text.resize(std::min(text.find_first_of("\r\n"), text.size()));
  text.erase(text.find_last_not_of(" \t") + 1);
  text.resize(cut_utf8(text, kMaxMessage).size());
  return text;
}

std::string json_message(std::string_view line) {
  std::array<std::string, kMessageKeys.size()> found;
  extract::JsonFields fields;
  fields.read(line, [&](std::string_view key, std::string_view value) {
    for (size_t i = 0; i < kMessageKeys.size(); ++i) {
      if (key == kMessageKeys[i] && found[i].empty()) found[i] = value;
    }
    return found[0].empty();
  });
  for (std::string& text : found) {
    if (!text.empty()) return std::move(text);
  }
  return "";
}

// Masks a word that holds a digit: an identifier as a whole, or a name with numbers in it.
void append_masked(std::string& out, std::string_view word) {
  const auto digits = static_cast<size_t>(std::count_if(word.begin(), word.end(), is_digit));
  const bool hex = std::all_of(word.begin(), word.end(), [](char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) || c == '-';
  });
  const bool dashed = word.find('-') != std::string_view::npos;
  if ((hex && word.size() >= 8 && digits < word.size()) ||
      (!dashed && word.size() >= 16 && digits >= 4)) {
    out += "<id>";
    return;
  }
  for (size_t i = 0; i < word.size();) {
    if (!is_digit(word[i])) {
      out += word[i++];
      continue;
    }
    while (i < word.size() && (is_digit(word[i]) || ((word[i] == '.' || word[i] == ',') &&
                                                     i + 1 < word.size() && is_digit(word[i + 1]))))
      ++i;
    out += "<n>";
  }
}

}  // namespace

std::string message_of(std::string_view line) {
  const std::string_view start = line.substr(0, kMaxLookedAt);
  const size_t first = start.find_first_not_of(" \t");
  std::string text;
  if (first != std::string_view::npos && start[first] == '{') text = json_message(start);
  if (text.empty()) text = start;
  return repair_utf8(first_line(without_colours(text)));
}

std::string mask_message(std::string_view message) {
  std::string out;
  for (size_t i = 0; i < message.size();) {
    const char c = message[i];
    const bool opens = c == '"' || c == '`' || (c == '\'' && (i == 0 || !is_word(message[i - 1])));
    const size_t close = opens ? message.find(c, i + 1) : std::string_view::npos;
    if (close != std::string_view::npos) {
      out += "<text>";
      i = close + 1;
    } else if (is_word(c)) {
      const size_t begin = i;
      while (i < message.size() &&
             (is_word(message[i]) ||
              (i + 1 < message.size() && is_word(message[i + 1]) &&
               (message[i] == '-' || ((message[i] == '.' || message[i] == ',') &&
                                      is_digit(message[i - 1]) && is_digit(message[i + 1]))))))
        ++i;
      const std::string_view word = message.substr(begin, i - begin);
      if (std::any_of(word.begin(), word.end(), is_digit)) {
        append_masked(out, word);
      } else {
        out += word;
      }
    } else {
      out += c;
      ++i;
    }
  }
  return out;
}

}  // namespace logsvc::insight
