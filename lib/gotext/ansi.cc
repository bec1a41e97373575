#include "gotext/ansi.h"

#include <re2/re2.h>

namespace logsvc {

bool has_ansi(std::string_view text) {
  return text.find('\x1B') != std::string_view::npos ||
         text.find("\xC2\x9B") != std::string_view::npos;
}

std::string strip_ansi(std::string_view text) {
  static const re2::RE2 kSequence(
      "[\\x{1B}\\x{9B}][[\\]()#;?]*(?:(?:(?:[a-zA-Z\\d]*(?:;[a-zA-Z\\d]*)*)?\\x07)|"
      "(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PRZcf-ntqry=><~]))");
  std::string out(text);
  re2::RE2::GlobalReplace(&out, kSequence, "");
  return out;
}

}  // namespace logsvc
