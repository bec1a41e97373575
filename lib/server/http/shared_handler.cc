// What the page keeps for the whole team.
#include "server/http/api.h"
#include "server/http/http_server.h"
#include "server/http/params.h"

namespace logsvc::server {

void Api::shared(const Request& request, Response& response) {
  if (request.method == "GET") {
    return send_json(response, shared_.text(Params(request).text("version")));
  }
  // Other sites' pages cannot send this type without asking first, which nobody answers: so it
  // also holds where there is no session to steal (auth off, Basic).
  if (media_type_of(request.get_header_value(kContentTypeHeader)) != "application/json" ||
      !Authenticator::same_origin(request)) {
    return send_text(response, 403, "changes come as application/json, from this page\n");
  }
  if (request.body.size() > 2 * SharedItems::kMaxFileBytes) {
    return send_error(response, {ErrorCode::kTooLarge, "too much at once\n"});
  }
  const Status changed = shared_.change(request.body);
  if (!changed.ok()) return send_error(response, changed.error());
  counters_.sync();
  send_json(response, shared_.text(""));
}

// A history is read once for everybody: the client that happens to ask may go meanwhile.
void Api::counters(const Request&, Response& response) {
  const Status read = queries_.run({"counters", -1}, [&](const logql::QueryRun& run) -> Status {
    send_json(response, counters_.text(run));
    return {};
  });
  if (!read.ok()) send_error(response, read.error());
}

}  // namespace logsvc::server
