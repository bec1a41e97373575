#include "regex/compile_error.h"

#include <re2/re2.h>

#include <string>

namespace logsvc::regex {
namespace {

using re2::RE2;

struct Wording {
  RE2::ErrorCode code;
  std::string_view words;
};
constexpr Wording kWordings[] = {
    {RE2::ErrorBadEscape, "invalid escape sequence"},
    {RE2::ErrorBadCharClass, "invalid character class"},
    {RE2::ErrorBadCharRange, "invalid character class range"},
    {RE2::ErrorMissingBracket, "missing closing ]"},
    {RE2::ErrorMissingParen, "missing closing )"},
    {RE2::ErrorUnexpectedParen, "unexpected )"},
    {RE2::ErrorTrailingBackslash, "trailing backslash at end of expression"},
    {RE2::ErrorRepeatArgument, "missing argument to repetition operator"},
    {RE2::ErrorRepeatSize, "invalid repeat count"},
    {RE2::ErrorRepeatOp, "invalid nested repetition operator"},
    {RE2::ErrorBadPerlOp, "invalid or unsupported Perl syntax"},
    {RE2::ErrorBadUTF8, "invalid UTF-8"},
    {RE2::ErrorBadNamedCapture, "invalid named capture"},
    {RE2::ErrorPatternTooLarge, "expression too large"},
};

std::string_view words_of(RE2::ErrorCode code) {
  for (const Wording& wording : kWordings) {
    if (wording.code == code) return wording.words;
  }
  return "internal error";
}

}  // namespace

Error syntax_error(std::string_view what, std::string_view fragment) {
  std::string message = "error parsing regexp: " + std::string(what);
  if (!fragment.empty()) message += ": `" + std::string(fragment) + "`";
  return invalid(std::move(message));
}

Error compile_error(const RE2& failed, std::string_view expression) {
  const RE2::ErrorCode code = failed.error_code();
  // Go shows the whole expression for an unclosed group.
  const bool whole = code == RE2::ErrorMissingParen;
  return syntax_error(words_of(code), whole ? expression : failed.error_arg());
}

}  // namespace logsvc::regex
