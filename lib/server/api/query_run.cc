// How handlers run what takes time and memory.
#include "server/api/api.h"
#include "server/transport/response_compression.h"

namespace logsvc::server {

QueryCaller caller_of(const http::Request& request) { return {request.peer, request.socket}; }

// On the pool of queries; sends the error it ends with. The work fills the response, whose body
// stays in the query's account until it has been sent.
void Api::run_query(const Request& request, Response& response, const QueryPool::Work& work) {
  std::shared_ptr<logql::MemoryAccount> account;
  const Status done = queries_.run(caller_of(request), [&](const logql::QueryRun& run) -> Status {
    account = run.memory;
    RETURN_IF_ERROR(work(run));
    if (info_.compress_responses) compress_response(request, response);
    return {};
  });
  if (!done.ok()) return send_error(response, done.error());
  account->keep(response.body.capacity());
  response.until_sent = std::move(account);
}

}  // namespace logsvc::server
