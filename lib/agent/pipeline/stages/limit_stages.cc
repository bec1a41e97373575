// limit: limits the rate of lines for all targets of the job together. sampling: keeps a share of
// lines.
#include "agent/pipeline/recent_map.h"
#include "agent/pipeline/stages/stage_compiler.h"
#include "agent/pipeline/token_bucket.h"
#include "base/checksum.h"
#include "base/mutex.h"

namespace logsvc::agent {
namespace {

constexpr int64_t kMinDistinctLabels = 10'000;

// Shared by the pipelines of the targets. Safe from several threads.
class SharedLimit {
 public:
  SharedLimit(double rate, int64_t burst, size_t labels)
      : rate_(rate), burst_(static_cast<double>(burst)), all_(rate_, burst_), by_label_(labels) {}

  bool take(int64_t steady_ns) {
    MutexLock lock(mutex_);
    return all_.take(steady_ns);
  }
  int64_t reserve(int64_t steady_ns) {
    MutexLock lock(mutex_);
    return all_.reserve(steady_ns);
  }
  bool take(const std::string& label, int64_t steady_ns) {
    MutexLock lock(mutex_);
    TokenBucket* bucket = by_label_.find(label);
    if (!bucket) bucket = &by_label_.set(label, TokenBucket(rate_, burst_));
    return bucket->take(steady_ns);
  }

 private:
  const double rate_, burst_;
  Mutex mutex_;
  TokenBucket all_ GUARDED_BY(mutex_);
  RecentMap<TokenBucket> by_label_ GUARDED_BY(mutex_);
};

class LimitStage : public Stage {
 public:
  LimitStage(std::shared_ptr<SharedLimit> limit, bool drop, std::string label, Counter& dropped)
      : limit_(std::move(limit)), drop_(drop), label_(std::move(label)), dropped_(&dropped) {}

  bool run(PipelineEntry& entry) override {
    bool passes = true;
    if (!label_.empty()) {
      const std::string* label = find_label(entry.labels, label_);
      passes = !label || limit_->take(*label, entry.steady_ns);
    } else if (drop_) {
      passes = limit_->take(entry.steady_ns);
    } else {
      paused_until_ = limit_->reserve(entry.steady_ns);
    }
    if (!passes) dropped_->add();
    return passes;
  }
  int64_t paused_until() const override { return paused_until_; }

 private:
  std::shared_ptr<SharedLimit> limit_;
  bool drop_;
  std::string label_;
  Counter* dropped_;
  int64_t paused_until_ = 0;
};

// Decides by the line and its time, not by chance: a line that is read again is treated the same.
class SamplingStage : public Stage {
 public:
  SamplingStage(double rate, Counter& dropped) : rate_(rate), dropped_(&dropped) {}
  bool run(PipelineEntry& entry) override {
    const uint64_t hash = hash_bytes(entry.line, static_cast<uint64_t>(entry.read_time));
    const bool kept = static_cast<double>(hash >> 11) * 0x1p-53 < rate_;
    if (!kept) dropped_->add();
    return kept;
  }

 private:
  double rate_;
  Counter* dropped_;
};

}  // namespace

Result<StageFactory> compile_limit(StageOptions& options, const config::YamlNode&,
                                   StageContext& context) {
  const double rate = options.number("rate", 0);
  const int64_t burst = options.integer("burst", 0);
  const bool drop = options.flag("drop", false);
  const std::string label = options.text("by_label_name").value_or("");
  const int64_t labels = options.integer("max_distinct_labels", kMinDistinctLabels);
  RETURN_IF_ERROR(options.status());
  if (!(rate > 0) || burst <= 0) {
    return options.fault("limit stage failed to parse rate or burst: both must be above 0");
  }
  if (!label.empty() && !drop) {
    return options.fault("When ratelimiting by label, drop must be true");
  }
  auto limit = std::make_shared<SharedLimit>(
      rate, burst, static_cast<size_t>(std::max(labels, kMinDistinctLabels)));
  return factory_of(
      LimitStage(std::move(limit), drop, label, dropped_lines(context, "ratelimit_drop_stage")));
}

Result<StageFactory> compile_sampling(StageOptions& options, const config::YamlNode&,
                                      StageContext& context) {
  const double rate = options.number("rate", 0);
  const auto reason = options.text("drop_counter_reason");
  RETURN_IF_ERROR(options.status());
  if (!(rate >= 0 && rate <= 1)) {
    return options.fault(
        "sampling stage failed to parse rate, Sampling Rate must be between 0.0 and 1.0, "
        "received " +
        std::to_string(rate));
  }
  Counter& dropped =
      dropped_lines(context, reason && !reason->empty() ? *reason : "sampling_stage");
  return factory_of(SamplingStage(rate, dropped));
}

}  // namespace logsvc::agent
