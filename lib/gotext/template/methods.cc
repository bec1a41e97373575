// Defines methods of values in templates, above all of Go's times: {{ __timestamp__.UTC.Format
// "2006" }}.
#include <cmath>

#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kString = Parameter::kString;
constexpr Parameter kInt = Parameter::kInt;
constexpr Parameter kTime = Parameter::kTime;
constexpr Parameter kDuration = Parameter::kDuration;

const GoTime& time_of(const Value& v) { return *v.as<GoTime>(); }
int64_t number_of(const Value& v) { return v.as<Integer>()->number; }

// ---- time.Time ----

Value month(int64_t n) { return Value(Integer{n, Integer::Type::kMonth}); }
Value week_day(int64_t n) { return Value(Integer{n, Integer::Type::kWeekday}); }

// Divides nanoseconds since the epoch; wraps around far from the present, as Go's do.
int64_t unix_in(const GoTime& t, uint64_t per_second, int32_t nanos_each) {
  return static_cast<int64_t>(static_cast<uint64_t>(t.seconds) * per_second +
                              static_cast<uint64_t>(t.nanos / nanos_each));
}

const Method kTimeMethods[] = {
    {"Add",
     {kDuration},
     [](const Value& t, Arguments a) -> Outcome { return Value(time_of(t).add(number_of(a[0]))); }},
    {"AddDate",
     {kInt, kInt, kInt},
     [](const Value& t, Arguments a) -> Outcome {
       return Value(time_of(t).add_date(number_of(a[0]), number_of(a[1]), number_of(a[2])));
     }},
    {"After",
     {kTime},
     [](const Value& t, Arguments a) -> Outcome {
       return Value(time_of(t).compare(time_of(a[0])) > 0);
     }},
    {"Before",
     {kTime},
     [](const Value& t, Arguments a) -> Outcome {
       return Value(time_of(t).compare(time_of(a[0])) < 0);
     }},
    {"Clock", {}, nullptr, "function Clock has 3 return values; should be 1 or 2"},
    {"Compare",
     {kTime},
     [](const Value& t, Arguments a) -> Outcome {
       const auto order = time_of(t).compare(time_of(a[0]));
       return Value::integer(order < 0 ? -1 : order > 0);
     }},
    {"Date", {}, nullptr, "function Date has 3 return values; should be 1 or 2"},
    {"Day",
     {},
     [](const Value& t, Arguments) -> Outcome { return Value::integer(time_of(t).civil().day); }},
    {"Equal",
     {kTime},
     [](const Value& t, Arguments a) -> Outcome {
       return Value(time_of(t).compare(time_of(a[0])) == 0);
     }},
    {"Format",
     {kString},
     [](const Value& t, Arguments a) -> Outcome { return Value(time_of(t).format(*a[0].text())); }},
    {"Hour",
     {},
     [](const Value& t, Arguments) -> Outcome { return Value::integer(time_of(t).civil().hour); }},
    {"ISOWeek",
     {},
     nullptr,
     "invalid function signature for ISOWeek: second return value should be error; is int"},
    {"In",
     {Parameter::kLocation},
     [](const Value& t, Arguments a) -> Outcome {
       return Value(time_of(t).in(*a[0].as<TimeZone>()));
     }},
    {"IsZero",
     {},
     [](const Value& t, Arguments) -> Outcome {
       return Value(time_of(t).compare(GoTime::zero()) == 0);
     }},
    {"Local",
     {},
     [](const Value& t, Arguments) -> Outcome { return Value(time_of(t).in(TimeZone::local())); }},
    {"Location",
     {},
     [](const Value& t, Arguments) -> Outcome {
       // A location that always has one offset is called by its abbreviation.
       if (time_of(t).location) return Value(*time_of(t).location);
       return Value(TimeZone::fixed(time_of(t).offset, time_of(t).zone));
     }},
    {"Minute",
     {},
     [](const Value& t, Arguments) -> Outcome {
       return Value::integer(time_of(t).civil().minute);
     }},
    {"Month",
     {},
     [](const Value& t, Arguments) -> Outcome { return month(time_of(t).civil().month); }},
    {"Nanosecond",
     {},
     [](const Value& t, Arguments) -> Outcome { return Value::integer(time_of(t).nanos); }},
    {"Round",
     {kDuration},
     [](const Value& t, Arguments a) -> Outcome {
       return Value(time_of(t).rounded(number_of(a[0])));
     }},
    {"Second",
     {},
     [](const Value& t, Arguments) -> Outcome {
       return Value::integer(time_of(t).civil().second);
     }},
    {"String",
     {},
     [](const Value& t, Arguments) -> Outcome { return Value(time_of(t).printed()); }},
    {"Sub",
     {kTime},
     [](const Value& t, Arguments a) -> Outcome {
       return Value::duration(time_of(t).since(time_of(a[0])));
     }},
    {"Truncate",
     {kDuration},
     [](const Value& t, Arguments a) -> Outcome {
       return Value(time_of(t).truncated(number_of(a[0])));
     }},
    {"UTC",
     {},
     [](const Value& t, Arguments) -> Outcome {
       return Value(GoTime::utc(time_of(t).seconds, time_of(t).nanos));
     }},
    {"Unix",
     {},
     [](const Value& t, Arguments) -> Outcome { return Value::int64(time_of(t).seconds); }},
    {"UnixMicro",
     {},
     [](const Value& t, Arguments) -> Outcome {
       return Value::int64(unix_in(time_of(t), 1'000'000, 1'000));
     }},
    {"UnixMilli",
     {},
     [](const Value& t, Arguments) -> Outcome {
       return Value::int64(unix_in(time_of(t), 1'000, 1'000'000));
     }},
    {"UnixNano",
     {},
     [](const Value& t, Arguments) -> Outcome {
       return Value::int64(unix_in(time_of(t), 1'000'000'000, 1));
     }},
    {"Weekday",
     {},
     [](const Value& t, Arguments) -> Outcome { return week_day(time_of(t).civil().week_day); }},
    {"Year",
     {},
     [](const Value& t, Arguments) -> Outcome { return Value::integer(time_of(t).civil().year); }},
    {"YearDay",
     {},
     [](const Value& t, Arguments) -> Outcome {
       return Value::integer(time_of(t).civil().year_day);
     }},
    {"Zone",
     {},
     nullptr,
     "invalid function signature for Zone: second return value should be error; is int"},
    {"ZoneBounds",
     {},
     nullptr,
     "invalid function signature for ZoneBounds: second return value should be error; is "
     "time.Time"},
};

// ---- time.Duration ----

int64_t magnitude(int64_t d) {
  if (d == INT64_MIN) return INT64_MAX;
  return d < 0 ? -d : d;
}

// Go divides whole units and the rest apart, so that whole numbers stay exact.
Value in_units(int64_t d, int64_t unit) {
  return Value(static_cast<double>(d / unit) +
               static_cast<double>(d % unit) / static_cast<double>(unit));
}

int64_t rounded(int64_t d, int64_t to) {
  if (to <= 0) return d;
  const int64_t rest = d % to;
  const int64_t down = d - rest;
  if (magnitude(rest) < to - magnitude(rest)) return down;
  int64_t out = 0;
  if (__builtin_add_overflow(down, d < 0 ? -to : to, &out)) return d < 0 ? INT64_MIN : INT64_MAX;
  return out;
}

const Method kDurationMethods[] = {
    {"Abs",
     {},
     [](const Value& d, Arguments) -> Outcome { return Value::duration(magnitude(number_of(d))); }},
    {"Hours",
     {},
     [](const Value& d, Arguments) -> Outcome { return in_units(number_of(d), kHour); }},
    {"Microseconds",
     {},
     [](const Value& d, Arguments) -> Outcome { return Value::int64(number_of(d) / 1'000); }},
    {"Milliseconds",
     {},
     [](const Value& d, Arguments) -> Outcome {
       return Value::int64(number_of(d) / kMillisecond);
     }},
    {"Minutes",
     {},
     [](const Value& d, Arguments) -> Outcome { return in_units(number_of(d), kMinute); }},
    {"Nanoseconds",
     {},
     [](const Value& d, Arguments) -> Outcome { return Value::int64(number_of(d)); }},
    {"Round",
     {kDuration},
     [](const Value& d, Arguments a) -> Outcome {
       return Value::duration(rounded(number_of(d), number_of(a[0])));
     }},
    {"Seconds",
     {},
     [](const Value& d, Arguments) -> Outcome { return in_units(number_of(d), kSecond); }},
    {"String", {}, [](const Value& d, Arguments) -> Outcome { return Value(d.printed()); }},
    {"Truncate",
     {kDuration},
     [](const Value& d, Arguments a) -> Outcome {
       const int64_t to = number_of(a[0]);
       return Value::duration(to <= 0 ? number_of(d) : number_of(d) - number_of(d) % to);
     }},
};

// time.Month, time.Weekday and *time.Location have this one.
const Method kStringAlone[] = {
    {"String", {}, [](const Value& v, Arguments) -> Outcome { return Value(v.printed()); }},
};

std::span<const Method> methods_of(const Value& receiver) {
  if (receiver.as<GoTime>()) return kTimeMethods;
  if (receiver.as<TimeZone>()) return kStringAlone;
  if (receiver.version()) return version_methods();
  const auto* integer = receiver.as<Integer>();
  if (!integer || !integer->has_words()) return {};
  if (integer->type == Integer::Type::kDuration) return kDurationMethods;
  return kStringAlone;
}

}  // namespace

const Method* find_method(const Value& receiver, std::string_view name) {
  for (const Method& method : methods_of(receiver)) {
    if (method.name == name) return &method;
  }
  return nullptr;
}

}  // namespace logsvc::tmpl
