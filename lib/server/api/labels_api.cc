#include "server/api/api.h"
#include "server/query/selection.h"

namespace logsvc::server {
namespace {

constexpr SelectionRules kLabels = {.query_required = false, .allow_all = false};

}  // namespace

void Api::labels(const Request& request, Response& response) {
  const auto selected = read_selection(Params(request), clock_.now(), kLabels);
  if (!selected.ok()) return send_error(response, selected.error());
  const auto names = store_.label_names(selected->range, selected->matchers);
  if (!names.ok()) return send_error(response, names.error());
  send_json(response, list_response(*names));
}

void Api::label_values(const Request& request, Response& response) {
  const auto selected = read_selection(Params(request), clock_.now(), kLabels);
  if (!selected.ok()) return send_error(response, selected.error());
  const auto values =
      store_.label_values(name_in_path(request.path), selected->range, selected->matchers);
  if (!values.ok()) return send_error(response, values.error());
  send_json(response, list_response(*values));
}

void Api::series(const Request& request, Response& response) {
  const Params params(request);
  const auto range = read_range(params, clock_.now());
  if (!range.ok()) return send_error(response, range.error());
  std::vector<std::string> texts = params.all("match[]");
  for (const std::string& text : params.all("match")) texts.push_back(text);
  std::vector<std::vector<Matcher>> groups;
  for (const std::string& text : texts) {
    auto matchers = logql::parse_selector(text, true);
    if (!matchers.ok()) return send_error(response, matchers.error());
    if (matchers->empty() && texts.size() > 1) {
      return send_error(response, invalid("0 matchers in group: {}"));
    }
    if (matchers->empty()) continue;
    // Says it if everything could match.
    const auto specific = logql::parse_selector(text, false);
    if (!specific.ok()) return send_error(response, specific.error());
    groups.push_back(std::move(*matchers));
  }
  run_query(request, response, [&](const logql::QueryRun& run) -> Status {
    ASSIGN_OR_RETURN(const std::vector<LabelSet> found, store_.series(*range, groups));
    ASSIGN_OR_RETURN(std::string body, series_response(found, run));
    send_json(response, std::move(body));
    return {};
  });
}

}  // namespace logsvc::server
