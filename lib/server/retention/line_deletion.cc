#include "server/retention/line_deletion.h"

#include "logql/engine.h"

namespace logsvc::server {

Result<store::DeletionFilter> compile_deletion(const std::string& query) {
  ASSIGN_OR_RETURN(const auto parsed, logql::TailQuery::parse(query));
  store::DeletionFilter out;
  out.matchers = parsed->matchers();
  if (logql::parse_selector(query, false).ok()) return out;  // whole streams
  out.make_line_predicate = [query]() -> store::DeletionFilter::LinePredicate {
    auto made = logql::TailQuery::parse(query);
    // It parsed when the request was made.
    const std::shared_ptr<logql::TailQuery> test = std::move(*made);
    return [test](const LabelSet& stream, const Entry& entry) {
      Labels labels;
      logql::ResultEntry shown;
      return test->process(stream, entry, false, labels, shown);
    };
  };
  return out;
}

}  // namespace logsvc::server
