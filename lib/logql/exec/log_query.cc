#include "logql/exec/log_query.h"

#include <algorithm>
#include <unordered_map>

#include "base/bytes.h"
#include "logql/stages/pipeline.h"

namespace logsvc::logql {
namespace {

// What an entry in the growing list of its stream, and its line's allocation, take.
constexpr uint64_t kEntryOverhead = 2 * sizeof(ResultEntry) + kAllocationBytes;

// Sorts entries into streams by their label set.
class StreamCollector {
 public:
  explicit StreamCollector(bool categorize) : categorize_(categorize) {}

  // Returns the bytes of new labels it keeps.
  uint64_t add(const Entry& entry, std::string_view line, const LabelState& state) {
    ResultEntry out{entry.timestamp, std::string(line), {}, {}};
    label_bytes_ = 0;
    if (categorize_) {
      Labels stream;
      state.categorized(stream, out.metadata, out.parsed);
      for (const auto* labels : {&out.metadata, &out.parsed}) {
        for (const Label& l : *labels) label_bytes_ += sizeof l + l.name.size() + l.value.size();
      }
      stream_of(stream).entries.push_back(std::move(out));
    } else if (state.untouched()) {
      // The common case: one look-up by the shared label set instead of a string.
      auto [found, fresh] = by_set_.try_emplace(state.base(), 0);
      if (fresh) found->second = index_of(state.base().labels());
      streams_[found->second].entries.push_back(std::move(out));
    } else if (state.as_stored()) {
      // Nearly as common: the metadata has few different values, such as the line's level.
      auto [found, fresh] = by_source_.try_emplace(source_key(state.base(), entry.metadata), 0);
      if (fresh) {
        found->second = index_of(state.result());
        label_bytes_ += found->first.size();
      }
      streams_[found->second].entries.push_back(std::move(out));
    } else {
      stream_of(state.result()).entries.push_back(std::move(out));
    }
    return label_bytes_;
  }

  std::vector<ResultStream> take() {
    std::vector<std::pair<std::string, size_t>> order(by_text_.begin(), by_text_.end());
    std::sort(order.begin(), order.end());
    std::vector<ResultStream> out;
    for (const auto& [text, index] : order) out.push_back(std::move(streams_[index]));
    return out;
  }

 private:
  size_t index_of(const Labels& labels) {
    auto [found, fresh] = by_text_.try_emplace(format_labels(labels), streams_.size());
    if (fresh) {
      streams_.push_back({labels, {}});
      label_bytes_ += 2 * found->first.size();
    }
    return found->second;
  }
  const std::string& source_key(const LabelSet& stream, std::span<const LabelView> metadata) {
    key_.clear();
    put_string(key_, stream.to_string());
    for (const LabelView& pair : metadata) {
      put_string(key_, pair.name);
      put_string(key_, pair.value);
    }
    return key_;
  }
  ResultStream& stream_of(const Labels& labels) { return streams_[index_of(labels)]; }

  const bool categorize_;
  uint64_t label_bytes_ = 0;
  std::vector<ResultStream> streams_;
  std::unordered_map<std::string, size_t> by_text_;
  std::unordered_map<LabelSet, size_t> by_set_;
  std::unordered_map<std::string, size_t> by_source_;
  std::string key_;
};

// Implements interval=: an entry is returned if it is at least that far from the one returned
// before. Loki asks hour by hour, takes `limit` entries of each hour, and thins those.
class Thinning {
 public:
  Thinning(Duration interval, uint64_t limit) : interval_(interval), limit_(limit) {}

  // Whether to return it; called for each entry that passed the pipeline.
  bool take(Timestamp t) {
    if (interval_ == 0) return true;
    const int64_t hour = t / kHour - (t % kHour < 0);
    if (hour != hour_) {
      hour_ = hour;
      of_hour_ = 0;
      first_ = true;
    }
    if (of_hour_++ >= limit_) return false;
    const Duration distance = t > last_ ? sub_saturated(t, last_) : sub_saturated(last_, t);
    if (!first_ && distance < interval_) return false;
    first_ = false;
    last_ = t;
    return true;
  }

 private:
  const Duration interval_;
  const uint64_t limit_;
  int64_t hour_ = 0;
  uint64_t of_hour_ = 0;
  bool first_ = true;
  Timestamp last_ = 0;
};

}  // namespace

Result<StreamsResult> run_log_query(const LogExpr& log, const RangeRequest& request,
                                    ExecContext& context) {
  ASSIGN_OR_RETURN(const Pipeline pipeline,
                   Pipeline::compile(log.stages, nullptr, context.cancellation));
  SelectQuery select;
  select.matchers = log.matchers;
  select.range = {request.start, request.end};
  select.direction = request.direction;
  select.lines = pipeline.lines();
  select.parser = pipeline.parser();
  select.fields = pipeline.fields();
  select.limit_hint = request.limit;
  select.stop = context.cancellation.token();
  ASSIGN_OR_RETURN(const auto entries, context.source.select(select));
  StreamCollector collector(request.categorize_labels);
  LabelState state;
  uint64_t taken = 0;
  Thinning thinning(request.interval, request.limit);
  while (taken < request.limit && entries->next()) {
    const Entry& entry = entries->entry();
    RETURN_IF_ERROR(context.tick(entry.line.size()));
    std::string_view line = entry.line;
    state.reset(entries->labels(), entry.metadata);
    if (!pipeline.process(entry.timestamp, line, state)) continue;
    context.stats.lines_after_filter += 1;
    if (!thinning.take(entry.timestamp)) continue;
    RETURN_IF_ERROR(context.hold(line.size() + kEntryOverhead));
    RETURN_IF_ERROR(context.hold(collector.add(entry, line, state)));
    ++taken;
  }
  RETURN_IF_ERROR(entries->status());
  context.account(entries->stats());
  context.stats.entries_returned = taken;
  return StreamsResult{collector.take()};
}

}  // namespace logsvc::logql
