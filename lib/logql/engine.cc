#include "logql/engine.h"

#include <algorithm>
#include <cmath>

#include "logql/exec/log_query.h"
#include "logql/exec/metric_query.h"
#include "logql/stages/pipeline.h"
#include "logql/syntax/cursor.h"
#include "logql/syntax/parser.h"
#include "logql/syntax/pipeline_parser.h"

namespace logsvc::logql {
namespace {

Status check_request(const EngineLimits& limits, Timestamp start, Timestamp end) {
  if (end < start) return invalid("end timestamp must not be before or equal to start time");
  if (limits.max_query_length && sub_saturated(end, start) > limits.max_query_length) {
    return invalid("the query time range exceeds the limit (query length: " +
                   format_duration(sub_saturated(end, start)) +
                   ", limit: " + format_duration(limits.max_query_length) + ")");
  }
  return {};
}

// Aligns steps as Loki's front end does: start down, end up to multiples of the step.
Result<Steps> aligned_steps(const RangeRequest& request, const EngineLimits& limits) {
  if (request.step <= 0) {
    return invalid(
        "zero or negative query resolution step widths are not accepted. Try a positive integer");
  }
  Timestamp start = round_down(request.start, request.step);
  Timestamp end = round_down(request.end, request.step);
  if (end < request.end) end = add_saturated(end, request.step);
  if (start == end) {
    start = request.start;
    end = request.end;
  }
  const auto count = static_cast<uint64_t>(sub_saturated(end, start) / request.step) + 1;
  if (limits.max_points && count > limits.max_points + 1) {
    return invalid(
        "exceeded maximum resolution of 11,000 points per time series. Try increasing the value "
        "of the step parameter");
  }
  return Steps{start, request.step, static_cast<size_t>(count)};
}

int64_t to_ms(Timestamp t) { return t / kMillisecond; }

// Series without a sample are left out.
Result<std::vector<ResultSeries>> to_series(StepVector vector, const Steps& steps,
                                            ExecContext& context) {
  std::vector<ResultSeries> out;
  for (StepSeries& s : vector) {
    const auto samples =
        static_cast<size_t>(std::count(s.present.begin(), s.present.end(), uint8_t{1}));
    ResultSeries series{std::move(s.labels), {}};
    RETURN_IF_ERROR(context.tick(steps.count));
    RETURN_IF_ERROR(context.hold(samples * sizeof(Sample) + kAllocationBytes));
    series.samples.reserve(samples);
    for (size_t i = 0; i < steps.count; ++i) {
      if (s.present[i]) series.samples.push_back({to_ms(steps.at(i)), s.values[i]});
    }
    if (samples) RETURN_IF_ERROR(context.append(out, std::move(series)));
    s = StepSeries();
    context.release(step_bytes(steps.count));
  }
  return out;
}

Status limit_number(std::vector<ResultSeries>& series, const EngineLimits& limits, bool partial,
                    std::vector<std::string>& warnings) {
  if (!limits.max_series || series.size() <= limits.max_series) return {};
  if (partial) {
    series.resize(limits.max_series);
    warnings.push_back("maximum number of series (" + std::to_string(limits.max_series) +
                       ") reached for a single query; returning partial results");
    return {};
  }
  return invalid("maximum number of series (" + std::to_string(limits.max_series) +
                 ") reached for a single query; consider reducing query cardinality by adding "
                 "more specific stream selectors, reducing the time range, or aggregating "
                 "results with functions like sum(), count() or topk()");
}

void sort_by_labels(std::vector<ResultSeries>& series) {
  std::stable_sort(series.begin(), series.end(), [](const ResultSeries& a, const ResultSeries& b) {
    return a.labels < b.labels;
  });
}

// Series that ended up with the same labels, by label_replace for example, are one in a matrix.
void merge_equal(std::vector<ResultSeries>& sorted) {
  std::vector<ResultSeries> out;
  for (ResultSeries& s : sorted) {
    if (out.empty() || out.back().labels != s.labels) {
      out.push_back(std::move(s));
      continue;
    }
    auto& samples = out.back().samples;
    const auto middle = static_cast<ptrdiff_t>(samples.size());
    samples.insert(samples.end(), s.samples.begin(), s.samples.end());
    std::inplace_merge(
        samples.begin(), samples.begin() + middle, samples.end(),
        [](const Sample& a, const Sample& b) { return a.timestamp_ms < b.timestamp_ms; });
  }
  sorted = std::move(out);
}

QueryResult finish(ExecContext& context, QueryResult result) {
  result.stats = context.stats;
  result.stats.exec_time = context.elapsed();
  result.warnings = std::move(context.warnings);
  return result;
}

class CompiledTailQuery : public TailQuery {
 public:
  CompiledTailQuery(std::vector<Matcher> matchers, Pipeline pipeline)
      : matchers_(std::move(matchers)), pipeline_(std::move(pipeline)) {}

  const std::vector<Matcher>& matchers() const override { return matchers_; }

