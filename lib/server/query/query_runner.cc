#include "server/query/query_runner.h"

#include "server/transport/reply.h"
#include "server/transport/response_compression.h"

namespace logsvc::server {

QueryCaller caller_of(const http::Request& request, const Principal& principal) {
  return {principal.source(), request.socket};
}

void QueryRunner::answer(const http::Request& request, http::Response& response,
                         const Principal& principal, const QueryPool::Work& work) {
  std::shared_ptr<logql::MemoryAccount> account;
  const Status done =
      pool_.run(caller_of(request, principal), [&](const logql::QueryRun& run) -> Status {
        account = run.memory;
        RETURN_IF_ERROR(work(run));
        if (compress_) compress_response(request, response);
        return {};
      });
  if (!done.ok()) return send_error(response, done.error());
  account->keep(response.body.capacity());
  response.until_sent = std::move(account);
}

}  // namespace logsvc::server
