#include "base/terminal_text.h"

#include <cstdint>
#include <cstdio>

#include "base/utf8.h"

namespace logsvc {
namespace {

constexpr char kEscape = 0x1b;

// This length means that a sequence cannot be told from its start yet.
constexpr size_t kIncomplete = 0;

// Returns the length of the SGR sequence at the start of s; kIncomplete if s ends within what may
// be one; 1 (the ESC alone) if it is another sequence.
size_t colour_length(std::string_view s, size_t longest) {
  if (s.size() == 1) return kIncomplete;
  if (s[1] != '[') return 1;
  size_t end = 2;
  while (end < s.size() && ((s[end] >= '0' && s[end] <= '9') || s[end] == ';')) ++end;
  if (end > longest) return 1;
  if (end == s.size()) return kIncomplete;
  return s[end] == 'm' ? end + 1 : 1;
}

uint32_t rune_of(std::string_view sequence) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0);
  uint32_t rune = byte(0) & (0x7fU >> sequence.size());
  for (size_t i = 1; i < sequence.size(); ++i) rune = rune << 6 | (byte(i) & 0x3fU);
  return rune;
}

// Returns whether it is in Unicode's Bidi_Control or takes no room, so that text looks different
// from what is stored.
bool hides_or_reorders(uint32_t rune) {
  return rune == 0xad || rune == 0x61c || rune == 0x180e || (rune >= 0x200b && rune <= 0x200f) ||
         (rune >= 0x2028 && rune <= 0x202e) || (rune >= 0x2060 && rune <= 0x206f) ||
         rune == 0xfeff || (rune >= 0xfff9 && rune <= 0xfffb) ||
         (rune >= 0xe0000 && rune <= 0xe007f);
}

void append_picture(std::string& out, unsigned char control) {
  append_utf8(out, control == 0x7f ? 0x2421 : 0x2400U + control);
}

void append_code(std::string& out, const char* form, uint32_t number) {
  char text[16];
  std::snprintf(text, sizeof text, form, number);
  out += text;
}

bool may_go_on(std::string_view s) {
  const auto first = static_cast<unsigned char>(s[0]);
  const size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (s.size() >= wanted) return false;
  for (const char c : s.substr(1)) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) return false;
  }
  return true;
}

// Appends the character at the start of s; returns its length, or kIncomplete.
size_t append_character(std::string_view s, bool complete, std::string& out) {
  const auto byte = static_cast<unsigned char>(s[0]);
  if (byte < 0x20 || byte == 0x7f) {
    if (byte == '\t' || byte == '\n') {
      out += s[0];
    } else {
      append_picture(out, byte);
    }
    return 1;
  }
  const size_t length = utf8_length(s);
  if (length == 0) {
    if (!complete && may_go_on(s)) return kIncomplete;
    append_code(out, "\\x%02x", byte);
    return 1;
  }
  const uint32_t rune = rune_of(s.substr(0, length));
  if ((rune >= 0x80 && rune < 0xa0) || hides_or_reorders(rune)) {
    append_code(out, rune > 0xffff ? "\\U%08x" : "\\u%04x", rune);
  } else {
    out.append(s.substr(0, length));
  }
  return length;
}

}  // namespace

void TerminalText::append(std::string_view piece, std::string& out) {
  std::string joined;
  if (!held_.empty()) {
    joined = held_.append(piece);
    held_.clear();
    piece = joined;
  }
  while (!piece.empty()) {
    size_t length = 0;
    if (piece[0] == kEscape) {
      length = colour_length(piece, kMaxHeld);
      if (length == 1) {
        append_picture(out, kEscape);
      } else {
        out.append(piece.substr(0, length));
      }
    } else {
      length = append_character(piece, false, out);
    }
    if (length == kIncomplete) {
      held_ = piece;
      return;
    }
    piece.remove_prefix(length);
  }
}

void TerminalText::finish(std::string& out) {
  std::string_view rest = held_;
  while (!rest.empty()) {
    if (rest[0] == kEscape) {
      append_picture(out, kEscape);
      rest.remove_prefix(1);
    } else {
      rest.remove_prefix(append_character(rest, true, out));
    }
  }
  held_.clear();
}

std::string shown_on_terminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  TerminalText filter;
  filter.append(text, out);
  filter.finish(out);
  return out;
}

}  // namespace logsvc
