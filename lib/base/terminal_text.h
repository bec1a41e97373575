// Makes foreign text safe for a terminal: control characters are shown, not obeyed.
#pragma once

#include <string>
#include <string_view>

namespace logsvc {

// Filters text that comes in pieces, cut anywhere. It passes on printable text, tab, line feed and
// SGR sequences (ESC [ digits and ; m), which only set colours. It shows as a picture (U+2400…) or
// by its code point every other control character (C0, DEL, C1), what reorders or hides text (bidi
// controls, zero-width characters), and bytes that are not UTF-8. Not thread-safe.
class TerminalText {
 public:
  // Appends what can be decided to `out`; at most kMaxHeld bytes of an incomplete sequence wait for
  // the next piece.
  void append(std::string_view piece, std::string& out);
  // Appends what still waits, made visible.
  void finish(std::string& out);

 private:
  static constexpr size_t kMaxHeld = 32;
  std::string held_;
};

// Filters a whole text at once.
std::string shown_on_terminal(std::string_view text);

}  // namespace logsvc
