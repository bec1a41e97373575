#include <algorithm>
#include <array>

#include "base/any_case.h"
#include "masking/detectors.h"

namespace logsvc::masking {
namespace {

bool is_base64url(char c) { return is_word(c) || c == '-'; }
// The characters of credentials: RFC 6750's b64token, and what Basic and API keys have.
bool is_credential(char c) {
  return is_word(c) || c == '-' || c == '.' || c == '~' || c == '+' || c == '/' || c == '=' ||
         c == ':' || c == '%';
}

template <typename Test>
size_t run_end(std::string_view text, size_t at, Test is_one) {
  while (at < text.size() && is_one(text[at])) ++at;
  return at;
}
size_t credentials_end(std::string_view text, size_t at) {
  return run_end(text, at, is_credential);
}

bool begins_word(std::string_view text, size_t at) {
  return at == 0 || !is_base64url(text[at - 1]) || escape_ends_at(text, at);
}

// Skips blanks, also as URLs write them.
size_t skip_blanks(std::string_view text, size_t at) {
  while (at < text.size()) {
    if (text[at] == ' ') {
      ++at;
    } else if (text.substr(at, 3) == "%20") {
      at += 3;
    } else {
      break;
    }
  }
  return at;
}

// Returns whether this is a word of a sentence ("bearer token expired") and no secret.
bool is_prose(std::string_view value, bool strict) {
  static constexpr std::array<std::string_view, 22> kWords = {
      "token",  "tokens",  "auth",    "authentication", "authorization", "scheme",
      "header", "format",  "error",   "realm",          "realm=",        "prefix",
      "failed", "failure", "expired", "invalid",        "missing",       "required",
      "denied", "error=",  "scope",   "scope="};
  if (std::any_of(kWords.begin(), kWords.end(),
                  [&](std::string_view word) { return equals_any_case(value, word); })) {
    return true;
  }
  const bool letters = std::all_of(value.begin(), value.end(),
                                   [](char c) { return is_letter(c) || c == '.' || c == ':'; });
  constexpr size_t kLongWord = 16;
  return strict && letters && value.size() < kLongWord;
}

// Reads credentials at `at`. `strict` is for those that nothing but a word of a sentence comes
// before.
std::optional<Span> credentials(std::string_view text, size_t at, bool strict) {
  constexpr size_t kFewest = 5;
  size_t end = credentials_end(text, at);
  while (end > at && (text[end - 1] == '.' || text[end - 1] == ':')) --end;
  if (end - at < kFewest || is_prose(text.substr(at, end - at), strict)) return std::nullopt;
  return Span{at, end};
}

// What a value is quoted by; the quotes of a JSON text inside a JSON string are escaped.
struct Quote {
  char mark = 0;
  bool escaped = false;
};

// Returns where a value ends that is to be hidden as a whole: at the quote that closes it, at a
// line end, written or not, or at the end of the line.
size_t value_end(std::string_view text, size_t at, Quote quote) {
  for (; at < text.size() && text[at] != '\n'; ++at) {
    if (text[at] == quote.mark && !quote.escaped) break;
    if (text[at] != '\\') continue;
    const char next = at + 1 < text.size() ? text[at + 1] : 'n';
    if (quote.escaped || next == 'n' || next == 'r') break;
    ++at;
  }
  return std::min(at, text.size());
}

// Skips what stands between "Authorization" and its value, and finds the quote that the value is
// in. Returns npos if no value follows.
size_t value_begin(std::string_view text, size_t at, Quote& quote) {
  constexpr size_t kLongest = 12;
  bool assigned = false;
  for (size_t n = 0; n < kLongest && at < text.size(); ++n, ++at) {
    const char c = text[at];
    if (c == ':' || c == '=') {
      assigned = true;
    } else if (c == '"' || c == '\'') {
      if (assigned) quote = {c, text[at - 1] == '\\'};
    } else if (c != ' ' && c != '\\' && c != '[') {
      break;
    }
  }
  return assigned ? at : std::string_view::npos;
}

// Returns where a value that is a list like Digest's (username="a", response="b") ends; 0 if it is
// none.
size_t parameters_end(std::string_view text, size_t at, Quote quote) {
  constexpr size_t kLooked = 256;
  const size_t equals = text.substr(at, kLooked).find('=');
  if (equals == std::string_view::npos) return 0;
  const size_t end = value_end(text, at, quote);
  return end > at + equals ? end : 0;
}

}  // namespace

std::optional<Span> token_at(std::string_view text, size_t at) {
  if (!begins_word(text, at)) return std::nullopt;
  constexpr size_t kFewest = 8;
  if (text.substr(at, 4) == "lsv_") {
    const size_t end = run_end(text, at + 4, is_base64url);
    if (end - at - 4 < kFewest) return std::nullopt;
    return Span{at, end};
  }
  // header.payload.signature, or five parts if it is encrypted; the last may be empty.
  constexpr size_t kMostParts = 5;
  size_t end = at, parts = 0;
  for (size_t begin = at; parts < kMostParts; begin = end + 1) {
    end = run_end(text, begin, is_base64url);
    ++parts;
    if (end == begin && parts < 3) return std::nullopt;
    if (end >= text.size() || text[end] != '.') break;
    if (parts >= 3 && !(end + 1 < text.size() && is_base64url(text[end + 1]))) break;
  }
  if (parts < 3 || end - at < 2 * kFewest) return std::nullopt;
  return Span{at, end};
}

std::optional<Span> bearer_at(std::string_view text, size_t at) {
  constexpr std::string_view kBearer = "bearer";
  const std::string_view word = text.substr(at, kBearer.size());
  if (!equals_any_case(word, kBearer)) return std::nullopt;
  if (at > 0 && is_word(text[at - 1]) && !escape_ends_at(text, at)) return std::nullopt;
  const size_t behind = at + kBearer.size();
  const size_t value = skip_blanks(text, behind);
  if (value == behind) return std::nullopt;
  return credentials(text, value, word != "Bearer");
}

std::optional<Span> authorization_at(std::string_view text, size_t at) {
  constexpr std::string_view kKey = "authorization";
  constexpr size_t kMark = 6;  // where "iz" stands in it
  if (at < kMark || !equals_any_case(text.substr(at - kMark, kKey.size()), kKey))
    return std::nullopt;
  Quote quote;
  const size_t begin = value_begin(text, at - kMark + kKey.size(), quote);
  if (begin == std::string_view::npos) return std::nullopt;
  // A scheme is a word with a blank behind it; what follows may be a list of parameters.
  const size_t word = run_end(text, begin, [](char c) { return is_word(c) || c == '-'; });
  const size_t behind = skip_blanks(text, word);
  if (word == begin || behind == word) return credentials(text, begin, true);
  static constexpr std::array<std::string_view, 6> kOneValue = {"basic",  "bearer",    "token",
                                                                "apikey", "negotiate", "key"};
  const std::string_view scheme = text.substr(begin, word - begin);
  if (std::any_of(kOneValue.begin(), kOneValue.end(),
                  [&](std::string_view one) { return equals_any_case(scheme, one); })) {
    return credentials(text, behind, false);
  }
  const size_t end = parameters_end(text, behind, quote);
  if (end == 0) return credentials(text, begin, true);
  return Span{behind, end};
}

}  // namespace logsvc::masking
