// metrics: counts lines and values in counters, gauges and histograms on the agent's /metrics. Each
// label set has a series; idle series are removed.
#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "agent/pipeline/stages/stage_compiler.h"
#include "base/mutex.h"
#include "gotext/go_number.h"

namespace logsvc::agent {
namespace {

constexpr size_t kMaxSeries = 10'000;  // in one metric; further label sets are not counted

enum class MetricKind { kCounter, kGauge, kHistogram };
enum class MetricAction { kSet, kInc, kDec, kAdd, kSub, kObserve };

struct MetricConfig {
  MetricKind kind = MetricKind::kCounter;
  MetricAction action = MetricAction::kInc;
  std::string source;
  std::optional<std::string> value;  // only lines whose source has this value count
  bool match_all = false;
  bool count_entry_bytes = false;
  std::vector<double> buckets;
  Duration max_idle = 5 * kMinute;
};

// Holds the series of one metric. Safe from several threads.
class MetricSeries {
 public:
  MetricSeries(MetricConfig config, const Clock& clock)
      : config_(std::move(config)), clock_(clock) {}

  const MetricConfig& config() const { return config_; }

  void change(const Labels& labels, double value) {
    MutexLock lock(mutex_);
    auto found = series_.find(labels);
    if (found == series_.end()) {
      if (series_.size() >= kMaxSeries) return;
      found = series_.emplace(labels, Series()).first;
      found->second.counts.resize(config_.buckets.size() + 1);
    }
    Series& s = found->second;
    s.last_ns = clock_.steady_ns();
    switch (config_.action) {
      case MetricAction::kSet:
        s.value = value;
        break;
      case MetricAction::kInc:
        s.value += 1;
        break;
      case MetricAction::kDec:
        s.value -= 1;
        break;
      case MetricAction::kAdd:
        s.value += value;
        break;
      case MetricAction::kSub:
        s.value -= value;
        break;
      case MetricAction::kObserve: {
        const auto at = std::lower_bound(config_.buckets.begin(), config_.buckets.end(), value);
        ++s.counts[static_cast<size_t>(at - config_.buckets.begin())];
        s.value += value;
      }
    }
  }

  // Writes the series; those idle for too long are written one last time.
  void write(const Metrics::AddSample& add) {
    MutexLock lock(mutex_);
    for (auto it = series_.begin(); it != series_.end();) {
      write_one(it->first, it->second, add);
      const bool idle = clock_.steady_ns() - it->second.last_ns > config_.max_idle;
      it = idle ? series_.erase(it) : std::next(it);
    }
  }

 private:
  struct Series {
    double value = 0;  // in a histogram: the sum
    std::vector<uint64_t> counts;
    int64_t last_ns = 0;
  };

  void write_one(const Labels& from, const Series& s, const Metrics::AddSample& add) const {
    MetricLabels labels;
    for (const Label& label : from) {
      if (!label.name.starts_with("__")) labels.emplace_back(label.name, label.value);
    }
    if (config_.kind != MetricKind::kHistogram) return add("", labels, s.value);
    uint64_t total = 0;
    for (size_t i = 0; i < s.counts.size(); ++i) {
      total += s.counts[i];
      MetricLabels bucket = labels;
      char text[64] = "+Inf";
      if (i < config_.buckets.size()) *std::to_chars(text, text + 60, config_.buckets[i]).ptr = 0;
      bucket.emplace_back("le", text);
      add("_bucket", bucket, static_cast<double>(total));
    }
    add("_sum", labels, s.value);
    add("_count", labels, static_cast<double>(total));
  }

  const MetricConfig config_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<Labels, Series> series_ GUARDED_BY(mutex_);
};

// Returns a number, or a Go duration in seconds; true is 1.
std::optional<double> metric_number(const ExtractedValue& value) {
  if (const auto* number = std::get_if<ExtractedNumber>(&value)) return number->value;
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? 1 : 0;
  const auto* text = std::get_if<std::string>(&value);
  if (!text) return {};
  if (const auto number = parse_go_float(*text)) return number;
  const auto duration = parse_go_duration(*text);
  if (!duration.ok()) return {};
  return static_cast<double>(*duration) * 1e-9;
}

class MetricsStage : public Stage {
 public:
  explicit MetricsStage(std::vector<std::shared_ptr<MetricSeries>> metrics)
      : metrics_(std::move(metrics)) {}

  bool run(PipelineEntry& entry) override {
    for (const auto& metric : metrics_) record(*metric, entry);
    return true;
  }

 private:
  static void record(MetricSeries& metric, const PipelineEntry& entry) {
    const MetricConfig& c = metric.config();
    if (c.match_all) {
      const double bytes = static_cast<double>(entry.line.size());
      return metric.change(entry.labels, c.count_entry_bytes ? bytes : 1);
    }
    const ExtractedValue* value = entry.extracted.find(c.source);
    if (!value) return;
    if (c.value) {
      std::string text;
      if (!value_text(*value, text) || text != *c.value) return;
    }
    if (c.action == MetricAction::kInc || c.action == MetricAction::kDec) {
      return metric.change(entry.labels, 1);
    }
    const auto number = metric_number(*value);
    if (!number || (c.kind == MetricKind::kCounter && *number < 0)) return;
    metric.change(entry.labels, *number);
  }

