#include "server/api/labels_api.h"

#include "logql/engine.h"
#include "server/query/response_json.h"
#include "server/query/selection.h"
#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

constexpr SelectionRules kLabels = {.query_required = false, .allow_all = false};

}  // namespace

void LabelsApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET POST", "/loki/api/v1/labels", "loki_api_v1_labels", A::kRead,
              handler(this, &LabelsApi::labels)});
  routes.add({"GET POST", "/loki/api/v1/label", "loki_api_v1_label", A::kRead,
              handler(this, &LabelsApi::labels)});
  routes.add({"GET POST", "/loki/api/v1/label/{name}/values", "loki_api_v1_label_name_values",
              A::kRead, handler(this, &LabelsApi::label_values)});
  routes.add({"GET POST", "/loki/api/v1/series", "loki_api_v1_series", A::kRead,
              handler(this, &LabelsApi::series)});
  routes.add({"GET POST", "/api/prom/series", "api_prom_series", A::kRead,
              handler(this, &LabelsApi::series)});
  routes.add({"GET POST", "/api/prom/label", "api_prom_label", A::kRead,
              handler(this, &LabelsApi::legacy_labels)});
  routes.add({"GET POST", "/api/prom/label/{name}/values", "api_prom_label_name_values", A::kRead,
              handler(this, &LabelsApi::legacy_label_values)});
}

void LabelsApi::labels(const http::Request& request, http::Response& response,
                       const Principal& principal) {
  const auto view = views_.of(principal);
  const auto selected = read_selection(Params(request), clock_.now(), kLabels);
  if (!selected.ok()) return send_error(response, selected.error());
  const auto names = view->source().label_names(selected->range, selected->matchers);
  if (!names.ok()) return send_error(response, names.error());
  send_json(response, list_response(*names));
}

void LabelsApi::label_values(const http::Request& request, http::Response& response,
                             const Principal& principal) {
  const auto view = views_.of(principal);
  const auto selected = read_selection(Params(request), clock_.now(), kLabels);
  if (!selected.ok()) return send_error(response, selected.error());
  const auto values =
      view->source().label_values(name_in_path(request.path), selected->range, selected->matchers);
  if (!values.ok()) return send_error(response, values.error());
  send_json(response, list_response(*values));
}

void LabelsApi::series(const http::Request& request, http::Response& response,
                       const Principal& principal) {
  const auto view = views_.of(principal);
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
    // This fails with Loki's text if the selector could match everything.
    const auto specific = logql::parse_selector(text, false);
    if (!specific.ok()) return send_error(response, specific.error());
    groups.push_back(std::move(*matchers));
  }
  queries_.answer(request, response, principal, [&](const logql::QueryRun& run) -> Status {
    ASSIGN_OR_RETURN(const std::vector<LabelSet> found, view->source().series(*range, groups));
    ASSIGN_OR_RETURN(std::string body, series_response(found, run));
    send_json(response, std::move(body));
    return {};
  });
}

void LabelsApi::legacy_labels(const http::Request& request, http::Response& response,
                              const Principal& principal) {
  const auto view = views_.of(principal);
  const auto selected = read_selection(Params(request), clock_.now(), kLabels);
  if (!selected.ok()) return send_error(response, selected.error());
  const auto names = view->source().label_names(selected->range, selected->matchers);
  if (!names.ok()) return send_error(response, names.error());
  send_json(response, legacy_list_response(*names));
}

void LabelsApi::legacy_label_values(const http::Request& request, http::Response& response,
                                    const Principal& principal) {
  const auto view = views_.of(principal);
  const auto selected = read_selection(Params(request), clock_.now(), kLabels);
  if (!selected.ok()) return send_error(response, selected.error());
  const auto values =
      view->source().label_values(name_in_path(request.path), selected->range, selected->matchers);
  if (!values.ok()) return send_error(response, values.error());
  send_json(response, legacy_list_response(*values));
}

}  // namespace logsvc::server
