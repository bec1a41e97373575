// timestamp: reads an entry's time from an extracted value, by Go's layouts.
#include <array>
#include <charconv>
#include <cmath>

#include "agent/pipeline/recent_map.h"
#include "agent/pipeline/stages/stage_compiler.h"
#include "base/calendar.h"
#include "gotext/time/go_time.h"

namespace logsvc::agent {
namespace {

using tmpl::GoTime;
using tmpl::TimeZone;

constexpr size_t kMaxLabelSets = 10'000;  // with a known last time

struct Predefined {
  const char* name;
  const char* layout;
};
constexpr std::array<Predefined, 10> kPredefined = {{
    {"ANSIC", "Mon Jan _2 15:04:05 2006"},
    {"UnixDate", "Mon Jan _2 15:04:05 MST 2006"},
    {"RubyDate", "Mon Jan 02 15:04:05 -0700 2006"},
    {"RFC822", "02 Jan 06 15:04 MST"},
    {"RFC822Z", "02 Jan 06 15:04 -0700"},
    {"RFC850", "Monday, 02-Jan-06 15:04:05 MST"},
    {"RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"},
    {"RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"},
    {"RFC3339", "2006-01-02T15:04:05Z07:00"},
    {"RFC3339Nano", "2006-01-02T15:04:05.999999999Z07:00"},
}};

struct Format {
  int64_t unix_scale = 0;  // ns per unit; 0: a layout
  bool fraction = false;   // Unix seconds may have one
  std::string layout;
  bool predefined = false;
  bool has_year = true;
};

Format format_of(const std::string& name) {
  static constexpr std::pair<const char*, int64_t> kUnix[] = {
      {"Unix", kSecond}, {"UnixMs", kMillisecond}, {"UnixUs", kMicrosecond}, {"UnixNs", 1}};
  Format out;
  for (const auto& [unix_name, scale] : kUnix) {
    if (name != unix_name) continue;
    out.unix_scale = scale;
    out.fraction = scale == kSecond;
    return out;
  }
  for (const Predefined& known : kPredefined) {
    if (name != known.name) continue;
    out.layout = known.layout;
    out.predefined = true;
    return out;
  }
  out.layout = name;
  out.has_year = name.find("2006") != std::string::npos || name.find("06") != std::string::npos;
  return out;
}

std::optional<int64_t> whole_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int64_t out = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failure != std::errc() || end != text.data() + text.size()) return {};
  return out;
}

std::optional<Timestamp> add(std::optional<int64_t> a, int64_t scale, int64_t b) {
  int64_t out = 0;
  if (!a || __builtin_mul_overflow(*a, scale, &out) || __builtin_add_overflow(out, b, &out)) {
    return {};
  }
  return out;
}

std::optional<Timestamp> parse_unix(const Format& format, std::string_view text) {
  const size_t point = text.find('.');
  if (!format.fraction || point == std::string_view::npos) {
    return add(whole_number(text), format.unix_scale, 0);
  }
  const std::string_view digits = text.substr(point + 1);
  const auto fraction = whole_number(digits);
  if (!fraction || digits.size() > 18) return {};
  const double scale = std::pow(10, 9 - static_cast<double>(digits.size()));
  return add(whole_number(text.substr(0, point)), kSecond,
             static_cast<int64_t>(static_cast<double>(*fraction) * scale));
}

std::optional<Timestamp> instant(const std::optional<GoTime>& t) {
  if (!t) return {};
  return add(t->seconds, kSecond, t->nanos);
}

// Returns the year that brings a time without one nearest to now, as Promtail does.
int64_t guess_year(int month, Timestamp now) {
  const Date today = date_of_days(floor_div(now, kDay));
  if (month == 12 && today.month == 1) return today.year - 1;
  if (month == 1 && today.month == 12) return today.year + 1;
  return today.year;
}

