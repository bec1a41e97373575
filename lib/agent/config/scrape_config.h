// `scrape_configs` of a Promtail file: where lines come from and what is done with them.
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
  // name, values: the `filters` of /containers/json.
  std::vector<std::pair<std::string, std::vector<std::string>>> filters;
  int64_t port = 80;
  std::string host_networking_host = "localhost";
  bool match_first_network = true;
  HttpClientConfig http;  // for http(s) and tcp hosts
};

// Lines of files. Labels that begin with __ steer: __path__ (a glob with **), __path_exclude__,
// __host__ (elsewhere the target is left out).
struct StaticConfig {
  Labels labels;  // sorted by name
  bool operator==(const StaticConfig&) const = default;
};

// Lines of files that other files tell of: lists of {targets, labels} in JSON or YAML, which are
// read again when they change.
struct FileSdConfig {
  std::vector<std::string> files;  // paths, * in their last part
  Duration refresh_interval = 5 * kMinute;
};

struct JournalConfig {
  Duration max_age = 7 * kHour;
  bool json = false;    // the line is the whole entry as JSON
  Labels labels;        // of every line
  std::string path;     // empty: the machine's own journal
  std::string matches;  // FIELD=value, blanks between, all hold
};

// Lines that others send by syslog.
struct SyslogConfig {
  std::string listen_address;             // host:port
  std::string listen_protocol = "tcp";    // or udp
  std::string syslog_format = "rfc5424";  // or rfc3164
  Duration idle_timeout = 120 * kSecond;  // of connections
  int64_t max_message_bytes = 8192;       // longer ones are left out
  bool label_structured_data = false;
  bool use_incoming_timestamp = false;
  bool use_rfc5424_message = false;  // the line is the whole message, header and all
  Labels labels;                     // of every line
  net::TlsConfig tls;                // with a certificate and its key: of tcp
};

// Lines that others send as GELF, by UDP.
struct GelfConfig {
  std::string listen_address = "0.0.0.0:12201";
  bool use_incoming_timestamp = false;
  Labels labels;  // of every line
};

// Lines that others push, as to a Loki.
struct PushApiConfig {
  std::string listen_address;   // empty: all interfaces
  int64_t listen_port = 0;      // 0: a free one
  std::string path_prefix;      // of all paths: "/promtail"
  int64_t max_connections = 0;  // 0: by the descriptors of the process
  Duration idle_timeout = 0;    // of connections between requests; 0: the usual
  Duration read_timeout = 0;    // of a body; 0: the usual
  bool use_incoming_timestamp = false;
  Labels labels;  // of every line
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

// What agent.yaml says of lines that are understood without stages.
struct AutomaticConfig {
  // Lists of stages that run on lines before and on entries after; null: none.
  std::shared_ptr<const config::YamlNode> before, after;
  bool keep_colours = false;
  bool explain = false;  // metadata says what decided level, service and time
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
  // The list of `pipeline_stages`; null if the file has none. Read by Job::compile.
  std::shared_ptr<const config::YamlNode> stages;
  // logsvc's own: lines are understood without stages (level, time, multi-line blocks).
  bool automatic = false;
  AutomaticConfig around;  // if so
  std::string encoding;    // of files; empty: UTF-8
  DecompressionConfig decompression;
  std::string path;  // of the file it stands in
};

}  // namespace logsvc::agent