  std::vector<std::shared_ptr<MetricSeries>> metrics_;
};

bool same_word(const std::string& a, const char* b) { return strcasecmp(a.c_str(), b) == 0; }

// Reads the `config` of a metric. Returns what is wrong; empty: nothing.
std::string read_action(StageOptions& options, MetricConfig& out) {
  out.match_all = options.flag("match_all", false);
  out.count_entry_bytes = options.flag("count_entry_bytes", false);
  out.value = options.text("value");
  const std::string action = options.text("action").value_or("");
  const config::YamlNode* buckets = options.node("buckets");
  if (buckets) {
    for (const auto& item : buckets->items) {
      const auto bound = parse_go_float(item.text);
      if (!bound) return "histogram buckets must be numbers";
      if (!std::isinf(*bound)) out.buckets.push_back(*bound);
    }
    std::sort(out.buckets.begin(), out.buckets.end());
  }
  if (out.match_all && out.value) return "`match_all` cannot be combined with `value`";
  if (out.kind == MetricKind::kHistogram) {
    out.action = MetricAction::kObserve;
    if (out.buckets.empty()) {
      out.buckets = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
    }
    return "";
  }
  static constexpr std::pair<const char*, MetricAction> kActions[] = {{"inc", MetricAction::kInc},
                                                                      {"add", MetricAction::kAdd},
                                                                      {"set", MetricAction::kSet},
                                                                      {"dec", MetricAction::kDec},
                                                                      {"sub", MetricAction::kSub}};
  bool known = false;
  for (const auto& [name, kind] : kActions) {
    const bool for_counter = kind == MetricAction::kInc || kind == MetricAction::kAdd;
    if (!same_word(action, name) || (out.kind == MetricKind::kCounter && !for_counter)) continue;
    out.action = kind;
    known = true;
  }
  if (!known) {
    return out.kind == MetricKind::kCounter
               ? "counter action must be defined as either `inc` or `add`"
               : "gauge action must be one of set, inc, dec, add, sub";
  }
  if (out.count_entry_bytes && (!out.match_all || out.action != MetricAction::kAdd)) {
    return "`count_entry_bytes` requires `match_all` to be true and `action` to be `add`";
  }
  return "";
}

}  // namespace

Result<StageFactory> compile_metrics(StageOptions& options, const config::YamlNode& node,
                                     StageContext& context) {
  std::vector<std::shared_ptr<MetricSeries>> metrics;
  if (!node.is_map() && !node.is_null()) return options.fault("expected a map of metrics");
  for (const auto& [name, definition] : node.members) {
    (void)options.node(name.text);
    StageOptions one(definition, "metrics", context.problems);
    MetricConfig config;
    const std::string type = one.text("type").value_or("");
    const std::string help = one.text("description").value_or("");
    config.source = one.text("source").value_or(name.text);
    const std::string prefix = one.text("prefix").value_or("");
    const auto idle = one.text("max_idle_duration");
    static const config::YamlNode kNone;
    const config::YamlNode* action = one.node("config");
    RETURN_IF_ERROR(one.status());
    if (same_word(type, "counter")) {
      config.kind = MetricKind::kCounter;
    } else if (same_word(type, "gauge")) {
      config.kind = MetricKind::kGauge;
    } else if (same_word(type, "histogram")) {
      config.kind = MetricKind::kHistogram;
    } else {
      return options.fault_at(definition, "invalid metric type: " + quote(type) +
                                              " must be one of counter, gauge or histogram");
    }
    if (idle) {
      const auto parsed = parse_go_duration(*idle);
      if (!parsed.ok()) {
        return options.fault_at(
            definition, "max_idle_duration could not be parsed as a duration: " + quote(*idle));
      }
      if (*parsed < kSecond) {
        return options.fault_at(definition, "max_idle_duration must be greater than 1s");
      }
      config.max_idle = *parsed;
    }
    StageOptions details(action ? *action : kNone, "metrics", context.problems);
    const std::string fault = read_action(details, config);
    RETURN_IF_ERROR(details.status());
    if (!fault.empty()) return options.fault_at(definition, fault);
    const char* kind = config.kind == MetricKind::kCounter ? "counter"
                       : config.kind == MetricKind::kGauge ? "gauge"
                                                           : "histogram";
    auto series = std::make_shared<MetricSeries>(std::move(config), context.clock);
    context.metrics.sample_function(
        (prefix.empty() ? "promtail_custom_" : prefix) + name.text, help, kind,
        [series](const Metrics::AddSample& add) { series->write(add); });
    metrics.push_back(std::move(series));
  }
  return factory_of(MetricsStage(std::move(metrics)));
}

}  // namespace logsvc::agent