// Without a location, times are UTC, and zone abbreviations are those of this machine.
std::optional<Timestamp> parse_layout(const Format& format, std::string_view text,
                                      const std::optional<TimeZone>& location, Timestamp now) {
  static const TimeZone utc = TimeZone::named("UTC"), local = TimeZone::local();
  const bool here = format.predefined || !location;
  const TimeZone &zone = here ? utc : *location, &names = here ? local : *location;
  const auto parsed = tmpl::parse_go_time(format.layout, text, zone, names);
  if (!parsed || format.has_year) return instant(parsed);
  constexpr int64_t kDaySeconds = 86'400;
  const int month = date_of_days(floor_div(parsed->seconds + parsed->offset, kDaySeconds)).month;
  return instant(tmpl::parse_go_time(
      "2006 " + format.layout, std::to_string(guess_year(month, now)) + " " + std::string(text),
      zone, names));
}

struct TimestampConfig {
  std::string source;
  std::vector<Format> formats;
  std::optional<TimeZone> location;
  bool fudge = true;
};

class TimestampStage : public Stage {
 public:
  TimestampStage(std::shared_ptr<const TimestampConfig> config, const Clock& clock)
      : config_(std::move(config)), clock_(&clock), last_(kMaxLabelSets) {}

  bool run(PipelineEntry& entry) override {
    const auto found = find(entry);
    if (found) entry.timestamp = *found;
    if (!config_->fudge) return true;
    const std::string labels = format_labels(entry.labels);
    if (found) {
      last_.set(labels, *found);
    } else if (Timestamp* last = last_.find(labels)) {
      entry.timestamp = ++*last;
    }
    return true;
  }

 private:
  std::optional<Timestamp> find(const PipelineEntry& entry) {
    const ExtractedValue* value = entry.extracted.find(config_->source);
    if (!value || !value_text(*value, text_)) return {};
    const auto* number = std::get_if<ExtractedNumber>(value);
    for (const Format& format : config_->formats) {
      // A JSON number keeps the digits that a double would lose.
      const bool exact = number && format.unix_scale != 0 && !format.fraction &&
                         whole_number(number->written).has_value();
      const std::string& text = exact ? number->written : text_;
      const auto parsed = format.unix_scale != 0
                              ? parse_unix(format, text)
                              : parse_layout(format, text, config_->location, clock_->now());
      if (parsed) return parsed;
    }
    return {};
  }

  std::shared_ptr<const TimestampConfig> config_;
  const Clock* clock_;
  RecentMap<Timestamp> last_;
  std::string text_;
};

}  // namespace

Result<StageFactory> compile_timestamp(StageOptions& options, const config::YamlNode&,
                                       StageContext& context) {
  auto config = std::make_shared<TimestampConfig>();
  config->source = options.text("source").value_or("");
  const std::string format = options.text("format").value_or("");
  const auto fallbacks = options.texts("fallback_formats");
  const auto location = options.text("location");
  const std::string action = options.text("action_on_failure").value_or("fudge");
  RETURN_IF_ERROR(options.status());
  if (config->source.empty()) {
    return options.fault("timestamp source value is required if timestamp is specified");
  }
  if (format.empty()) return options.fault("timestamp format is required");
  if (action != "fudge" && action != "skip") {
    return options.fault("invalid action on failure (supported values are [skip fudge])");
  }
  if (location && *location == "Local") {
    config->location = TimeZone::local();
  } else if (location) {
    config->location = TimeZone::named(location->empty() ? "UTC" : *location);
    if (!config->location->known() && !location->empty() && *location != "UTC") {
      return options.fault("invalid location specified: unknown time zone " + *location);
    }
  }
  config->fudge = action == "fudge";
  config->formats.push_back(format_of(format));
  for (const std::string& name : fallbacks) config->formats.push_back(format_of(name));
  const Clock& clock = context.clock;
  std::shared_ptr<const TimestampConfig> shared = config;
  return StageFactory([shared, &clock](StageObserver*, int) {
    return std::make_unique<TimestampStage>(shared, clock);
  });
}

}  // namespace logsvc::agent
