// Answers how much of which streams there is. Borrows everything; safe from several threads.
#pragma once

#include "base/result.h"
#include "os/clock.h"
#include "server/access/view.h"
#include "server/api/routes.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class VolumeApi {
 public:
  VolumeApi(const Views& views, QueryRunner& queries, const Clock& clock, uint64_t max_series)
      : views_(views), queries_(queries), clock_(clock), max_series_(max_series) {}
  void add_to(Routes& routes);

 private:
  void index_stats(const http::Request& request, http::Response& response,
                   const Principal& principal);
  void volume(const http::Request& request, http::Response& response, const Principal& principal);
  void volume_range(const http::Request& request, http::Response& response,
                    const Principal& principal);
  void answer_volume(const http::Request& request, http::Response& response,
                     const Principal& principal, bool by_step);

  const Views& views_;
  QueryRunner& queries_;
  const Clock& clock_;
  const uint64_t max_series_;
};

}  // namespace logsvc::server
