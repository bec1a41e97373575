#include "store/columns/value_forms.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/calendar.h"
#include "base/short_bytes.h"

namespace logsvc::store {
namespace {

constexpr std::array<uint8_t, 256> make_classes() {
  std::array<uint8_t, 256> out{};
  for (int c = '0'; c <= '9'; ++c) out[static_cast<size_t>(c)] = kAlnum | kDigit | kHexDigit;
  for (int c = 'a'; c <= 'z'; ++c) out[static_cast<size_t>(c)] = kAlnum;
  for (int c = 'A'; c <= 'Z'; ++c) out[static_cast<size_t>(c)] = kAlnum;
  for (int c = 'a'; c <= 'f'; ++c) out[static_cast<size_t>(c)] |= kHexDigit;
  out['_'] = kUnderscore;
  return out;
}
constexpr int64_t kPowersOfTen[] = {1,      10,      100,      1000,      10000,
                                    100000, 1000000, 10000000, 100000000, 1000000000};
constexpr char kMonths[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr char kHexChars[] = "0123456789abcdef";
constexpr int kSecondsPerDay = 86400;
constexpr int kMinYear = 1900;
constexpr int kMaxYear = 9999;

bool all_digits(const char* p, int n) {
  for (int i = 0; i < n; ++i) {
    if (!is_digit(p[i])) return false;
  }
  return true;
}
int two(const char* p) { return (p[0] - '0') * 10 + (p[1] - '0'); }
char* put_two(char* out, int v) {
  *out++ = static_cast<char>('0' + v / 10);
  *out++ = static_cast<char>('0' + v % 10);
  return out;
}

constexpr int64_t kNoDate = INT64_MIN;

// Returns days since the epoch, or kNoDate.
int64_t day_number(int year, int month, int day) {
  if (year < kMinYear || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) {
    return kNoDate;
  }
  return days_of_date(year, month, day);
}

// Returns seconds since the epoch, or INT64_MIN if there is no such time.
int64_t seconds_of(int64_t day, int hour, int minute, int second) {
  if (day == kNoDate || hour > 23 || minute > 59 || second > 59) return INT64_MIN;
  return ((day * 24 + hour) * 60 + minute) * 60 + second;
}

constexpr size_t kDateChars = 10;  // 2026-01-02

// Holds the date that a thread read or wrote last: most times of a block are from one day.
struct LastDate {
  char text[kDateChars] = {};
  int64_t day = kNoDate;
};

// Reads the ten characters at p.
int64_t parse_date(const char* p) {
  thread_local LastDate last;
  if (is_same(p, last.text, kDateChars)) return last.day;
  if (p[4] != '-' || p[7] != '-' || !all_digits(p, 4) || !all_digits(p + 5, 2) ||
      !all_digits(p + 8, 2)) {
    return kNoDate;
  }
  std::memcpy(last.text, p, kDateChars);
  last.day = day_number(two(p) * 100 + two(p + 2), two(p + 5), two(p + 8));
  return last.day;
}

struct Clock {
  int64_t day;
  int second_of_day;
};
// Any number gives some date with a four-digit year, so that formatting is bounded.
Clock clock_of(int64_t seconds) {
  static const int64_t first = days_of_date(kMinYear, 1, 1);
  static const int64_t last = days_of_date(kMaxYear, 12, 31);
  int64_t day = seconds / kSecondsPerDay;
  auto rest = static_cast<int>(seconds % kSecondsPerDay);
  if (rest < 0) {
    rest += kSecondsPerDay;
    --day;
  }
  return {std::clamp(day, first, last), rest};
}

char* put_date(char* out, int64_t day) {
  thread_local LastDate last;
  if (day != last.day) {
    const Date date = date_of_days(day);
    char* at = put_two(put_two(last.text, static_cast<int>(date.year / 100)),
                       static_cast<int>(date.year % 100));
    *at++ = '-';
    at = put_two(at, date.month);
    *at++ = '-';
    put_two(at, date.day);
    last.day = day;
  }
  std::memcpy(out, last.text, kDateChars);
  return out + kDateChars;
}

char* put_time(char* out, int second_of_day) {
  out = put_two(out, second_of_day / 3600);
  *out++ = ':';
  out = put_two(out, second_of_day / 60 % 60);
  *out++ = ':';
  return put_two(out, second_of_day % 60);
}

size_t format_iso(ValueForm form, int64_t value, char* out) {
  char* const begin = out;
  const int digits = std::min(form.width & 15, 9);
  int64_t seconds = value / kPowersOfTen[digits];
  int64_t fraction = value % kPowersOfTen[digits];
  if (fraction < 0) {
    fraction += kPowersOfTen[digits];
    --seconds;
  }
  const Clock clock = clock_of(seconds);
  out = put_date(out, clock.day);
  *out++ = form.separator;
  out = put_time(out, clock.second_of_day);
  if (digits) {
    *out++ = form.width & kCommaFraction ? ',' : '.';
    for (int i = digits - 1; i >= 0; --i) {
      out[i] = static_cast<char>('0' + fraction % 10);
      fraction /= 10;
    }
    out += digits;
  }
  return static_cast<size_t>(out - begin);
}

size_t format_clf(int64_t value, char* out) {
  char* const begin = out;
  const Clock clock = clock_of(value);
  const Date date = date_of_days(clock.day);
  out = put_two(out, date.day);
  *out++ = '/';
  std::memcpy(out, kMonths + 3 * (date.month - 1), 3);
  out += 3;
  *out++ = '/';
  out = put_two(out, static_cast<int>(date.year / 100));
  out = put_two(out, static_cast<int>(date.year % 100));
  *out++ = ':';
  return static_cast<size_t>(put_time(out, clock.second_of_day) - begin);
}

size_t format_decimal(uint64_t value, char* out) {
  char digits[20];
  size_t n = 0;
  do {
    digits[n++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value);
  for (size_t i = 0; i < n; ++i) out[i] = digits[n - 1 - i];
  return n;
}

size_t format_padded(size_t width, int64_t value, char* out) {
  width = std::min(width, kMaxDecimalDigits);
  auto rest = static_cast<uint64_t>(value);
  for (size_t i = width; i-- > 0;) {
    out[i] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  return width;
}

size_t format_ipv4(int64_t value, char* out) {
  size_t n = 0;
  for (int shift = 24; shift >= 0; shift -= 8) {
    n += format_decimal(static_cast<uint64_t>(value) >> shift & 255, out + n);
    if (shift) out[n++] = '.';
  }
  return n;
}

// Returns the value of a lower-case hex digit, without a branch.
uint8_t nibble(char c) { return static_cast<uint8_t>((c & 15) + (c >> 6) * 9); }

// Packs two digits per byte; a last single one is the high half. Returns the end.
uint8_t* pack_digits(const char* p, int digits, uint8_t* out) {
  for (; digits >= 2; digits -= 2, p += 2) {
    *out++ = static_cast<uint8_t>(nibble(p[0]) << 4 | nibble(p[1]));
  }
  if (digits == 1) *out++ = static_cast<uint8_t>(nibble(p[0]) << 4);
  return out;
}

}  // namespace

constinit const std::array<uint8_t, 256> kCharClasses = make_classes();

bool is_hex(std::string_view text) {
  uint8_t all = kHexDigit;
  for (const char c : text) all &= char_class(c);
  return all & kHexDigit;
}

bool is_uuid(std::string_view text) {
  if (text.size() != kUuidChars) return false;
  for (size_t i = 0; i < kUuidChars; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !(char_class(text[i]) & kHexDigit)) return false;
  }
  return true;
}

bool parse_integer(std::string_view text, int64_t& value) {
  if (text.empty() || text.size() > kMaxDecimalDigits || (text[0] == '0' && text.size() > 1)) {
    return false;
  }
  int64_t v = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    v = v * 10 + (c - '0');
  }
  value = v;
  return true;
}

ParsedNumber parse_iso_time(std::string_view text) {
  const char* p = text.data();
  if (text.size() < 19 || p[4] != '-' || (p[10] != 'T' && p[10] != ' ') || p[13] != ':' ||
      p[16] != ':' || !all_digits(p + 11, 2) || !all_digits(p + 14, 2) || !all_digits(p + 17, 2)) {
    return {};
  }
  const int64_t seconds = seconds_of(parse_date(p), two(p + 11), two(p + 14), two(p + 17));
  if (seconds == INT64_MIN) return {};
  ParsedNumber out{19, {ColumnType::kIsoTime, 0, p[10]}, seconds};
  if (text.size() > 20 && (p[19] == '.' || p[19] == ',') && is_digit(p[20])) {
    size_t digits = 0;
    int64_t fraction = 0;
    while (20 + digits < text.size() && digits < 10 && is_digit(p[20 + digits])) {
      fraction = fraction * 10 + (p[20 + digits++] - '0');
    }
    if (digits > 9) return {};
    out.length = 20 + digits;
    out.form.width = static_cast<uint8_t>(digits | (p[19] == ',' ? kCommaFraction : 0));
    // Years up to 2262 fit with nanoseconds; others stay text.
    if (__builtin_mul_overflow(seconds, kPowersOfTen[digits], &out.value) ||
        __builtin_add_overflow(out.value, fraction, &out.value)) {
      return {};
    }
  }
  if (out.length < text.size() && is_digit(p[out.length])) return {};
  return out;
}

ParsedNumber parse_clf_time(std::string_view text) {
  const char* p = text.data();
  if (text.size() < 20 || p[2] != '/' || p[6] != '/' || p[11] != ':' || p[14] != ':' ||
      p[17] != ':' || !all_digits(p, 2) || !all_digits(p + 7, 4) || !all_digits(p + 12, 2) ||
      !all_digits(p + 15, 2) || !all_digits(p + 18, 2)) {
    return {};
  }
  int month = 0;
  for (int m = 0; m < 12; ++m) {
    if (std::memcmp(kMonths + 3 * m, p + 3, 3) == 0) month = m + 1;
  }
  const int64_t seconds = seconds_of(day_number(two(p + 7) * 100 + two(p + 9), month, two(p)),
                                     two(p + 12), two(p + 15), two(p + 18));
  if (seconds == INT64_MIN || (text.size() > 20 && is_digit(p[20]))) return {};
  return {20, {ColumnType::kClfTime, 0, 0}, seconds};
}

ParsedNumber parse_ipv4(std::string_view text) {
  size_t at = 0;
  int64_t address = 0;
  for (int octet = 0; octet < 4; ++octet) {
    const size_t begin = at;
    int value = 0;
    while (at < text.size() && at - begin < 4 && is_digit(text[at])) {
      value = value * 10 + (text[at++] - '0');
    }
    const size_t digits = at - begin;
    if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[begin] == '0')) return {};
    address = address << 8 | value;
    if (octet == 3) break;
    if (at == text.size() || text[at] != '.') return {};
    ++at;
  }
  if (at < text.size() && (is_alnum(text[at]) || text[at] == '.')) return {};
  return {at, {ColumnType::kIpv4, 0, 0}, address};
}

