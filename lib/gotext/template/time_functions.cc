// Defines dates and times for templates.
#include <chrono>

#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kString = Parameter::kString;

GoTime now_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return GoTime::from(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

GoTime from_seconds(int64_t seconds) {
  GoTime out;
  out.seconds = seconds;
  TimeZone::local().apply(out);
  return out;
}

Outcome now(Context&, Arguments) { return Value(now_time()); }

// Takes a time, or seconds; anything else, as a label's text, stands for the present.
Outcome date(Context&, Arguments a) {
  GoTime t;
  if (const auto* time = a[1].as<GoTime>()) {
    t = *time;
    TimeZone::local().apply(t);
  } else if (const auto* integer = a[1].as<Integer>();
             integer && integer->type != Integer::Type::kByte) {
    t = from_seconds(integer->number);
  } else {
    t = now_time();
  }
  return Value(t.format(*a[0].text()));
}

Outcome to_date(Context&, Arguments a) {
  const auto t = parse_go_time(*a[0].text(), *a[1].text(), TimeZone::local());
  return Value(t ? *t : GoTime::zero());
}

Outcome to_date_in_zone(Context& context, Arguments a) {
  const auto t = parse_go_time(*a[0].text(), *a[2].text(), context.zone(*a[1].text()));
  return Value(t ? *t : GoTime::zero());
}

Outcome unix_epoch(Context&, Arguments a) {
  return Value(std::to_string(a[0].as<GoTime>()->seconds));
}
Outcome unix_epoch_millis(Context&, Arguments a) {
  const auto* t = a[0].as<GoTime>();
  return Value(std::to_string(t->seconds * 1000 + t->nanos / 1'000'000));
}
Outcome unix_epoch_nanos(Context&, Arguments a) {
  const auto* t = a[0].as<GoTime>();
  // Wraps around far from the present, as Go's does.
  const auto nanos =
      static_cast<uint64_t>(t->seconds) * 1'000'000'000u + static_cast<uint64_t>(t->nanos);
  return Value(std::to_string(static_cast<int64_t>(nanos)));
}

// The number of digits tells the unit.
Outcome unix_to_time(Context&, Arguments a) {
  const std::string& text = *a[0].text();
  const std::string problem = "unable to parse time '" + text + "': ";
  bool digits = !text.empty();
  for (size_t i = 0; i < text.size(); ++i) {
    const bool sign = i == 0 && text.size() > 1 && (text[i] == '-' || text[i] == '+');
    digits &= sign || (text[i] >= '0' && text[i] <= '9');
  }
  if (!digits) {
    return invalid(problem + "strconv.ParseInt: parsing " + quote(text) + ": invalid syntax");
  }
  int64_t per_second = 0;
  switch (text.size()) {
    case 5:
      return Value(from_seconds(std::stoll(text) * 86400));
    case 10:
      per_second = 1;
      break;
    case 13:
      per_second = 1'000;
      break;
    case 16:
      per_second = 1'000'000;
      break;
    case 19:
      per_second = 1'000'000'000;
      break;
    default:
      return invalid(problem + "%!w(<nil>)");
  }
  int64_t number = 0;
  try {
    number = std::stoll(text);
  } catch (const std::out_of_range&) {
    return invalid(problem + "strconv.ParseInt: parsing " + quote(text) + ": value out of range");
  }
  const int64_t rest = (number % per_second + per_second) % per_second;
  GoTime t = from_seconds((number - rest) / per_second);
  t.nanos = static_cast<int32_t>(rest * (1'000'000'000 / per_second));
  return Value(t);
}

Outcome entry_timestamp(Context& context, Arguments) {
  return Value(GoTime::from(context.timestamp));
}

const Function kFunctions[] = {
    {"now", {}, false, now},
    {"date", {kString, Parameter::kAny}, false, date},
    {"toDate", {kString, kString}, false, to_date},
    {"toDateInZone", {kString, kString, kString}, false, to_date_in_zone},
    {"unixEpoch", {Parameter::kTime}, false, unix_epoch},
    {"unixEpochMillis", {Parameter::kTime}, false, unix_epoch_millis},
    {"unixEpochNanos", {Parameter::kTime}, false, unix_epoch_nanos},
    {"unixToTime", {kString}, false, unix_to_time},
    {"__timestamp__", {}, false, entry_timestamp},
};

}  // namespace

std::span<const Function> time_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
