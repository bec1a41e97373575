// What the page keeps for the whole team.
#include "server/api/api.h"
#include "server/transport/params.h"

namespace logsvc::server {

void Api::shared(const Request& request, Response& response) {
  if (request.method == "GET") {
    return send_json(response, shared_.text(Params(request).text("version")));
  }
  // Other sites' pages cannot send this type without asking first, which nobody answers.
  if (media_type_of(request.header("Content-Type")) != "application/json") {
    return send_text(response, 403, "changes come as application/json, from this page\n");
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
