#include "gotext/time/go_time.h"

#include <algorithm>
#include <array>

#include "base/calendar.h"

namespace logsvc::tmpl {

const char* const kMonthNames[12] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};
const char* const kWeekDayNames[7] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};

namespace {

constexpr int64_t kDaySeconds = 86400;

struct LayoutWord {
  std::string_view text;
  LayoutItem item;
};
// Longer words stand before their own prefixes.
constexpr std::array<LayoutWord, 39> kWords = {{
    {"January", LayoutItem::kLongMonth},
    {"Jan", LayoutItem::kMonth},
    {"Monday", LayoutItem::kLongWeekDay},
    {"Mon", LayoutItem::kWeekDay},
    {"MST", LayoutItem::kZoneName},
    {"2006", LayoutItem::kLongYear},
    {"002", LayoutItem::kZeroYearDay},
    {"01", LayoutItem::kZeroMonth},
    {"02", LayoutItem::kZeroDay},
    {"03", LayoutItem::kZeroHour12},
    {"04", LayoutItem::kZeroMinute},
    {"05", LayoutItem::kZeroSecond},
    {"06", LayoutItem::kYear},
    {"15", LayoutItem::kHour},
    {"1", LayoutItem::kNumMonth},
    {"2", LayoutItem::kDay},
    {"__2", LayoutItem::kUnderYearDay},
    {"_2", LayoutItem::kUnderDay},
    {"3", LayoutItem::kHour12},
    {"4", LayoutItem::kMinute},
    {"5", LayoutItem::kSecond},
    {"PM", LayoutItem::kUpperPm},
    {"pm", LayoutItem::kLowerPm},
    {"-070000", LayoutItem::kZone},
    {"-07:00:00", LayoutItem::kZone},
    {"-0700", LayoutItem::kZone},
    {"-07:00", LayoutItem::kZone},
    {"-07", LayoutItem::kZone},
    {"Z070000", LayoutItem::kZone},
    {"Z07:00:00", LayoutItem::kZone},
    {"Z0700", LayoutItem::kZone},
    {"Z07:00", LayoutItem::kZone},
    {"Z07", LayoutItem::kZone},
    {".0", LayoutItem::kFraction},
    {",0", LayoutItem::kFraction},
    {".9", LayoutItem::kFraction9},
    {",9", LayoutItem::kFraction9},
    {"_2006", LayoutItem::kNone},
    {"", LayoutItem::kNone},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Returns the length of ".000" if no other digit follows the run of one digit; else 0.
size_t fraction_length(std::string_view s) {
  size_t n = 2;
  while (n < s.size() && s[n] == s[1]) ++n;
  return n < s.size() && is_digit(s[n]) ? 0 : n;
}

void append_padded(std::string& out, int64_t v, int width, char pad = '0') {
  std::string digits = std::to_string(v < 0 ? -v : v);
  if (v < 0) out += '-';
  for (size_t n = digits.size(); n < static_cast<size_t>(width); ++n) out += pad;
  out += digits;
}

void append_zone(std::string& out, std::string_view form, int32_t offset) {
  if (form[0] == 'Z' && offset == 0) {
    out += 'Z';
    return;
  }
  const int32_t total = offset < 0 ? -offset : offset;
  out += offset < 0 ? '-' : '+';
  const bool colon = form.find(':') != std::string_view::npos;
  append_padded(out, total / 3600, 2);
  if (form.size() == 3) return;
  if (colon) out += ':';
  append_padded(out, total / 60 % 60, 2);
  if (form.size() == 5 || form.size() == 6) return;
  if (colon) out += ':';
  append_padded(out, total % 60, 2);
}

void append_fraction(std::string& out, std::string_view form, int32_t nanos, bool trim) {
  std::string digits;
  append_padded(digits, nanos, 9);
  digits.resize(std::min<size_t>(9, form.size() - 1));
  if (trim) {
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    if (digits.empty()) return;
  }
  out += form[0];
  out += digits;
}

// Returns false if it is not an item of this kind, as does the next one.
bool append_date_item(std::string& out, LayoutItem item, const GoTime::Civil& c) {
  switch (item) {
    case LayoutItem::kLongMonth:
      out += kMonthNames[c.month - 1];
      return true;
    case LayoutItem::kMonth:
      out += std::string_view(kMonthNames[c.month - 1]).substr(0, 3);
      return true;
    case LayoutItem::kNumMonth:
      append_padded(out, c.month, 1);
      return true;
    case LayoutItem::kZeroMonth:
      append_padded(out, c.month, 2);
      return true;
    case LayoutItem::kLongWeekDay:
      out += kWeekDayNames[c.week_day];
      return true;
    case LayoutItem::kWeekDay:
      out += std::string_view(kWeekDayNames[c.week_day]).substr(0, 3);
      return true;
    case LayoutItem::kDay:
      append_padded(out, c.day, 1);
      return true;
    case LayoutItem::kUnderDay:
      append_padded(out, c.day, 2, ' ');
      return true;
    case LayoutItem::kZeroDay:
      append_padded(out, c.day, 2);
      return true;
    case LayoutItem::kUnderYearDay:
      append_padded(out, c.year_day, 3, ' ');
      return true;
    case LayoutItem::kZeroYearDay:
      append_padded(out, c.year_day, 3);
      return true;
    case LayoutItem::kLongYear:
      append_padded(out, c.year, 4);
      return true;
    case LayoutItem::kYear:
      append_padded(out, std::max<int64_t>(c.year, 0) % 100, 2);
      return true;
    default:
      return false;
  }
}

bool append_clock_item(std::string& out, LayoutItem item, const GoTime::Civil& c) {
  const int hour12 = c.hour % 12 == 0 ? 12 : c.hour % 12;
  switch (item) {
    case LayoutItem::kHour:
      append_padded(out, c.hour, 2);
      return true;
    case LayoutItem::kHour12:
      append_padded(out, hour12, 1);
      return true;
    case LayoutItem::kZeroHour12:
      append_padded(out, hour12, 2);
      return true;
    case LayoutItem::kMinute:
      append_padded(out, c.minute, 1);
      return true;
    case LayoutItem::kZeroMinute:
      append_padded(out, c.minute, 2);
      return true;
    case LayoutItem::kSecond:
      append_padded(out, c.second, 1);
      return true;
    case LayoutItem::kZeroSecond:
      append_padded(out, c.second, 2);
      return true;
    case LayoutItem::kUpperPm:
      out += c.hour >= 12 ? "PM" : "AM";
      return true;
    case LayoutItem::kLowerPm:
      out += c.hour >= 12 ? "pm" : "am";
      return true;
    default:
      return false;
  }
}

// Writes zones and fractions of a second; nothing for kNone.
void append_other_item(std::string& out, const LayoutStep& step, const GoTime& t) {
  switch (step.item) {
    case LayoutItem::kZoneName:
      // A zone without a name is shown by its offset.
      if (t.zone.empty()) {
        append_zone(out, "-0700", t.offset);
      } else {
        out += t.zone;
      }
      break;
    case LayoutItem::kZone:
      append_zone(out, step.text, t.offset);
      break;
    case LayoutItem::kFraction:
      append_fraction(out, step.text, t.nanos, false);
      break;
    case LayoutItem::kFraction9:
      append_fraction(out, step.text, t.nanos, true);
      break;
    default:
      break;
  }
}

}  // namespace

LayoutStep next_layout_step(std::string_view layout) {
  for (size_t at = 0; at < layout.size(); ++at) {
    const std::string_view rest = layout.substr(at);
    for (const LayoutWord& word : kWords) {
      if (word.text.empty() || !rest.starts_with(word.text)) continue;
      size_t length = word.text.size();
      if (word.item == LayoutItem::kNone) {
        // _2006 is an underscore and the year.
        return {layout.substr(0, at + 1), LayoutItem::kLongYear, rest.substr(1, 4), rest.substr(5)};
      }
      if (word.item == LayoutItem::kUnderDay && rest.starts_with("_2006")) continue;
      if (word.text == "Jan" || word.text == "Mon") {
        // "Month" and "Jane" are not elements.
        if (rest.size() > 3 && rest[3] >= 'a' && rest[3] <= 'z') continue;
      }
      if (word.item == LayoutItem::kFraction || word.item == LayoutItem::kFraction9) {
        length = fraction_length(rest);
        if (length == 0) continue;
      }
      return {layout.substr(0, at), word.item, rest.substr(0, length), rest.substr(length)};
    }
  }
  return {layout, LayoutItem::kNone, {}, {}};
}

GoTime GoTime::from(Timestamp t) {
  GoTime out;
  out.seconds = floor_div(t, kSecond);
  out.nanos = static_cast<int32_t>(floor_mod(t, kSecond));
  TimeZone::local().apply(out);
  return out;
}

GoTime GoTime::utc(int64_t seconds, int32_t nanos) { return {seconds, nanos, 0, "UTC"}; }

GoTime GoTime::zero() { return utc(days_of_date(1, 1, 1) * kDaySeconds, 0); }

std::string GoTime::printed() const { return format("2006-01-02 15:04:05.999999999 -0700 MST"); }

std::string GoTime::format(std::string_view layout) const {
  const Civil c = civil();
  std::string out;
  while (!layout.empty()) {
    const LayoutStep step = next_layout_step(layout);
    out += step.before;
    if (!append_date_item(out, step.item, c) && !append_clock_item(out, step.item, c)) {
      append_other_item(out, step, *this);
    }
    layout = step.after;
  }
  return out;
}

}  // namespace logsvc::tmpl
