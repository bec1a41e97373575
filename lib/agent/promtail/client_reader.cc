#include <algorithm>
#include <cctype>
#include <cstring>

#include "agent/promtail/http_client_reader.h"
#include "agent/promtail/readers.h"

namespace logsvc::agent {
namespace {

using config::MapReader;
using config::Problems;
using config::YamlNode;

// Returns whether the name is an HTTP token.
bool is_header_name(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || (c != 0 && std::strchr("!#$%&'*+-.^_`|~", c));
  });
}

void read_backoff(const YamlNode& node, Problems& problems, BackoffConfig& out) {
  MapReader map(node, "backoff_config", problems);
  map.read_duration("min_period", out.min_period);
  map.read_duration("max_period", out.max_period);
  map.read("max_retries", out.max_retries);
  out.max_retries_set = map.has("max_retries");
  map.finish();
  if (out.max_retries < 0) problems.error(node, "max_retries: must not be negative");
  if (out.min_period < 0 || out.max_period < out.min_period) {
    problems.error(node, "backoff_config: min_period must be at most max_period");
  }
}

// Accepts any name that Promtail does. Headers that a push sets itself stay (see
// http_push_target.cc).
void read_headers(MapReader& map, Labels& out) {
  std::vector<std::pair<std::string, std::string>> headers;
  map.read("headers", headers);
  for (auto& [name, value] : headers) {
    if (is_header_name(name)) {
      out.push_back({std::move(name), std::move(value)});
    } else {
      map.problems().error(*map.take("headers"), "headers: " + name + " is no name of a header");
    }
  }
}

}  // namespace

void read_client(const YamlNode& node, Problems& problems, ClientConfig& out) {
  MapReader map(node, "a client", problems);
  map.read("name", out.name);
  map.read("url", out.url);
  if (out.url.empty()) problems.error(node, "a client needs a url");
  if (out.url.find("${") != std::string::npos) {
    problems.warn(*map.take("url"),
                  "url: holds ${ and variables are not expanded; give "
                  "-config.expand-env");
  }
  map.read_duration("batchwait", out.batch_wait);
  map.read("batchsize", out.batch_bytes);
  if (out.batch_bytes < 0) problems.error(node, "batchsize: must not be negative");
  map.read_duration("timeout", out.timeout);
  if (const YamlNode* backoff = map.take("backoff_config")) {
    read_backoff(*backoff, problems, out.backoff);
  }
  map.read("tenant_id", out.tenant_id);
  read_labels(map, "external_labels", out.external_labels);
  map.read("drop_rate_limited_batches", out.drop_rate_limited_batches);
  read_http_client(map, out.http);
  read_headers(map, out.http.headers);
  map.unsupported("stream_lag_labels", "lag is shown for every target");
  map.finish();
}

}  // namespace logsvc::agent