  bool process(const LabelSet& stream, const Entry& entry, bool categorize, Labels& labels,
               ResultEntry& out) override {
    std::string_view line = entry.line;
    state_.reset(stream, entry.metadata);
    if (!pipeline_.process(entry.timestamp, line, state_)) return false;
    out.timestamp = entry.timestamp;
    out.line = line;
    out.metadata.clear();
    out.parsed.clear();
    if (categorize) {
      state_.categorized(labels, out.metadata, out.parsed);
    } else {
      labels = state_.result();
    }
    return true;
  }

 private:
  const std::vector<Matcher> matchers_;
  const Pipeline pipeline_;
  LabelState state_;
};

}  // namespace

Error query_timed_out() {
  return {ErrorCode::kTimeout,
          "request timed out, decrease the duration of the request or add more label matchers "
          "(prefer exact match over regex match) to reduce the amount of data processed"};
}

Engine::Engine(const LogSource& source, EngineLimits limits) : source_(source), limits_(limits) {}

Result<QueryResult> Engine::range(const RangeRequest& request) const {
  ASSIGN_OR_RETURN(const ExprPtr expr, parse(request.query));
  RETURN_IF_ERROR(check_request(limits_, request.start, request.end));
  ExecContext context(source_, limits_, request.run);
  QueryResult result;
  if (const auto* log = std::get_if<LogExpr>(&expr->node)) {
    if (limits_.max_entries && request.limit > limits_.max_entries) {
      return invalid("max entries limit per query exceeded, limit > max_entries_limit_per_query (" +
                     std::to_string(request.limit) + " > " + std::to_string(limits_.max_entries) +
                     ")");
    }
    ASSIGN_OR_RETURN(StreamsResult streams, run_log_query(*log, request, context));
    result.categorized = request.categorize_labels;
    result.data = std::move(streams);
    return finish(context, std::move(result));
  }
  ASSIGN_OR_RETURN(const Steps steps, aligned_steps(request, limits_));
  ASSIGN_OR_RETURN(MetricValue value, evaluate(*expr, steps, context));
  if (const double* number = std::get_if<double>(&value)) {
    StepSeries constant = StepSeries::empty({}, steps.count);
    for (size_t i = 0; i < steps.count; ++i) constant.put(i, *number);
    value = StepVector{std::move(constant)};
  }
  MatrixResult matrix;
  ASSIGN_OR_RETURN(matrix.series,
                   to_series(std::get<StepVector>(std::move(value)), steps, context));
  sort_by_labels(matrix.series);
  merge_equal(matrix.series);
  RETURN_IF_ERROR(limit_number(matrix.series, limits_, request.partial_series, context.warnings));
  result.data = std::move(matrix);
  return finish(context, std::move(result));
}

Result<QueryResult> Engine::instant(const InstantRequest& request) const {
  ASSIGN_OR_RETURN(const ExprPtr expr, parse(request.query));
  if (expr->is_log()) {
    return invalid(
        "log queries are not supported as an instant query type, please change your query to a "
        "range query type");
  }
  ExecContext context(source_, limits_, request.run);
  const Steps steps{request.time, 1, 1};
  ASSIGN_OR_RETURN(MetricValue value, evaluate(*expr, steps, context));
  QueryResult result;
  if (const double* number = std::get_if<double>(&value)) {
    result.data = ScalarResult{{to_ms(request.time), *number}};
    return finish(context, std::move(result));
  }
  VectorResult vector;
  ASSIGN_OR_RETURN(vector.series,
                   to_series(std::get<StepVector>(std::move(value)), steps, context));
  if (!contains_sort(*expr)) sort_by_labels(vector.series);
  RETURN_IF_ERROR(limit_number(vector.series, limits_, request.partial_series, context.warnings));
  result.data = std::move(vector);
  return finish(context, std::move(result));
}

Result<std::unique_ptr<TailQuery>> TailQuery::parse(std::string_view query) {
  ASSIGN_OR_RETURN(const ExprPtr expr, logql::parse(query));
  auto* log = std::get_if<LogExpr>(&expr->node);
  if (!log) return invalid("only log selector is supported");
  ASSIGN_OR_RETURN(Pipeline pipeline, Pipeline::compile(log->stages));
  return std::unique_ptr<TailQuery>(
      new CompiledTailQuery(std::move(log->matchers), std::move(pipeline)));
}

Result<std::vector<Matcher>> parse_selector(std::string_view text, bool allow_empty) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, lex(text));
  Cursor in(std::move(tokens));
  if (!in.now().is("{")) {
    const auto whole = logql::parse(text);
    return whole.ok() ? invalid("only label matchers are supported") : whole.error();
  }
  ASSIGN_OR_RETURN(std::vector<Matcher> matchers, parse_matchers(in));
  if (in.now().kind != TokenKind::kEnd) {
    const auto whole = logql::parse(text);
    if (!whole.ok()) return whole.error();
    return invalid("only label matchers are supported");
  }
  if (!allow_empty) RETURN_IF_ERROR(check_matchers(matchers));
  return matchers;
}

bool is_metric_query(std::string_view query) {
  const auto expr = logql::parse(query);
  return expr.ok() && !(*expr)->is_log();
}

}  // namespace logsvc::logql
