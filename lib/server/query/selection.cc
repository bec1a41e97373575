#include "server/query/selection.h"

#include "logql/engine.h"

namespace logsvc::server {

Result<TimeRange> read_range(const Params& params, Timestamp now) {
  ASSIGN_OR_RETURN(TimeRange range, params.range(now));
  if (range.end < range.start) {
    return invalid("this data is no longer available, it is past now - max_query_lookback (0s)");
  }
  range.end = add_saturated(range.end, 1);
  return range;
}

Result<Selection> read_selection(const Params& params, Timestamp now, SelectionRules rules) {
  Selection out;
  ASSIGN_OR_RETURN(out.range, read_range(params, now));
  const std::string query = params.text("query");
  if (!query.empty() || rules.query_required) {
    ASSIGN_OR_RETURN(out.matchers, logql::parse_selector(query, rules.allow_all));
  }
  return out;
}

std::string name_in_path(const std::string& path) {
  const size_t end = path.rfind('/');
  const size_t begin = path.rfind('/', end - 1);
  return path.substr(begin + 1, end - begin - 1);
}

}  // namespace logsvc::server
