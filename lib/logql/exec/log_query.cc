#include "logql/exec/log_query.h"

#include <algorithm>
#include <unordered_map>

#include "logql/stages/pipeline.h"

namespace logsvc::logql {
namespace {

constexpr uint64_t kCheckInterval = 1024;  // entries between looks at time and cancellation
constexpr uint64_t kEntryOverhead = 96;

// Sorts entries into streams by their label set.
class StreamCollector {
 public:
  explicit StreamCollector(bool categorize) : categorize_(categorize) {}

  void add(const Entry& entry, std::string_view line, const LabelState& state) {
    ResultEntry out{entry.timestamp, std::string(line), {}, {}};
    if (categorize_) {
      Labels stream;
      state.categorized(stream, out.metadata, out.parsed);
      stream_of(stream).entries.push_back(std::move(out));
    } else if (state.untouched()) {
      // The common case: one look-up by the shared label set instead of a string.
      auto [found, fresh] = by_set_.try_emplace(state.base(), 0);
      if (fresh) found->second = index_of(state.base().labels());
      streams_[found->second].entries.push_back(std::move(out));
    } else {
      stream_of(state.result()).entries.push_back(std::move(out));
    }
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
    if (fresh) streams_.push_back({labels, {}});
    return found->second;
  }
  ResultStream& stream_of(const Labels& labels) { return streams_[index_of(labels)]; }

  const bool categorize_;
  std::vector<ResultStream> streams_;
  std::unordered_map<std::string, size_t> by_text_;
  std::unordered_map<LabelSet, size_t> by_set_;
};

bool thinned_out(Timestamp last, Timestamp now, Duration interval) {
  const Duration distance = now > last ? now - last : last - now;
  return distance < interval;
}

}  // namespace

Result<StreamsResult> run_log_query(const LogExpr& log, const RangeRequest& request,
                                    ExecContext& context) {
  ASSIGN_OR_RETURN(const Pipeline pipeline, Pipeline::compile(log.stages));
  SelectQuery select;
  select.matchers = log.matchers;
  select.range = {request.start, request.end};
  select.direction = request.direction;
  select.must_contain = pipeline.must_contain();
  select.limit_hint = request.limit;
  select.stop = context.stop;
  ASSIGN_OR_RETURN(const auto entries, context.source.select(select));
  StreamCollector collector(request.categorize_labels);
  LabelState state;
  uint64_t taken = 0, seen = 0;
  Timestamp last_taken = 0;
  while (taken < request.limit && entries->next()) {
    if (++seen % kCheckInterval == 0) RETURN_IF_ERROR(context.check());
    const Entry& entry = entries->entry();
    std::string_view line = entry.line;
    state.reset(entries->labels(), entry.metadata);
    if (!pipeline.process(entry.timestamp, line, state)) continue;
    context.stats.lines_after_filter += 1;
    if (request.interval && taken > 0 &&
        thinned_out(last_taken, entry.timestamp, request.interval)) {
      continue;
    }
    last_taken = entry.timestamp;
    RETURN_IF_ERROR(context.hold(line.size() + kEntryOverhead));
    collector.add(entry, line, state);
    ++taken;
  }
  RETURN_IF_ERROR(entries->status());
  context.account(entries->stats());
  context.stats.entries_returned = taken;
  return StreamsResult{collector.take()};
}

}  // namespace logsvc::logql
