#include "server/api/opening_api.h"

#include <nlohmann/json.hpp>

#include "server/opening/opening_observer.h"
#include "server/transport/params.h"
#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

Result<Opening> read_opening(const Params& params) {
  Opening out;
  ASSIGN_OR_RETURN(const int64_t at_ms, params.integer("at", -1));
  if (at_ms < kMinOpeningMs || at_ms > kMaxOpeningMs) return invalid("at= is not a time in ms");
  out.at = at_ms * kMillisecond;
  out.services = params.all("service");
  if (out.services.size() > kMaxOpeningServices) {
    return invalid("more than " + std::to_string(kMaxOpeningServices) + " services");
  }
  out.success = params.text("success");
  if (out.success.size() > kMaxSuccessBytes) {
    return invalid("success= has more than " + std::to_string(kMaxSuccessBytes) + " bytes");
  }
  return out;
}

}  // namespace

void OpeningApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET", "/api/opening", "api_opening", A::kRead, handler(this, &OpeningApi::opening)});
}

// Takes at=<ms>, service= for each one that is expected, and success=<words>.
void OpeningApi::opening(const http::Request& request, http::Response& response,
                         const Principal& principal) {
  const auto opening = read_opening(Params(request));
  if (!opening.ok()) return send_error(response, opening.error());
  queries_.answer(request, response, principal, [&](const logql::QueryRun& run) -> Status {
    const auto view = views_.of(principal);
    ASSIGN_OR_RETURN(const OpeningOutcome outcome,
                     observe_opening(*opening, clock_.now(), view->engine(), insight_, run,
                                     views_.part_of(principal)));
    send_json(response, opening_json(outcome, kMaxOpeningServices)
                            .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return {};
  });
}

}  // namespace logsvc::server
