// `clients` of a Promtail file: the servers to which lines are pushed.
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
  int64_t max_retries = 10;  // 0: unlimited
  bool max_retries_set = false;
};

struct ClientConfig {
  std::string name;  // unique among the clients; derived from the URL if the file gives none
  std::string url;   // with the path, as in the file
  Duration batch_wait = kSecond;
  int64_t batch_bytes = 1 << 20;  // includes lines and metadata
  Duration timeout = 10 * kSecond;
  BackoffConfig backoff;
  std::string tenant_id;   // X-Scope-OrgID of lines without their own tenant
  Labels external_labels;  // sorted by name; a line's own label takes precedence
  bool drop_rate_limited_batches = false;
  HttpClientConfig http;
};

}  // namespace logsvc::agent
