// Defines sprig's dates for Promtail's templates, which Loki's do not have.
#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/time.h"
#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kAny = Parameter::kAny;
constexpr Parameter kString = Parameter::kString;
constexpr Parameter kTime = Parameter::kTime;
constexpr const char* kDay = "2006-01-02";

GoTime now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return GoTime::from(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

// Reads a time, or seconds since the epoch; anything else stands for the present.
GoTime time_in(const Value& v) {
  if (const auto* time = v.as<GoTime>()) return *time;
  const auto* seconds = v.as<Integer>();
  if (!seconds || seconds->type > Integer::Type::kInt64) return now();
  return GoTime::utc(seconds->number, 0);
}

// Unknown zones count as UTC.
Value written(Context& context, const std::string& layout, const Value& date,
              const std::string& zone) {
  GoTime t = time_in(date);
  (zone == "Local" ? TimeZone::local() : context.zone(zone)).apply(t);
  return Value(t.format(layout));
}
Outcome date_in_zone(Context& context, Arguments a) {
  return written(context, *a[0].text(), a[1], *a[2].text());
}
Outcome html_date(Context& context, Arguments a) { return written(context, kDay, a[0], "Local"); }
Outcome html_date_in_zone(Context& context, Arguments a) {
  return written(context, kDay, a[0], *a[1].text());
}

Outcome must_modify(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const Duration by, parse_go_duration(*a[0].text()));
  return Value(a[1].as<GoTime>()->add(by));
}
Outcome modify(Context& context, Arguments a) {
  const Outcome out = must_modify(context, a);
  return out.ok() ? *out : a[1];
}

Outcome must_to_date(Context&, Arguments a) {
  const auto t = parse_go_time(*a[0].text(), *a[1].text(), TimeZone::local());
  if (t) return Value(*t);
  return invalid("parsing time " + quote(*a[1].text()) + " as " + quote(*a[0].text()) +
                 ": it does not follow the layout");
}

// ---- durations ----

// Rounds half a second away from zero.
Outcome ago(Context&, Arguments a) {
  const Duration since = now().since(time_in(a[0]));
  const Duration rest = since % kSecond;
  Duration whole = since - rest;
  if (rest >= kSecond / 2) whole += kSecond;
  if (rest <= -kSecond / 2) whole -= kSecond;
  return Value(format_go_duration(whole));
}

// Takes seconds as a text or an int64; other types, also int, count as 0. Overflow wraps around.
Outcome duration(Context&, Arguments a) {
  int64_t seconds = 0;
  if (const auto* text = a[0].text()) {
    const char* first = text->data() + (text->starts_with('+') ? 1 : 0);
    const char* end = text->data() + text->size();
    const auto [at, failure] = std::from_chars(first, end, seconds);
    if (failure != std::errc() || at != end) seconds = 0;
  } else if (const auto* integer = a[0].as<Integer>();
             integer && integer->type == Integer::Type::kInt64) {
    seconds = integer->number;
  }
  const auto nanos = static_cast<uint64_t>(seconds) * static_cast<uint64_t>(kSecond);
  return Value(format_go_duration(static_cast<int64_t>(nanos)));
}

Duration duration_in(const Value& v) {
  if (const auto* text = v.text()) {
    const auto parsed = parse_go_duration(*text);
    return parsed.ok() ? *parsed : 0;
  }
  if (const auto* time = v.as<GoTime>()) return now().since(*time);
  const auto* integer = v.as<Integer>();
  return integer && integer->type == Integer::Type::kInt64 ? integer->number : 0;
}
// Counts the largest unit that fits more than once; the sign is not shown.
Outcome duration_round(Context&, Arguments a) {
  struct Unit {
    const char* name;
    uint64_t seconds;
  };
  static constexpr Unit kUnits[] = {{"y", 365 * 86400}, {"mo", 30 * 86400}, {"d", 86400},
                                    {"h", 3600},        {"m", 60},          {"s", 1}};
  const Duration d = duration_in(a[0]);
  const uint64_t size = d < 0 ? 0 - static_cast<uint64_t>(d) : static_cast<uint64_t>(d);
  for (const Unit& unit : kUnits) {
    const uint64_t nanos = unit.seconds * static_cast<uint64_t>(kSecond);
    if (size > nanos) return Value(std::to_string(size / nanos) + unit.name);
  }
  return Value::string("0s");
}

const Function kFunctions[] = {
    {"dateInZone", {kString, kAny, kString}, false, date_in_zone},
    {"date_in_zone", {kString, kAny, kString}, false, date_in_zone},
    {"htmlDate", {kAny}, false, html_date},
    {"htmlDateInZone", {kAny, kString}, false, html_date_in_zone},
    {"dateModify", {kString, kTime}, false, modify},
    {"date_modify", {kString, kTime}, false, modify},
    {"mustDateModify", {kString, kTime}, false, must_modify},
    {"must_date_modify", {kString, kTime}, false, must_modify},
    {"mustToDate", {kString, kString}, false, must_to_date},
    {"ago", {kAny}, false, ago},
    {"duration", {kAny}, false, duration},
    {"durationRound", {kAny}, false, duration_round},
};

}  // namespace

std::span<const Function> date_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
