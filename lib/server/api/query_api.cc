#include "base/json_text.h"
#include "logql/syntax/parser.h"
#include "logql/syntax/printer.h"
#include "server/api/api.h"
#include "server/query/query_params.h"

namespace logsvc::server {

void Api::query_range(const Request& request, Response& response) {
  auto parsed = read_range_request(Params(request), clock_.now());
  if (!parsed.ok()) return send_error(response, parsed.error());
  const auto flags = encoding_flags(request);
  parsed->categorize_labels = categorizes(flags);
  parsed->partial_series = takes_partial_series(request);
  run_query(request, response, [&](const logql::QueryRun& run) -> Status {
    parsed->run = run;
    ASSIGN_OR_RETURN(const logql::QueryResult result, engine_.range(*parsed));
    ASSIGN_OR_RETURN(std::string body, query_response(result, flags, run));
    send_json(response, std::move(body));
    return {};
  });
}

void Api::query(const Request& request, Response& response) {
  auto parsed = read_instant_request(Params(request), clock_.now());
  if (!parsed.ok()) return send_error(response, parsed.error());
  parsed->partial_series = takes_partial_series(request);
  run_query(request, response, [&](const logql::QueryRun& run) -> Status {
    parsed->run = run;
    ASSIGN_OR_RETURN(const logql::QueryResult result, engine_.instant(*parsed));
    ASSIGN_OR_RETURN(std::string body, query_response(result, {}, run));
    send_json(response, std::move(body));
    return {};
  });
}

// The query laid out anew; what is wrong with it is JSON here.
void Api::format_query(const Request& request, Response& response) {
  const auto expr = logql::parse(Params(request).text("query"));
  std::string out = "{\"status\":";
  append_json_string(out, expr.ok() ? "success" : "invalid-query", JsonEscapes::kNeeded);
  out += expr.ok() ? ",\"data\":" : ",\"error\":";
  append_json_string(out, expr.ok() ? logql::pretty_print(**expr) : expr.error().message,
                     JsonEscapes::kNeeded);
  send_json(response, out + "}");
  if (!expr.ok()) response.status = 400;
}

}  // namespace logsvc::server
