// Defines arithmetic for templates: whole numbers, floats and decimals.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "gotext/go_number.h"
#include "gotext/template/functions.h"
#include "gotext/units.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kAny = Parameter::kAny;
constexpr Parameter kString = Parameter::kString;

// Wraps in two's complement, as Go's int64 does.
int64_t wrap(uint64_t v) { return static_cast<int64_t>(v); }
uint64_t bits(int64_t v) { return static_cast<uint64_t>(v); }

// ---- whole numbers ----

Outcome add(Context&, Arguments a) {
  uint64_t out = 0;
  for (const Value& v : a) out += bits(to_integer(v));
  return Value::int64(wrap(out));
}
Outcome sub(Context&, Arguments a) {
  return Value::int64(wrap(bits(to_integer(a[0])) - bits(to_integer(a[1]))));
}
Outcome mul(Context&, Arguments a) {
  uint64_t out = 1;
  for (const Value& v : a) out *= bits(to_integer(v));
  return Value::int64(wrap(out));
}
Outcome div(Context&, Arguments a) {
  const int64_t l = to_integer(a[0]), r = to_integer(a[1]);
  if (r == 0) return invalid("runtime error: integer divide by zero");
  return Value::int64(r == -1 ? wrap(0 - bits(l)) : l / r);
}
Outcome mod(Context&, Arguments a) {
  const int64_t l = to_integer(a[0]), r = to_integer(a[1]);
  if (r == 0) return invalid("runtime error: integer divide by zero");
  return Value::int64(r == -1 ? 0 : l % r);
}
Outcome max(Context&, Arguments a) {
  int64_t out = to_integer(a[0]);
  for (const Value& v : a.subspan(1)) out = std::max(out, to_integer(v));
  return Value::int64(out);
}
Outcome min(Context&, Arguments a) {
  int64_t out = to_integer(a[0]);
  for (const Value& v : a.subspan(1)) out = std::min(out, to_integer(v));
  return Value::int64(out);
}

// ---- decimals ----

__extension__ using Wide = __int128;

// Is coefficient · 10^exponent, exact as long as it fits; else the float stands for it.
struct Decimal {
  Wide coefficient = 0;
  int exponent = 0;
  double floating = 0;
  bool exact = false;

  // Takes the shortest decimal that reads back as v.
  explicit Decimal(double v) : floating(v) {
    if (!std::isfinite(v)) return;
    char buffer[64];
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::scientific).ptr;
    const std::string_view text(buffer, static_cast<size_t>(end - buffer));
    const size_t e = text.find('e');
    int fraction = 0;
    bool point = false;
    for (const char c : text.substr(0, e)) {
      if (c == '.') point = true;
      if (c < '0' || c > '9') continue;
      coefficient = coefficient * 10 + (c - '0');
      fraction += point;
    }
    if (v < 0) coefficient = -coefficient;
    std::string_view power = text.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    std::from_chars(power.data(), power.data() + power.size(), exponent);
    exponent -= fraction;
    exact = true;
  }

  double value() const {
    if (!exact) return floating;
    return std::strtod((digits() + "e" + std::to_string(exponent)).c_str(), nullptr);
  }

 private:
  std::string digits() const {
    std::string out;
    const bool negative = coefficient < 0;
    for (Wide rest = negative ? -coefficient : coefficient; rest > 0; rest /= 10) {
      out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    }
    if (out.empty()) out = "0";
    return negative ? "-" + out : out;
  }
};

bool scale_up(Wide& v, int powers) {
  if (powers > 38) return v == 0;
  for (; powers > 0; --powers) {
    if (__builtin_mul_overflow(v, Wide{10}, &v)) return false;
  }
  return true;
}

Decimal sum(Decimal a, const Decimal& other, bool negative) {
  Decimal b = other;
  if (negative) b.coefficient = -b.coefficient;
  Decimal out(negative ? a.value() - other.value() : a.value() + other.value());
  if (!a.exact || !b.exact) return out;
  const int exponent = std::min(a.exponent, b.exponent);
  if (!scale_up(a.coefficient, a.exponent - exponent)) return out;
  if (!scale_up(b.coefficient, b.exponent - exponent)) return out;
  Wide total = 0;
  if (__builtin_add_overflow(a.coefficient, b.coefficient, &total)) return out;
  out.coefficient = total;
  out.exponent = exponent;
  return out;
}

Decimal product(const Decimal& a, const Decimal& b) {
  Decimal out(a.value() * b.value());
  Wide total = 0;
  if (!a.exact || !b.exact || __builtin_mul_overflow(a.coefficient, b.coefficient, &total)) {
    return out;
  }
  out.coefficient = total;
  out.exponent = a.exponent + b.exponent;
  out.exact = true;
  return out;
}

// Rounds to 16 decimals, half away from zero. The divisor must not be 0.
Decimal quotient(const Decimal& a, const Decimal& b) {
  constexpr int kDecimals = 16;
  Decimal out(a.value() / b.value());
  if (!a.exact || !b.exact) return out;
  Wide dividend = a.coefficient, divisor = b.coefficient;
  const int shift = kDecimals + a.exponent - b.exponent;
  if (!scale_up(shift >= 0 ? dividend : divisor, shift >= 0 ? shift : -shift)) return out;
  Wide result = dividend / divisor;
  const Wide rest = dividend % divisor;
  const Wide half =
      (rest < 0 ? -rest : rest) - ((divisor < 0 ? -divisor : divisor) - (rest < 0 ? -rest : rest));
  if (half >= 0) result += (dividend < 0) == (divisor < 0) ? 1 : -1;
  out.coefficient = result;
  out.exponent = -kDecimals;
  out.exact = true;
  return out;
}

