#include "agent/promtail/readers.h"

namespace logsvc::agent {

// Accepts keys for parts that this agent does not have (gRPC) or does not need to configure.
void ignore_server_keys(config::MapReader& map) {
  map.ignore({"http_listen_network",
              "http_server_write_timeout",
              "http_server_read_header_timeout",
              "http_log_closed_connections_without_response_enabled",
              "proxy_protocol_enabled",
              "grpc_listen_network",
              "grpc_listen_address",
              "grpc_listen_port",
              "grpc_listen_conn_limit",
              "grpc_collect_max_streams_by_conn",
              "grpc_server_max_recv_msg_size",
              "grpc_server_max_send_msg_size",
              "grpc_server_max_concurrent_streams",
              "grpc_server_max_connection_idle",
              "grpc_server_max_connection_age",
              "grpc_server_max_connection_age_grace",
              "grpc_server_keepalive_time",
              "grpc_server_keepalive_timeout",
              "grpc_server_min_time_between_pings",
              "grpc_server_ping_without_stream_allowed",
              "grpc_server_num_workers",
              "grpc_server_stats_tracking_enabled",
              "grpc_server_recv_buffer_pools_enabled",
              "grpc_server_num_stream_workers",
              "tls_cipher_suites",
              "tls_min_version",
              "register_instrumentation",
              "report_grpc_codes_in_instrumentation_label_enabled",
              "graceful_shutdown_timeout",
              "log_source_ips_enabled",
              "log_source_ips_full",
              "log_source_ips_header",
              "log_source_ips_regex",
              "log_request_headers",
              "log_request_at_info_level_enabled",
              "log_request_exclude_headers_list",
              "trace_request_headers",
              "trace_request_exclude_headers_list",
              "throughput",
              "cluster_validation",
              "profiling_enabled",
              "external_url"});
}

void read_server(const config::YamlNode& node, config::Problems& problems, ServerConfig& out) {
  config::MapReader map(node, "server", problems);
  map.read("disable", out.disabled);
  map.read("http_listen_address", out.http_listen_address);
  map.read("http_listen_port", out.http_listen_port);
  if (out.http_listen_port < 0 || out.http_listen_port > 65535) {
    problems.error(*map.take("http_listen_port"), "http_listen_port: expected 0 to 65535");
  }
  map.read("http_path_prefix", out.http_path_prefix);
  map.read("log_level", out.log_level);
  map.read("log_format", out.log_format);
  map.read("health_check_target", out.health_check_target);
  map.read("enable_runtime_reload", out.enable_runtime_reload);
  for (const char* key : {"http_tls_config", "grpc_tls_config"}) {
    map.unsupported(key, "the page of an agent is plain HTTP; put a proxy in front of it");
  }
  map.ignore({"http_listen_conn_limit", "http_server_read_timeout", "http_server_idle_timeout"});
  ignore_server_keys(map);
  map.finish();
}

}  // namespace logsvc::agent
