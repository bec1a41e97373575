// Go's fmt.Sprintf for the values of templates.
#include <cctype>
#include <cmath>
#include <cstdio>

#include "base/utf8.h"
#include "gotext/template/functions.h"
#include "gotext/unicode.h"

namespace logsvc::tmpl {
namespace {

constexpr int kMaxWidth = 1'000'000;

struct Spec {
  bool plus = false, minus = false, sharp = false, space = false, zero = false;
  int width = -1;
  int precision = -1;
};

void pad(std::string_view body, const Spec& spec, std::string& out, bool zeros = false) {
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

// Sign and digits; with the zero flag filled up to the width.
void put_number(bool negative, std::string digits, const std::string& prefix, const Spec& spec,
                std::string& out) {
  std::string sign = negative ? "-" : spec.plus ? "+" : spec.space ? " " : "";
  if (spec.precision >= 0) {
    if (spec.precision > static_cast<int>(digits.size())) {
      digits.insert(0, static_cast<size_t>(spec.precision) - digits.size(), '0');
    }
  } else if (spec.zero && !spec.minus && spec.width > 0) {
    const size_t have = sign.size() + prefix.size() + digits.size();
    if (static_cast<size_t>(spec.width) > have) {
      digits.insert(0, static_cast<size_t>(spec.width) - have, '0');
    }
  }
  pad(sign + prefix + digits, spec, out);
}

std::string quoted_rune(uint32_t rune) {
  std::string text;
  append_utf8(text, rune > 0x10FFFF || (rune >= 0xD800 && rune < 0xE000) ? 0xFFFD : rune);
  if (text == "'") return "'\\''";
  if (text == "\"") return "'\"'";
  const std::string q = quote(text);
  return "'" + q.substr(1, q.size() - 2) + "'";
}

bool put_integer(char verb, const Integer& v, const Spec& spec, std::string& out) {
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

bool put_float(char verb, double v, const Spec& spec, std::string& out) {
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
  Spec plain = spec;
  plain.precision = -1;
  put_number(std::signbit(v), std::move(digits), "", plain, out);
  return true;
}

std::string hex_of(std::string_view s, const Spec& spec, bool upper) {
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    if (spec.space && i > 0) out += ' ';
    if (spec.sharp && (spec.space || i == 0)) out += upper ? "0X" : "0x";
    const auto byte = static_cast<unsigned char>(s[i]);
    out += in_base(byte >> 4, 16, upper) + in_base(byte & 15, 16, upper);
  }
  return out;
}

bool put_string(char verb, std::string_view s, const Spec& spec, std::string& out) {
  const bool cut = spec.precision >= 0;
  if (verb == 'x' || verb == 'X') {
    if (cut) s = s.substr(0, static_cast<size_t>(spec.precision));
    pad(hex_of(s, spec, verb == 'X'), spec, out);
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
  const bool zeros = spec.zero && !spec.minus;
  if (verb != 'q') {
    pad(s, spec, out, zeros);
  } else if (spec.sharp && s.find('`') == std::string_view::npos) {
    pad("`" + std::string(s) + "`", spec, out, zeros);
  } else {
    pad(quote(s), spec, out, zeros);
  }
  return true;
}

void put(char verb, const Value& v, const Spec& spec, std::string& out);

void put_bad(char verb, const Value& v, std::string& out) {
  out += std::string("%!") + verb + "(";
  if (v.is_nil()) {
    out += "<nil>)";
    return;
  }
  out += std::string(v.type_name()) + "=" + v.printed() + ")";
}

// Lists and maps print element by element.
bool put_container(char verb, const Value& v, const Spec& spec, std::string& out) {
  if (const List* list = v.list()) {
    out += '[';
    for (size_t i = 0; i < list->size(); ++i) {
      if (i > 0) out += ' ';
      put(verb, (*list)[i], spec, out);
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
    put(verb, key, spec, out);
    out += ':';
    put(verb, value, spec, out);
  };
  if (map) {
    for (const auto& [key, value] : *map) pair(Value(key), value);
  } else {
    for (const Label& l : *labels) pair(Value(l.name), Value(l.value));
  }
  out += ']';
  return true;
}

void put(char verb, const Value& v, const Spec& spec, std::string& out) {
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
    // What has words gives them where a text may stand.
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

class Printer {
 public:
  Printer(std::string_view format, std::span<const Value> arguments)
      : rest_(format), arguments_(arguments) {}

  std::string run() {
    while (!rest_.empty() && out_.size() <= kMaxOutputBytes) {
      const size_t percent = rest_.find('%');
      out_ += rest_.substr(0, percent);
      if (percent == std::string_view::npos) break;
      rest_.remove_prefix(percent + 1);
      one();
    }
    if (!reordered_ && next_ < arguments_.size()) extra();
    return std::move(out_);
  }

 private:
  bool accept(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  int digits() {
    int v = -1;
    while (!rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_[0]))) {
      // A number that long takes the rest of the format with it.
      if (v > kMaxWidth) {
        rest_ = {};
        return -1;
      }
      v = (v < 0 ? 0 : v) * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return v;
  }
  // [n] chooses the next argument; false if it is malformed.
  bool argument_index() {
    if (rest_.empty() || rest_[0] != '[') return true;
    const size_t close = rest_.find(']');
    reordered_ = true;
    if (close == std::string_view::npos) {
      rest_.remove_prefix(1);
      return false;
    }
    rest_.remove_prefix(1);
    const int n = digits();
    const bool good = accept(']') && n >= 1 && static_cast<size_t>(n) <= arguments_.size();
    if (good) next_ = static_cast<size_t>(n) - 1;
    return good;
  }
  // A * takes the number from the arguments.
  bool star(int& out, const char* bad) {
    if (!accept('*')) return false;
    const auto* i = next_ < arguments_.size() ? arguments_[next_].as<Integer>() : nullptr;
    ++next_;
    if (!i || i->number > kMaxWidth || i->number < -kMaxWidth) {
      out_ += bad;
      out = -1;
    } else {
      out = static_cast<int>(i->number);
    }
    return true;
  }

  void flags(Spec& spec) {
    for (; !rest_.empty(); rest_.remove_prefix(1)) {
      switch (rest_[0]) {
        case '+':
          spec.plus = true;
          break;
        case '-':
          spec.minus = true;
          break;
        case '#':
          spec.sharp = true;
          break;
        case ' ':
          spec.space = true;
          break;
        case '0':
          spec.zero = true;
          break;
        default:
          return;
      }
    }
  }

  void one() {
    Spec spec;
    flags(spec);
    bool good_index = argument_index();
    if (star(spec.width, "%!(BADWIDTH)")) {
      if (spec.width < 0 && spec.width != -1) {
        spec.minus = true;
        spec.width = -spec.width;
      }
    } else {
      spec.width = digits();
    }
    if (accept('.')) {
      good_index = argument_index() && good_index;
      if (!star(spec.precision, "%!(BADPREC)")) spec.precision = std::max(0, digits());
    }
    good_index = argument_index() && good_index;
    if (rest_.empty()) {
      out_ += "%!(NOVERB)";
      return;
    }
    const size_t length = std::max<size_t>(1, utf8_length(rest_));
    const std::string verb(rest_.substr(0, length));
    rest_.remove_prefix(length);
    if (verb == "%") {
      out_ += '%';
    } else if (!good_index) {
      out_ += "%!" + verb + "(BADINDEX)";
    } else if (next_ >= arguments_.size()) {
      out_ += "%!" + verb + "(MISSING)";
    } else {
      put(length == 1 ? verb[0] : '?', arguments_[next_++], spec, out_);
    }
  }

  void extra() {
    out_ += "%!(EXTRA ";
    for (size_t i = next_; i < arguments_.size(); ++i) {
      if (i > next_) out_ += ", ";
      const Value& v = arguments_[i];
      out_ += v.is_nil() ? "<nil>" : std::string(v.type_name()) + "=" + v.printed();
    }
    out_ += ')';
  }

  std::string_view rest_;
  std::span<const Value> arguments_;
  size_t next_ = 0;
  bool reordered_ = false;
  std::string out_;
};

}  // namespace

std::string go_printf(std::string_view format, std::span<const Value> arguments) {
  return Printer(format, arguments).run();
}

}  // namespace logsvc::tmpl