Outcome addf(Context&, Arguments a) {
  Decimal out(0);
  for (const Value& v : a) out = sum(out, Decimal(to_floating(v)), false);
  return Value(out.value());
}
Outcome subf(Context&, Arguments a) {
  Decimal out(to_floating(a[0]));
  for (const Value& v : a.subspan(1)) out = sum(out, Decimal(to_floating(v)), true);
  return Value(out.value());
}
Outcome mulf(Context&, Arguments a) {
  Decimal out(to_floating(a[0]));
  for (const Value& v : a.subspan(1)) out = product(out, Decimal(to_floating(v)));
  return Value(out.value());
}
Outcome divf(Context&, Arguments a) {
  Decimal out(to_floating(a[0]));
  for (const Value& v : a.subspan(1)) {
    const Decimal divisor(to_floating(v));
    if (divisor.value() == 0) return invalid("decimal division by 0");
    out = quotient(out, divisor);
  }
  return Value(out.value());
}

// ---- floats ----

Outcome maxf(Context&, Arguments a) {
  double out = to_floating(a[0]);
  for (const Value& v : a.subspan(1)) out = std::max(out, to_floating(v));
  return Value(out);
}
Outcome minf(Context&, Arguments a) {
  double out = to_floating(a[0]);
  for (const Value& v : a.subspan(1)) out = std::min(out, to_floating(v));
  return Value(out);
}
Outcome ceil(Context&, Arguments a) { return Value(std::ceil(to_floating(a[0]))); }
Outcome floor(Context&, Arguments a) { return Value(std::floor(to_floating(a[0]))); }

// Always rounds negative values down: the fraction is below the bound.
Outcome round(Context&, Arguments a) {
  const double on = a.size() > 2 ? *a[2].as<double>() : 0.5;
  const double scale = std::pow(10.0, static_cast<double>(a[1].as<Integer>()->number));
  const double digits = scale * to_floating(a[0]);
  double whole = 0;
  const double fraction = std::modf(digits, &whole);
  return Value((fraction >= on ? std::ceil(digits) : std::floor(digits)) / scale);
}

Outcome as_integer(Context&, Arguments a) { return Value::integer(to_integer(a[0])); }
Outcome as_floating(Context&, Arguments a) { return Value(to_floating(a[0])); }

Outcome bytes(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const double v, to_bytes(*a[0].text()));
  return Value(v);
}
Outcome duration(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const double v, to_seconds(*a[0].text()));
  return Value(v);
}

const Function kFunctions[] = {
    {"int", {kAny}, false, as_integer},
    {"float64", {kAny}, false, as_floating},
    {"add", {kAny}, true, add},
    {"sub", {kAny, kAny}, false, sub},
    {"mul", {kAny, kAny}, true, mul},
    {"div", {kAny, kAny}, false, div},
    {"mod", {kAny, kAny}, false, mod},
    {"max", {kAny, kAny}, true, max},
    {"min", {kAny, kAny}, true, min},
    {"addf", {kAny}, true, addf},
    {"subf", {kAny, kAny}, true, subf},
    {"mulf", {kAny, kAny}, true, mulf},
    {"divf", {kAny, kAny}, true, divf},
    {"maxf", {kAny, kAny}, true, maxf},
    {"minf", {kAny, kAny}, true, minf},
    {"ceil", {kAny}, false, ceil},
    {"floor", {kAny}, false, floor},
    {"round", {kAny, Parameter::kInt, Parameter::kFloat}, true, round},
    {"bytes", {kString}, false, bytes},
    {"duration", {kString}, false, duration},
    {"duration_seconds", {kString}, false, duration},
};

int64_t integer_of(double v) {
  constexpr double kLimit = 9.2233720368547758e18;
  if (std::isnan(v) || v >= kLimit || v < -kLimit) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(v);
}

// Cuts digits.digits at the point.
std::string_view without_fraction(std::string_view s) {
  const size_t point = s.find('.');
  if (point == std::string_view::npos) return s;
  for (size_t i = 0; i < s.size(); ++i) {
    const bool sign = i == 0 && (s[i] == '+' || s[i] == '-');
    if (i != point && !sign && !(s[i] >= '0' && s[i] <= '9')) return s;
  }
  return s.substr(0, point);
}

}  // namespace

std::span<const Function> number_functions() { return kFunctions; }

int64_t to_integer(const Value& v) {
  if (const auto* b = v.as<bool>()) return *b;
  if (const auto* i = v.as<Integer>()) return i->number;
  if (const auto* d = v.as<double>()) return integer_of(*d);
  if (const auto* s = v.text()) return parse_go_integer(without_fraction(*s)).value_or(0);
  return 0;
}

double to_floating(const Value& v) {
  if (const auto* b = v.as<bool>()) return *b;
  if (const auto* i = v.as<Integer>()) return static_cast<double>(i->number);
  if (const auto* d = v.as<double>()) return *d;
  if (const auto* s = v.text()) return parse_go_float(*s).value_or(0);
  return 0;
}

}  // namespace logsvc::tmpl
