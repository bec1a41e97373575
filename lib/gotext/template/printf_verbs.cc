#include "gotext/template/printf_verbs.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "base/utf8.h"
#include "gotext/unicode.h"

namespace logsvc::tmpl {
namespace {

void pad(std::string_view body, const PrintfSpec& spec, std::string& out, bool zeros = false) {
  const size_t have = count_runes(body);
  const size_t missing =
      spec.width > 0 && static_cast<size_t>(spec.width) > have ? spec.width - have : 0;
  if (spec.minus) {
    out += body;
    out.append(missing, ' ');
  } else {
    out.append(missing, zeros ? '0' : ' ');
    out += body;
  }
}

std::string in_base(uint64_t v, unsigned base, bool upper) {
  std::string out;
  do {
    out.insert(out.begin(), (upper ? "0123456789ABCDEF" : "0123456789abcdef")[v % base]);
    v /= base;
  } while (v > 0);
  return out;
}

// Writes sign and digits; with the zero flag filled up to the width, in which a prefix does not
// count.
void put_number(bool negative, std::string digits, std::string_view prefix, const PrintfSpec& spec,
                std::string& out) {
  const std::string_view sign = negative ? "-" : spec.plus ? "+" : spec.space ? " " : "";
  if (spec.precision == 0 && digits == "0") return pad("", spec, out);
  size_t wanted = 0;
  if (spec.precision >= 0) {
    wanted = static_cast<size_t>(spec.precision);
  } else if (spec.zero && !spec.minus && spec.width > static_cast<int>(sign.size())) {
    wanted = static_cast<size_t>(spec.width) - sign.size();
  }
  if (wanted > digits.size()) digits.insert(0, wanted - digits.size(), '0');
  // One leading zero is enough to make it octal.
  if (prefix == "0" && digits.starts_with('0')) prefix = "";
  pad(std::string(sign).append(prefix) + digits, spec, out);
}

std::string quoted_rune(uint32_t rune) {
  std::string text;
  append_utf8(text, rune > 0x10FFFF || (rune >= 0xD800 && rune < 0xE000) ? 0xFFFD : rune);
  if (text == "'") return "'\\''";
  if (text == "\"") return "'\"'";
  const std::string q = quote(text);
  return "'" + q.substr(1, q.size() - 2) + "'";
}

bool put_integer(char verb, const Integer& v, const PrintfSpec& spec, std::string& out) {
  const bool negative = v.number < 0;
  const uint64_t size =
      negative ? ~static_cast<uint64_t>(v.number) + 1 : static_cast<uint64_t>(v.number);
  const auto rune = static_cast<uint32_t>(v.number);
  switch (verb) {
    case 'v':
    case 'd':
      put_number(negative, in_base(size, 10, false), "", spec, out);
      return true;
    case 'b':
      put_number(negative, in_base(size, 2, false), spec.sharp ? "0b" : "", spec, out);
      return true;
    case 'o':
    case 'O':
      put_number(negative, in_base(size, 8, false),
                 verb == 'O'  ? "0o"
                 : spec.sharp ? "0"
                              : "",
                 spec, out);
      return true;
    case 'x':
      put_number(negative, in_base(size, 16, false), spec.sharp ? "0x" : "", spec, out);
      return true;
    case 'X':
      put_number(negative, in_base(size, 16, true), spec.sharp ? "0X" : "", spec, out);
      return true;
    case 'c': {
      std::string text;
      append_utf8(text, rune > 0x10FFFF || (rune >= 0xD800 && rune < 0xE000) ? 0xFFFD : rune);
      pad(text, spec, out);
      return true;
    }
    case 'q':
      pad(quoted_rune(rune), spec, out);
      return true;
    case 'U': {
      std::string digits = in_base(size, 16, true);
      if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
      pad("U+" + digits, spec, out);
      return true;
    }
    default:
      return false;
  }
}

bool put_float(char verb, double v, const PrintfSpec& spec, std::string& out) {
  std::string digits;
  const double size = std::fabs(v);
  if (std::isinf(v) || std::isnan(v)) {
    if (std::string_view("vgGeEfF").find(verb) == std::string_view::npos) return false;
    pad(std::isnan(v) ? (spec.plus ? "+NaN" : "NaN") : v < 0 ? "-Inf" : "+Inf", spec, out);
    return true;
  }
  switch (verb) {
    case 'v':
    case 'g':
    case 'G':
      if (spec.precision < 0) {
        digits = format_float(size);
        if (verb == 'G') {
          for (char& c : digits) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        }
        break;
      }
      [[fallthrough]];
    case 'e':
    case 'E':
    case 'f':
    case 'F': {
      const char letter = verb == 'v' ? 'g' : verb;
      const char format[] = {'%', '.', '*', letter, '\0'};
      const int precision = spec.precision < 0 ? 6 : std::min(spec.precision, 1000);
      char buffer[2048];
      const int n = std::snprintf(buffer, sizeof buffer, format, precision, size);
      digits.assign(buffer, static_cast<size_t>(n));
      break;
    }
    default:
      return false;
  }
  PrintfSpec plain = spec;
  plain.precision = -1;
  put_number(std::signbit(v), std::move(digits), "", plain, out);
  return true;
}

std::string hex_of(std::string_view s, const PrintfSpec& spec, bool upper) {
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    if (spec.space && i > 0) out += ' ';
    if (spec.sharp && (spec.space || i == 0)) out += upper ? "0X" : "0x";
    const auto byte = static_cast<unsigned char>(s[i]);
    out += in_base(byte >> 4, 16, upper) + in_base(byte & 15, 16, upper);
  }
  return out;
}

// Behaves as Go's strconv.CanBackquote.
bool fits_back_quotes(std::string_view s) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  const bool plain = std::all_of(s.begin(), s.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= ' ' || c == '\t') && c != '`' && byte != 0x7F;
  });
  return plain && is_utf8(s) && s.find(kByteOrderMark) == std::string_view::npos;
}

