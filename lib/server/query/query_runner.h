// Runs what a handler computes on the pool of queries and answers with it. Borrows the pool; safe
// from several threads.
#pragma once

#include "http/message.h"
#include "server/auth/principal.h"
#include "server/query/query_pool.h"

namespace logsvc::server {

// Says who asks, for the queue of queries.
QueryCaller caller_of(const http::Request& request, const Principal& principal);

class QueryRunner {
 public:
  QueryRunner(QueryPool& pool, bool compress) : pool_(pool), compress_(compress) {}

  // The work fills the response, whose body stays in the query's memory account until it has been
  // sent. Sends the error if the work or the pool ends with one.
  void answer(const http::Request& request, http::Response& response, const Principal& principal,
              const QueryPool::Work& work);
  // Runs work whose result is not an answer; its errors are those of QueryPool::run.
  Status run(const QueryCaller& caller, const QueryPool::Work& work) {
    return pool_.run(caller, work);
  }

 private:
  QueryPool& pool_;
  const bool compress_;
};

}  // namespace logsvc::server
