// Defines sprig's random texts and numbers, as unpredictable as the operating system makes them.
#include <algorithm>
#include <vector>

#include "base/base64.h"
#include "base/utf8.h"
#include "gotext/template/functions.h"
#include "gotext/template/random_bytes.h"

namespace logsvc::tmpl {

namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kString = Parameter::kString;
constexpr Parameter kInt = Parameter::kInt;

constexpr size_t kMaxRandom = 64 << 10;  // characters per text
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

int64_t number(const Value& v) { return v.as<Integer>()->number; }

// Returns characters of the set; none for a negative number.
Outcome random_text(const Value& count, std::string_view set) {
  if (number(count) > static_cast<int64_t>(kMaxRandom)) return invalid("the result is too long");
  const auto wanted = static_cast<size_t>(std::max<int64_t>(0, number(count)));
  const size_t limit = 256 - 256 % set.size();
  std::string out;
  while (out.size() < wanted) {
    ASSIGN_OR_RETURN(const std::string bytes, random_bytes(wanted - out.size()));
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < limit) out += set[byte % set.size()];
    }
  }
  return Value(std::move(out));
}
Outcome rand_digits(Context&, Arguments a) { return random_text(a[0], kDigits); }
Outcome rand_letters(Context&, Arguments a) { return random_text(a[0], kLetters); }
Outcome rand_both(Context&, Arguments a) {
  return random_text(a[0], std::string(kLetters) + std::string(kDigits));
}
Outcome rand_ascii(Context&, Arguments a) {
  std::string set;
  for (char c = ' '; c <= '~'; ++c) set += c;
  return random_text(a[0], set);
}

// Writes them in base 64.
Outcome rand_bytes(Context&, Arguments a) {
  if (number(a[0]) < 0) return invalid("runtime error: makeslice: len out of range");
  if (number(a[0]) > static_cast<int64_t>(kMaxRandom)) return invalid("the result is too long");
  ASSIGN_OR_RETURN(const std::string bytes, random_bytes(static_cast<size_t>(number(a[0]))));
  return Value(encode_base64(bytes));
}

// Returns min … max - 1.
Outcome rand_int(Context&, Arguments a) {
  const int64_t low = number(a[0]), high = number(a[1]);
  if (high <= low) return invalid("invalid argument to Intn");
  ASSIGN_OR_RETURN(const uint64_t above,
                   random_below(static_cast<uint64_t>(high) - static_cast<uint64_t>(low)));
  return Value::integer(static_cast<int64_t>(static_cast<uint64_t>(low) + above));
}

Outcome uuid(Context&, Arguments) {
  static constexpr char kHex[] = "0123456789abcdef";
  ASSIGN_OR_RETURN(std::string bytes, random_bytes(16));
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);  // version 4
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);  // RFC 4122's variant
  std::string out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kHex[static_cast<unsigned char>(bytes[i]) >> 4];
    out += kHex[bytes[i] & 15];
  }
  return Value(std::move(out));
}

Outcome shuffle(Context&, Arguments a) {
  std::vector<uint32_t> runes;
  for (std::string_view s = *a[0].text(); !s.empty();) {
    size_t length = 0;
    runes.push_back(first_rune(s, length));
    s.remove_prefix(length);
    if (runes.size() > kMaxRandom) return invalid("the text is too long");
  }
  for (size_t left = runes.size(); left > 1; --left) {
    ASSIGN_OR_RETURN(const uint64_t other, random_below(left));
    std::swap(runes[left - 1], runes[other]);
  }
  std::string out;
  for (const uint32_t rune : runes) append_utf8(out, rune);
  return Value(std::move(out));
}

const Function kFunctions[] = {
    {"randAlphaNum", {kInt}, false, rand_both},
    {"randAlpha", {kInt}, false, rand_letters},
    {"randNumeric", {kInt}, false, rand_digits},
    {"randAscii", {kInt}, false, rand_ascii},
    {"randBytes", {kInt}, false, rand_bytes},
    {"randInt", {kInt, kInt}, false, rand_int},
    {"uuidv4", {}, false, uuid},
    {"shuffle", {kString}, false, shuffle},
};

}  // namespace

std::span<const Function> random_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
