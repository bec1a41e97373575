#include <algorithm>
#include <sstream>

#include "agent/files/text_decoder.h"
#include "agent/promtail/http_client_reader.h"
#include "agent/promtail/readers.h"
#include "config/settings.h"

namespace logsvc::agent {
namespace {

using config::MapReader;
using config::Problems;
using config::YamlNode;

void read_docker(const YamlNode& node, Problems& problems, DockerSdConfig& out) {
  MapReader map(node, "a docker_sd_config", problems);
  map.read("host", out.host);
  if (out.host.empty()) problems.error(node, "host missing: unix:///var/run/docker.sock is usual");
  if (const YamlNode* interval = map.take("refresh_interval");
      interval && interval->text.find_first_not_of("0123456789") == std::string::npos) {
    problems.error(*interval, "refresh_interval: " + config::kind_name(*interval) +
                                  " has no unit; write 30s or 1m");
  } else {
    map.read_duration("refresh_interval", out.refresh_interval);
  }
  if (out.refresh_interval <= 0) problems.error(node, "refresh_interval: must be above 0");
  map.each("filters", [&](const YamlNode& item) {
    MapReader filter(item, "a filter", problems);
    auto& [name, values] = out.filters.emplace_back();
    filter.read("name", name);
    filter.read("values", values);
    filter.finish();
    if (name.empty() || values.empty()) problems.error(item, "a filter needs name and values");
  });
  map.read("port", out.port);
  map.read("host_networking_host", out.host_networking_host);
  map.read("match_first_network", out.match_first_network);
  read_http_client(map, out.http);
  if (out.http.oauth2)
    problems.warn(*map.take("oauth2"), "oauth2: Docker hosts are asked without a token");
  map.finish();
}

void read_static(const YamlNode& node, Problems& problems, StaticConfig& out) {
  MapReader map(node, "a static_config", problems);
  map.ignore({"targets", "source"});  // Promtail requires targets and ignores them
  read_labels(map, "labels", out.labels);
  map.finish();
  const auto has_path = std::any_of(out.labels.begin(), out.labels.end(), [](const Label& l) {
    return l.name == "__path__" && !l.value.empty();
  });
  if (!has_path) {
    problems.warn(node, "a static_config without the label __path__ reads nothing");
  }
}

// Accepts what Prometheus does: * only in the last part of the path, and an ending that gives the
// format.
bool names_target_files(const std::string& pattern) {
  const size_t star = pattern.find('*');
  if (star != std::string::npos && (pattern.find('/', star) != std::string::npos ||
                                    pattern.find('*', star + 1) != std::string::npos)) {
    return false;
  }
  for (const char* ending : {".json", ".yml", ".yaml", ".JSON", ".YML", ".YAML"}) {
    if (pattern.ends_with(ending)) return true;
  }
  return false;
}

void read_file_sd(const YamlNode& node, Problems& problems, FileSdConfig& out) {
  MapReader map(node, "a file_sd_config", problems);
  map.read("files", out.files);
  map.read_duration("refresh_interval", out.refresh_interval);
  map.finish();
  if (out.files.empty()) problems.error(node, "file_sd_configs: files must name at least one");
  for (const std::string& file : out.files) {
    if (!names_target_files(file)) {
      problems.error(node, "file_sd_configs: " + file +
                               " must end in .json, .yml or .yaml, with at most one * in its name");
    }
  }
}

void read_journal(const YamlNode& node, Problems& problems, JournalConfig& out) {
  MapReader map(node, "journal", problems);
  map.read_duration("max_age", out.max_age);
  map.read("json", out.json);
  read_labels(map, "labels", out.labels);
  map.read("path", out.path);
  map.read("matches", out.matches);
  map.finish();
  std::istringstream matches(out.matches);
  for (std::string match; matches >> match;) {
    if (match.find('=') == std::string::npos) {
      problems.error(*map.take("matches"), "matches: " + match + " is no FIELD=value");
    }
  }
}

void read_decompression(const YamlNode& node, Problems& problems, DecompressionConfig& out) {
  MapReader map(node, "decompression", problems);
  map.read("enabled", out.enabled);
  map.read_duration("initial_delay", out.initial_delay);
  map.read("format", out.format);
  map.finish();
  if (out.enabled && out.format != "gz" && out.format != "z" && out.format != "bz2") {
    problems.error(node, "decompression: format must be gz, z or bz2");
  }
}

void read_syslog(const YamlNode& node, Problems& problems, SyslogConfig& out) {
  MapReader map(node, "syslog", problems);
  map.read("listen_address", out.listen_address);
  map.read("listen_protocol", out.listen_protocol);
  map.read("syslog_format", out.syslog_format);
  map.read_duration("idle_timeout", out.idle_timeout);
  map.read("max_message_length", out.max_message_bytes);
  map.read("label_structured_data", out.label_structured_data);
  map.read("use_incoming_timestamp", out.use_incoming_timestamp);
  map.read("use_rfc5424_message", out.use_rfc5424_message);
  read_labels(map, "labels", out.labels);
  if (const YamlNode* tls = map.take("tls_config")) read_tls_config(*tls, problems, out.tls);
  map.finish();
  const SyslogConfig defaults;  // used for 0 and empty texts
  if (out.listen_protocol.empty()) out.listen_protocol = defaults.listen_protocol;
  if (out.syslog_format.empty()) out.syslog_format = defaults.syslog_format;
  if (out.idle_timeout == 0) out.idle_timeout = defaults.idle_timeout;
  if (out.max_message_bytes == 0) out.max_message_bytes = defaults.max_message_bytes;
  constexpr int64_t kMaxMessageBytes = 16 << 20;
  if (out.max_message_bytes < 0 || out.max_message_bytes > kMaxMessageBytes)
    problems.error(node, "syslog: max_message_length: expected 1 to 16777216");
  if (out.listen_protocol != "tcp" && out.listen_protocol != "udp")
    problems.error(node, "syslog: listen_protocol must be tcp or udp");
  if (out.syslog_format != "rfc5424" && out.syslog_format != "rfc3164")
    problems.error(node, "syslog: syslog_format must be rfc5424 or rfc3164");
  if (out.idle_timeout < 0) problems.error(node, "syslog: idle_timeout must not be negative");
  if (const auto address = config::parse_listen_address(out.listen_address); !address.ok())
    problems.error(node, "syslog: listen_address: " + address.error().message);
}

void read_gelf(const YamlNode& node, Problems& problems, GelfConfig& out) {
  MapReader map(node, "gelf", problems);
  map.read("listen_address", out.listen_address);
  map.read("use_incoming_timestamp", out.use_incoming_timestamp);
  read_labels(map, "labels", out.labels);
  map.finish();
  if (out.listen_address.empty()) out.listen_address = GelfConfig().listen_address;
  if (const auto address = config::parse_listen_address(out.listen_address); !address.ok())
    problems.error(node, "gelf: listen_address: " + address.error().message);
}

// Sources of lines that Promtail supports and logsvc does not.
const char* const kOtherSources[] = {"gcplog",
                                     "windows_events",
                                     "kafka",
                                     "azure_event_hubs",
                                     "cloudflare",
                                     "heroku_drain",
                                     "dns_sd_configs",
                                     "consul_sd_configs",
                                     "consulagent_sd_configs",
                                     "digitalocean_sd_configs",
                                     "dockerswarm_sd_configs",
                                     "serverset_sd_configs",
                                     "nerve_sd_configs",
                                     "marathon_sd_configs",
                                     "kubernetes_sd_configs",
                                     "gce_sd_configs",
                                     "ec2_sd_configs",
                                     "openstack_sd_configs",
                                     "azure_sd_configs",
                                     "triton_sd_configs"};

}  // namespace

void read_scrape(const YamlNode& node, Problems& problems, ScrapeConfig& out) {
  MapReader map(node, "a scrape_config", problems);
  out.path = problems.path();
  map.read("job_name", out.job_name);
  if (out.job_name.empty()) problems.error(node, "a scrape_config needs a job_name");
  map.each("docker_sd_configs",
           [&](const YamlNode& item) { read_docker(item, problems, out.docker.emplace_back()); });
  map.each("static_configs",
           [&](const YamlNode& item) { read_static(item, problems, out.files.emplace_back()); });
  map.each("file_sd_configs",
           [&](const YamlNode& item) { read_file_sd(item, problems, out.file_sd.emplace_back()); });
  if (const YamlNode* journal = map.take("journal")) {
    read_journal(*journal, problems, out.journal.emplace());
  }
  if (const YamlNode* syslog = map.take("syslog")) {
    read_syslog(*syslog, problems, out.syslog.emplace());
  }
  if (const YamlNode* gelf = map.take("gelf")) read_gelf(*gelf, problems, out.gelf.emplace());
  if (const YamlNode* push = map.take("loki_push_api"))
    read_push_api(*push, problems, out.push_api.emplace());
  map.each("relabel_configs",
           [&](const YamlNode& item) { read_relabel(item, problems, out.relabel.emplace_back()); });
  if (const YamlNode* stages = map.take("pipeline_stages")) {
    if (!stages->is_list()) {
      problems.error(*stages, "pipeline_stages: expected a list of stages, found " +
                                  config::kind_name(*stages));
    } else {
      config::report_repeated_keys(*stages, problems);
      out.stages = std::make_shared<const YamlNode>(*stages);
    }
  }
  map.read("auto", out.automatic);
  if (out.automatic && out.stages) {
    problems.error(*map.take("auto"), "auto and pipeline_stages exclude each other");
  }
  map.read("encoding", out.encoding);
  if (!out.encoding.empty()) {
    const auto decoder = TextDecoder::make(out.encoding);
    if (!decoder.ok()) {
      problems.warn(*map.take("encoding"), decoder.error().message + ": no file is read");
    }
  }
  if (const YamlNode* decompression = map.take("decompression")) {
    read_decompression(*decompression, problems, out.decompression);
  }
  for (const char* source : kOtherSources) {
    map.unsupported(source, "nothing is read for it; the rest of the job is");
  }
  map.finish();
}

}  // namespace logsvc::agent