bool is_number(ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
    case ColumnType::kZeroPadded:
    case ColumnType::kIsoTime:
    case ColumnType::kClfTime:
    case ColumnType::kIpv4:
      return true;
    default:
      return false;
  }
}

size_t packed_bytes(ValueForm form) {
  return form.type == ColumnType::kUuid ? 16 : (form.width + size_t{1}) / 2;
}

void pack(ValueForm form, std::string_view text, uint8_t* out) {
  const char* p = text.data();
  if (form.type == ColumnType::kUuid) {
    for (const int digits : {8, 4, 4, 4, 12}) {
      out = pack_digits(p, digits, out);
      p += digits + 1;
    }
  } else {
    pack_digits(p, static_cast<int>(text.size()), out);
  }
}

size_t format_number(ValueForm form, int64_t value, char* out) {
  switch (form.type) {
    case ColumnType::kZeroPadded:
      return format_padded(form.width, value, out);
    case ColumnType::kIsoTime:
      return format_iso(form, value, out);
    case ColumnType::kClfTime:
      return format_clf(value, out);
    case ColumnType::kIpv4:
      return format_ipv4(value, out);
    default:
      return format_decimal(static_cast<uint64_t>(value), out);
  }
}

size_t format_packed(ValueForm form, const uint8_t* packed, char* out) {
  char* const begin = out;
  if (form.type == ColumnType::kUuid) {
    for (int i = 0; i < 16; ++i) {
      if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
      *out++ = kHexChars[packed[i] >> 4];
      *out++ = kHexChars[packed[i] & 15];
    }
  } else {
    const size_t digits = std::min<size_t>(form.width, kMaxHexDigits);
    for (size_t i = 0; i < digits; ++i) {
      *out++ = kHexChars[i % 2 ? packed[i / 2] & 15 : packed[i / 2] >> 4];
    }
  }
  return static_cast<size_t>(out - begin);
}

}  // namespace logsvc::store
