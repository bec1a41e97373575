// The older paths under /api/prom: same data, other envelopes.
#include "server/api/api.h"
#include "server/query/query_params.h"
#include "server/query/selection.h"

namespace logsvc::server {
namespace {

constexpr SelectionRules kLabels = {.query_required = false, .allow_all = false};

}  // namespace

void Api::legacy_query(const Request& request, Response& response) {
  auto parsed = read_range_request(Params(request), clock_.now());
  if (!parsed.ok()) return send_error(response, parsed.error());
  const std::string regexp = Params(request).text("regexp");
  if (!regexp.empty()) parsed->query += " |~ " + quote(regexp);
  if (logql::is_metric_query(parsed->query)) {
    return send_error(response, invalid("legacy endpoints only support streams result type"));
  }
  run_query(request, response, [&](const logql::QueryRun& run) -> Status {
    parsed->run = run;
    ASSIGN_OR_RETURN(const logql::QueryResult result, engine_.range(*parsed));
    ASSIGN_OR_RETURN(std::string body, legacy_query_response(result, run));
    send_json(response, std::move(body));
    return {};
  });
}

void Api::legacy_labels(const Request& request, Response& response) {
  const auto selected = read_selection(Params(request), clock_.now(), kLabels);
  if (!selected.ok()) return send_error(response, selected.error());
  const auto names = store_.label_names(selected->range, selected->matchers);
  if (!names.ok()) return send_error(response, names.error());
  send_json(response, legacy_list_response(*names));
}

void Api::legacy_label_values(const Request& request, Response& response) {
  const auto selected = read_selection(Params(request), clock_.now(), kLabels);
  if (!selected.ok()) return send_error(response, selected.error());
  const auto values =
      store_.label_values(name_in_path(request.path), selected->range, selected->matchers);
  if (!values.ok()) return send_error(response, values.error());
  send_json(response, legacy_list_response(*values));
}

}  // namespace logsvc::server
