// drop: removes lines for which all the given conditions hold.
#include <algorithm>
#include <cctype>
#include <charconv>

#include "agent/pipeline/stages/stage_compiler.h"
#include "base/byte_size.h"
#include "gotext/regex/go_regex.h"

namespace logsvc::agent {
namespace {

struct DropConfig {
  std::vector<std::string> sources;
  std::string separator;
  std::optional<std::string> value;
  std::optional<GoRegex> regex;
  std::optional<Duration> older_than;
  std::optional<uint64_t> longer_than;
};

class DropStage : public Stage {
 public:
  DropStage(std::shared_ptr<const DropConfig> config, const Clock& clock, Counter& dropped)
      : config_(std::move(config)), clock_(&clock), dropped_(&dropped) {}

  bool run(PipelineEntry& entry) override {
    if (!all_hold(entry)) return true;
    dropped_->add();
    return false;
  }

 private:
  bool all_hold(const PipelineEntry& entry) {
    const DropConfig& c = *config_;
    if (c.longer_than && entry.line.size() <= *c.longer_than) return false;
    if (c.older_than && entry.timestamp >= clock_->now() - *c.older_than) return false;
    if (c.sources.empty()) return !c.regex || c.regex->matches(entry.line);
    if (c.regex || c.value) {
      return join(entry) && (c.regex ? c.regex->matches(text_) : text_ == *c.value);
    }
    return std::all_of(c.sources.begin(), c.sources.end(),
                       [&](const std::string& name) { return entry.extracted.has(name); });
  }

  // Joins the values of the existing sources in text_. Returns false if one of them is null, which
  // is not a text.
  bool join(const PipelineEntry& entry) {
    text_.clear();
    bool first = true;
    for (const std::string& name : config_->sources) {
      const ExtractedValue* value = entry.extracted.find(name);
      if (!value) continue;
      if (!value_text(*value, one_)) return false;
      if (!std::exchange(first, false)) text_ += config_->separator;
      text_ += one_;
    }
    return true;
  }

  std::shared_ptr<const DropConfig> config_;
  const Clock* clock_;
  Counter* dropped_;
  std::string text_, one_;
};

}  // namespace

Result<StageFactory> compile_drop(StageOptions& options, const config::YamlNode&,
                                  StageContext& context) {
  auto config = std::make_shared<DropConfig>();
  config->sources = options.texts("source");
  config->value = options.text("value");
  config->separator = options.text("separator").value_or(";");
  const auto expression = options.text("expression");
  const auto older = options.text("older_than");
  const auto longer = options.text("longer_than");
  const auto reason = options.text("drop_counter_reason");
  RETURN_IF_ERROR(options.status());
  if (config->sources.empty() && !expression && !older && !longer) {
    return options.fault(
        "drop stage config must contain at least one of `source`, `expression`, `older_than` or "
        "`longer_than`");
  }
  if (older) {
    const auto parsed = parse_go_duration(*older);
    if (!parsed.ok()) {
      return options.fault("drop stage invalid duration, " + *older +
                           " cannot be converted to a duration: time: invalid duration " +
                           quote(*older));
    }
    config->older_than = *parsed;
  }
  if (longer) {
    config->longer_than = parse_byte_size(*longer);
    if (!config->longer_than) {
      return options.fault("drop stage failed to parse longer_than to bytes: " + quote(*longer) +
                           " is no size such as 10KB");
    }
  }
  if (config->value && expression) {
    return options.fault(
        "drop stage config error, `value` and `expression` cannot both be defined at the same "
        "time.");
  }
  if (config->value && config->sources.empty()) {
    return options.fault("drop stage config must contain `source` if `value` is specified");
  }
  if (expression) {
    auto regex = GoRegex::compile(*expression);
    if (!regex.ok()) {
      return options.fault("drop stage regex compilation error: " + regex.error().message);
    }
    config->regex = std::move(*regex);
  }
  Counter& dropped = dropped_lines(context, reason && !reason->empty() ? *reason : "drop_stage");
  return factory_of(DropStage(std::move(config), context.clock, dropped));
}

}  // namespace logsvc::agent
