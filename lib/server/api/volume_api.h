// Answers how much of which streams there is. Borrows everything; safe from several threads.
#pragma once

#include "base/result.h"
#include "model/log_source.h"
#include "os/clock.h"
#include "server/api/routes.h"
#include "server/query/query_runner.h"

namespace logsvc::server {

class VolumeApi {
 public:
  VolumeApi(const LogSource& source, QueryRunner& queries, const Clock& clock, uint64_t max_series)
      : source_(source), queries_(queries), clock_(clock), max_series_(max_series) {}
  void add_to(Routes& routes);

 private:
  void index_stats(const http::Request& request, http::Response& response);
  void volume(const http::Request& request, http::Response& response);
  void volume_range(const http::Request& request, http::Response& response);
  void answer_volume(const http::Request& request, http::Response& response, bool by_step);

  const LogSource& source_;
  QueryRunner& queries_;
  const Clock& clock_;
  const uint64_t max_series_;
};

}  // namespace logsvc::server
