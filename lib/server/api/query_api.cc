#include "server/api/query_api.h"

#include "base/json_text.h"
#include "logql/syntax/parser.h"
#include "logql/syntax/printer.h"
#include "server/query/query_params.h"
#include "server/query/response_json.h"
#include "server/transport/reply.h"

namespace logsvc::server {

void QueryApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET POST", "/loki/api/v1/query_range", "loki_api_v1_query_range", A::kRead,
              handler(this, &QueryApi::query_range)});
  routes.add({"GET POST", "/loki/api/v1/query", "loki_api_v1_query", A::kRead,
              handler(this, &QueryApi::query)});
  routes.add({"GET POST", "/loki/api/v1/format_query", "loki_api_v1_format_query", A::kRead,
              handler(this, &QueryApi::format_query)});
  routes.add({"GET POST", "/api/prom/query", "api_prom_query", A::kRead,
              handler(this, &QueryApi::legacy_query)});
}

void QueryApi::query_range(const http::Request& request, http::Response& response,
                           const Principal& principal) {
  const auto view = views_.of(principal);
  auto parsed = read_range_request(Params(request), clock_.now());
  if (!parsed.ok()) return send_error(response, parsed.error());
  const auto flags = encoding_flags(request);
  parsed->categorize_labels = categorizes(flags);
  parsed->partial_series = takes_partial_series(request);
  queries_.answer(request, response, principal, [&](const logql::QueryRun& run) -> Status {
    parsed->run = run;
    ASSIGN_OR_RETURN(const logql::QueryResult result, view->engine().range(*parsed));
    ASSIGN_OR_RETURN(std::string body, query_response(result, flags, run));
    send_json(response, std::move(body));
    return {};
  });
}

void QueryApi::query(const http::Request& request, http::Response& response,
                     const Principal& principal) {
  const auto view = views_.of(principal);
  auto parsed = read_instant_request(Params(request), clock_.now());
  if (!parsed.ok()) return send_error(response, parsed.error());
  parsed->partial_series = takes_partial_series(request);
  queries_.answer(request, response, principal, [&](const logql::QueryRun& run) -> Status {
    parsed->run = run;
    ASSIGN_OR_RETURN(const logql::QueryResult result, view->engine().instant(*parsed));
    ASSIGN_OR_RETURN(std::string body, query_response(result, {}, run));
    send_json(response, std::move(body));
    return {};
  });
}

// Answers with the query reformatted; errors in it are answered as JSON here.
void QueryApi::format_query(const http::Request& request, http::Response& response) {
  const auto expr = logql::parse(Params(request).text("query"));
  std::string out = "{\"status\":";
  append_json_string(out, expr.ok() ? "success" : "invalid-query", JsonEscapes::kNeeded);
  out += expr.ok() ? ",\"data\":" : ",\"error\":";
  append_json_string(out, expr.ok() ? logql::pretty_print(**expr) : expr.error().message,
                     JsonEscapes::kNeeded);
  send_json(response, out + "}");
  if (!expr.ok()) response.status = 400;
}

// Answers as query_range, in the envelope of the older path.
void QueryApi::legacy_query(const http::Request& request, http::Response& response,
                            const Principal& principal) {
  const auto view = views_.of(principal);
  auto parsed = read_range_request(Params(request), clock_.now());
  if (!parsed.ok()) return send_error(response, parsed.error());
  const std::string regexp = Params(request).text("regexp");
  if (!regexp.empty()) parsed->query += " |~ " + quote(regexp);
  if (logql::is_metric_query(parsed->query)) {
    return send_error(response, invalid("legacy endpoints only support streams result type"));
  }
  queries_.answer(request, response, principal, [&](const logql::QueryRun& run) -> Status {
    parsed->run = run;
    ASSIGN_OR_RETURN(const logql::QueryResult result, view->engine().range(*parsed));
    ASSIGN_OR_RETURN(std::string body, legacy_query_response(result, run));
    send_json(response, std::move(body));
    return {};
  });
}

}  // namespace logsvc::server
