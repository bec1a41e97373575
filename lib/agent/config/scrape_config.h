// `scrape_configs` of a Promtail file: where lines come from and what happens to them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/config/http_client_config.h"
#include "base/time.h"
#include "config/yaml.h"
#include "model/label_set.h"

namespace logsvc::agent {

struct DockerSdConfig {
  std::string host;                          // unix:///…, tcp://…, http(s)://…
  Duration refresh_interval = 60 * kSecond;  // how often everything is listed again
  // Name and values: the `filters` of /containers/json.
  std::vector<std::pair<std::string, std::vector<std::string>>> filters;
  int64_t port = 80;
  std::string host_networking_host = "localhost";
  bool match_first_network = true;
  HttpClientConfig http;  // for http(s) and tcp hosts
};

// Reads lines from files. Labels that begin with __ control it: __path__ (a glob with **),
// __path_exclude__, and __host__ (on other hosts the target is left out).
struct StaticConfig {
  Labels labels;  // sorted by name
  bool operator==(const StaticConfig&) const = default;
};

// Reads targets from files: lists of {targets, labels} in JSON or YAML, which are read again when
// they change.
struct FileSdConfig {
  std::vector<std::string> files;  // paths; * is allowed in their last part
  Duration refresh_interval = 5 * kMinute;
};

struct JournalConfig {
  Duration max_age = 7 * kHour;
  bool json = false;    // the line is the whole entry as JSON
  Labels labels;        // added to every line
  std::string path;     // empty: the machine's own journal
  std::string matches;  // FIELD=value, separated by blanks; all must match
};

// Receives lines through syslog.
struct SyslogConfig {
  std::string listen_address;             // host:port
  std::string listen_protocol = "tcp";    // or udp
  std::string syslog_format = "rfc5424";  // or rfc3164
  Duration idle_timeout = 120 * kSecond;  // for connections
  int64_t max_message_bytes = 8192;       // longer messages are dropped
  bool label_structured_data = false;
  bool use_incoming_timestamp = false;
  bool use_rfc5424_message = false;  // the line is the whole message, including its header
  Labels labels;                     // added to every line
  net::TlsConfig tls;                // with a certificate and its key; for tcp
};

// Receives lines as GELF over UDP.
struct GelfConfig {
  std::string listen_address = "0.0.0.0:12201";
  bool use_incoming_timestamp = false;
  Labels labels;  // added to every line
};

// Receives lines that are pushed as to a Loki.
struct PushApiConfig {
  std::string listen_address;   // empty: all interfaces
  int64_t listen_port = 0;      // 0: any free port
  std::string path_prefix;      // before every path: "/promtail"
  int64_t max_connections = 0;  // 0: limited by the process's descriptors
  Duration idle_timeout = 0;    // for connections between requests; 0: the default
  Duration read_timeout = 0;    // for a body; 0: the default
  bool use_incoming_timestamp = false;
  Labels labels;  // added to every line
};

enum class RelabelAction {
  kReplace,
  kKeep,
  kDrop,
  kKeepEqual,
  kDropEqual,
  kHashMod,
  kLabelMap,
  kLabelDrop,
  kLabelKeep,
  kLowercase,
  kUppercase,
};

struct RelabelConfig {
  std::vector<std::string> source_labels;
  std::string separator = ";";
  std::string regex = "(.*)";
  uint64_t modulus = 0;
  std::string target_label;
  std::string replacement = "$1";
  RelabelAction action = RelabelAction::kReplace;
};

struct DecompressionConfig {
  bool enabled = false;
  Duration initial_delay = 0;
  std::string format;  // gz, z or bz2
};

// Options of agent.yaml for lines that are understood without stages.
struct AutomaticConfig {
  // Lists of stages for lines before, and for entries after; null: none.
  std::shared_ptr<const config::YamlNode> before, after;
  bool keep_colours = false;
  bool explain = false;  // metadata shows what decided level, service and time
};

struct ScrapeConfig {
  std::string job_name;
  std::vector<DockerSdConfig> docker;
  std::vector<StaticConfig> files;
  std::vector<FileSdConfig> file_sd;
  std::optional<JournalConfig> journal;
  std::optional<SyslogConfig> syslog;
  std::optional<GelfConfig> gelf;
  std::optional<PushApiConfig> push_api;
  std::vector<RelabelConfig> relabel;
  // The list of `pipeline_stages`; null if the file has none. Job::compile reads it.
  std::shared_ptr<const config::YamlNode> stages;
  // An option of logsvc only: lines are understood without stages (level, time, multi-line blocks).
  bool automatic = false;
  AutomaticConfig around;  // used if automatic
  std::string encoding;    // encoding of files; empty: UTF-8
  DecompressionConfig decompression;
  std::string path;  // the file that contains it
};

}  // namespace logsvc::agent
