#include "agent/promtail/http_client_reader.h"
#include "agent/promtail/readers.h"

namespace logsvc::agent {
namespace {

using config::MapReader;
using config::Problems;
using config::YamlNode;

void read_push_server(const YamlNode& node, Problems& problems, PushApiConfig& out) {
  MapReader map(node, "the server of loki_push_api", problems);
  map.read("http_listen_address", out.listen_address);
  map.read("http_listen_port", out.listen_port);
  map.read("http_path_prefix", out.path_prefix);
  map.read("http_listen_conn_limit", out.max_connections);
  map.read_duration("http_server_idle_timeout", out.idle_timeout);
  map.read_duration("http_server_read_timeout", out.read_timeout);
  if (out.listen_port < 0 || out.listen_port > 65535)
    problems.error(*map.take("http_listen_port"), "http_listen_port: expected 0 to 65535");
  if (out.max_connections < 0) {
    problems.error(*map.take("http_listen_conn_limit"),
                   "http_listen_conn_limit: must not be negative");
  }
  for (const auto& [key, value] : {std::pair{"http_server_idle_timeout", out.idle_timeout},
                                   std::pair{"http_server_read_timeout", out.read_timeout}}) {
    if (value < 0) problems.error(*map.take(key), std::string(key) + ": must not be negative");
  }
  // Whoever wants certificates must not get a port without TLS instead.
  if (const YamlNode* tls = map.take("http_tls_config"); tls && !tls->members.empty()) {
    problems.error(*tls,
                   "http_tls_config: pushes are taken by plain HTTP; let a proxy on this host do "
                   "TLS, have http_listen_address: 127.0.0.1, and take this out");
  }
  map.ignore({"log_level", "log_format", "grpc_tls_config"});
  ignore_server_keys(map);
  map.finish();
  while (out.path_prefix.ends_with('/')) out.path_prefix.pop_back();
}

}  // namespace

void read_push_api(const YamlNode& node, Problems& problems, PushApiConfig& out) {
  MapReader map(node, "loki_push_api", problems);
  if (const YamlNode* server = map.take("server")) read_push_server(*server, problems, out);
  map.read("use_incoming_timestamp", out.use_incoming_timestamp);
  read_labels(map, "labels", out.labels);
  map.finish();
  if (out.listen_port == 0) {
    problems.warn(node,
                  "loki_push_api: without http_listen_port in its server a free port is taken, "
                  "another one at each start; /targets shows it");
  }
}

}  // namespace logsvc::agent
