// `clients` of a Promtail file: the servers that lines are pushed to.
#pragma once

#include <cstdint>
#include <string>

#include "agent/config/http_client_config.h"
#include "base/time.h"
#include "model/label_set.h"

namespace logsvc::agent {

struct BackoffConfig {
  Duration min_period = 500 * kMillisecond;
  Duration max_period = 5 * kMinute;
  int64_t max_retries = 10;  // 0: without end
  bool max_retries_set = false;
};

struct ClientConfig {
  std::string name;  // unique among the clients; made of the URL if the file gives none
  std::string url;   // with the path, as in the file
  Duration batch_wait = kSecond;
  int64_t batch_bytes = 1 << 20;  // of lines and metadata
  Duration timeout = 10 * kSecond;
  BackoffConfig backoff;
  std::string tenant_id;   // X-Scope-OrgID of lines that have no tenant of their own
  Labels external_labels;  // sorted by name; a line's own label of the name wins
  bool drop_rate_limited_batches = false;
  HttpClientConfig http;
};

}  // namespace logsvc::agent