bool put_string(char verb, std::string_view s, const PrintfSpec& spec, std::string& out) {
  const bool cut = spec.precision >= 0;
  const bool zeros = spec.zero && !spec.minus;
  if (verb == 'x' || verb == 'X') {
    if (cut) s = s.substr(0, static_cast<size_t>(spec.precision));
    pad(hex_of(s, spec, verb == 'X'), spec, out, zeros);
    return true;
  }
  if (verb != 'v' && verb != 's' && verb != 'q') return false;
  if (cut) {
    size_t at = 0;
    for (int n = spec.precision; n > 0 && at < s.size(); --n) {
      at += std::max<size_t>(1, utf8_length(s.substr(at)));
    }
    s = s.substr(0, at);
  }
  if (verb != 'q' && !spec.go_syntax) {
    pad(s, spec, out, zeros);
  } else if (spec.sharp && fits_back_quotes(s)) {
    pad("`" + std::string(s) + "`", spec, out, zeros);
  } else {
    pad(quote(s), spec, out, zeros);
  }
  return true;
}

void put_bad(char verb, const Value& v, std::string& out) {
  out += std::string("%!") + verb + "(";
  if (v.is_nil()) {
    out += "<nil>)";
    return;
  }
  out += std::string(v.type_name()) + "=" + v.printed() + ")";
}

// Lists and maps print element by element.
bool put_container(char verb, const Value& v, const PrintfSpec& spec, std::string& out) {
  if (const List* list = v.list()) {
    out += '[';
    for (size_t i = 0; i < list->size(); ++i) {
      if (i > 0) out += ' ';
      append_formatted(verb, (*list)[i], spec, out);
    }
    out += ']';
    return true;
  }
  const Map* map = v.map();
  const Labels* labels = v.labels();
  if (!map && !labels) return false;
  out += "map[";
  bool first = true;
  const auto pair = [&](const Value& key, const Value& value) {
    if (!first) out += ' ';
    first = false;
    append_formatted(verb, key, spec, out);
    out += ':';
    append_formatted(verb, value, spec, out);
  };
  if (map) {
    for (const auto& [key, value] : *map) pair(Value(key), value);
  } else {
    for (const Label& l : *labels) pair(Value(l.name), Value(l.value));
  }
  out += ']';
  return true;
}

}  // namespace

void append_formatted(char verb, const Value& v, const PrintfSpec& spec, std::string& out) {
  bool done = true;
  if (verb == 'T') {
    pad(v.is_nil() ? "<nil>" : v.type_name(), spec, out);
  } else if (v.is_nil()) {
    done = verb == 'v';
    if (done) pad("<nil>", spec, out);
  } else if (const auto* b = v.as<bool>()) {
    done = verb == 'v' || verb == 't';
    if (done) pad(*b ? "true" : "false", spec, out);
  } else if (const auto* i = v.as<Integer>()) {
    // Values with words give those where a text may stand.
    const bool as_text =
        i->has_words() && std::string_view("vsqxX").find(verb) != std::string::npos;
    done = as_text ? put_string(verb, i->words(), spec, out) : put_integer(verb, *i, spec, out);
  } else if (const auto* d = v.as<double>()) {
    done = put_float(verb, *d, spec, out);
  } else if (const auto* s = v.text()) {
    done = put_string(verb, *s, spec, out);
  } else if (const auto* t = v.as<GoTime>()) {
    done = put_string(verb, t->printed(), spec, out);
  } else if (const auto* zone = v.as<TimeZone>()) {
    done = put_string(verb, zone->name(), spec, out);
  } else {
    done = put_container(verb, v, spec, out);
  }
  if (!done) put_bad(verb, v, out);
}

}  // namespace logsvc::tmpl
