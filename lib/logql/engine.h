// Runs LogQL: parse → plan → pull iterators over a LogSource. The semantics are those of Grafana
// Loki 3.7.6. Stateless and safe from several threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "logql/run/engine_limits.h"
#include "logql/run/query_request.h"
#include "logql/run/query_result.h"
#include "model/entry.h"
#include "model/log_source.h"

namespace logsvc::logql {

class Engine {
 public:
  // Borrows the source.
  Engine(const LogSource& source, EngineLimits limits);

  // kInvalid (Loki's text) for a query that does not parse or exceeds a limit; kTimeout; the reason
  // of the run's cancellation; kLimit when all queries together hold too much; kUnprocessable for
  // what Loki answers with 500 (many-to-many matches).
  Result<QueryResult> range(const RangeRequest& request) const;
  Result<QueryResult> instant(const InstantRequest& request) const;

 private:
  const LogSource& source_;
  EngineLimits limits_;
};

// A log query compiled for live tail: entries come one at a time, in any order. Not safe from
// several threads at once (stages keep buffers).
class TailQuery {
 public:
  // Errors as Engine's kInvalid; also "only log selector is supported" for a metric query, which
  // callers recognize with is_metric_query.
  static Result<std::unique_ptr<TailQuery>> parse(std::string_view query);
  virtual ~TailQuery() = default;

  virtual const std::vector<Matcher>& matchers() const = 0;
  // Whether the entry of a matching stream passes; then `labels` is the set it is shown under and
  // `out` the entry, filled as in ResultStream/ResultEntry.
  virtual bool process(const LabelSet& stream, const Entry& entry, bool categorize, Labels& labels,
                       ResultEntry& out) = 0;
};

// Returns the matchers of a selector without stages ({a="b"}); kInvalid otherwise, with Loki's
// texts ("only label matchers are supported"). {} gives no matchers if allow_empty.
Result<std::vector<Matcher>> parse_selector(std::string_view text, bool allow_empty);

// True if the text parses as a metric query.
bool is_metric_query(std::string_view query);

}  // namespace logsvc::logql
