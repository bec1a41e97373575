#include "agent/reading_config.h"

#include <algorithm>

#include "agent/files/text_decoder.h"
#include "agent/jobs/job.h"
#include "agent/pipeline/output_limits.h"
#include "agent/pipeline/pipeline_entry.h"
#include "agent/promtail/http_client_reader.h"
#include "config/yaml_reader.h"

namespace logsvc::agent {
namespace {

using config::MapReader;
using config::Problems;
using config::YamlNode;

// Reads a text, or a list of texts.
std::vector<std::string> read_texts(MapReader& map, const std::string& key) {
  std::vector<std::string> out;
  const YamlNode* node = map.take(key);
  if (node && node->is_scalar()) {
    out.push_back(node->text);
  } else {
    map.read(key, out);
  }
  return out;
}

ContainerRule read_rule(const YamlNode& node, const std::string& what, Problems& problems) {
  ContainerRule out;
  if (node.is_scalar()) {  // just a name
    out.names.push_back(node.text);
    return out;
  }
  MapReader map(node, what, problems);
  out.names = read_texts(map, "name");
  out.images = read_texts(map, "image");
  out.labels = read_texts(map, "label");
  out.compose_projects = read_texts(map, "compose_project");
  map.finish();
  if (out.names.empty() && out.images.empty() && out.labels.empty() &&
      out.compose_projects.empty()) {
    problems.error(node, what + ": a rule needs name, image, label or compose_project");
  }
  return out;
}

// Reads a rule, or a list of rules.
std::vector<ContainerRule> read_rules(MapReader& map, const std::string& key) {
  std::vector<ContainerRule> out;
  const YamlNode* node = map.take(key);
  if (!node) return out;
  if (!node->is_list()) {
    out.push_back(read_rule(*node, key, map.problems()));
    return out;
  }
  for (const YamlNode& item : node->items) out.push_back(read_rule(item, key, map.problems()));
  return out;
}

// Reads the labels of files and journals alike.
Labels read_own_labels(MapReader& map, const char* job, const std::string& host) {
  Labels out;
  read_labels(map, "labels", out);
  std::string service;
  map.read("service", service);
  if (!service.empty()) set_label(out, "service", service);
  for (const auto& [name, value] : {std::pair("job", std::string(job)), std::pair("host", host)}) {
    if (!value.empty() && !find_label(out, name)) set_label(out, name, value);
  }
  return out;
}

void read_files(const YamlNode& node, const std::string& host, Problems& problems,
                ScrapeConfig& out) {
  MapReader map(node, "files", problems);
  const auto paths = read_texts(map, "path");
  std::string exclude;
  map.read("exclude", exclude);
  const Labels labels = read_own_labels(map, "files", host);
  map.read("encoding", out.encoding);
  if (!out.encoding.empty()) {
    if (const auto decoder = TextDecoder::make(out.encoding); !decoder.ok())
      problems.error(*map.take("encoding"), decoder.error().message);
  }
  map.finish();
  if (paths.empty()) problems.error(node, "files: path missing, as in /var/log/nginx/*.log");
  for (const std::string& path : paths) {
    StaticConfig& target = out.files.emplace_back(StaticConfig{labels});
    set_label(target.labels, "__path__", path);
    if (!exclude.empty()) set_label(target.labels, "__path_exclude__", exclude);
  }
}

void read_journal(const YamlNode& node, const std::string& host, Problems& problems,
                  ScrapeConfig& out) {
  MapReader map(node, "journals", problems);
  JournalConfig& journal = out.journal.emplace();
  map.read("path", journal.path);
  map.read("matches", journal.matches);
  map.read_duration("max_age", journal.max_age);
  journal.labels = read_own_labels(map, "journal", host);
  map.finish();
  const auto rule = [&](const char* source, const char* regex, const char* target) {
    RelabelConfig& to = out.relabel.emplace_back();
    to.source_labels = {source};
    to.regex = regex;
    to.target_label = target;
  };
  rule("__journal__systemd_unit", "(.+)", "unit");
  if (find_label(journal.labels, "service")) return;
  rule("__journal_syslog_identifier", "(.+)", "service");
  rule("__journal__systemd_unit", "(.+)\\.service", "service");
}

void read_stage_list(MapReader& map, const std::string& key, std::shared_ptr<const YamlNode>& out) {
  const YamlNode* list = map.take(key);
  if (!list) return;
  if (!list->is_list()) {
    map.problems().error(
        *list, "stages." + key + ": expected a list of stages, found " + config::kind_name(*list));
    return;
  }
  config::report_repeated_keys(*list, map.problems());
  out = std::make_shared<const YamlNode>(*list);
}

void read_stages(const YamlNode& node, Problems& problems, AutomaticConfig& out) {
  if (node.is_list()) {
    problems.error(node, "stages: say when they run: stages: {before: […]} or {after: […]}");
    return;
  }
  MapReader map(node, "stages", problems);
  read_stage_list(map, "before", out.before);
  read_stage_list(map, "after", out.after);
  map.finish();
}

// Compiles the stages; each problem has its place too.
void check_stages(const ReadingConfig& reading, std::string& faults,
                  std::vector<std::string>& warnings) {
  SystemClock clock;
  Metrics metrics;
  Diagnostics quiet(clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {});
  const auto job = Job::compile(reading.docker, nullptr, {clock, metrics, quiet, ""}, warnings);
  if (!job.ok()) faults += (faults.empty() ? "" : "\n") + job.error().message;
}

ScrapeConfig automatic_job(const std::string& name, const std::string& path) {
  ScrapeConfig out;
  out.job_name = name;
  out.automatic = true;
  out.path = path;
  return out;
}

}  // namespace

ReadingConfig default_reading() {
  ReadingConfig out;
  out.docker = automatic_job("docker", "");
  return out;
}

const std::vector<std::string>& reading_keys() {
  static const std::vector<std::string> kKeys = {"include", "exclude", "files", "journals",
                                                 "stages"};
  return kKeys;
}

Result<ReadingConfig> parse_reading_config(const std::string& path, const std::string& text,
                                           const std::string& host) {
  ASSIGN_OR_RETURN(const YamlNode root, config::parse_yaml(path, text));
  ReadingConfig out;
  out.docker = automatic_job("docker", path);
  if (root.is_null()) return out;
  Problems problems(path);
  MapReader map(root, "agent settings", problems);
  out.containers.include = read_rules(map, "include");
  out.containers.exclude = read_rules(map, "exclude");
  if (const YamlNode* stages = map.take("stages"))
    read_stages(*stages, problems, out.docker.around);
  const auto each = [&](const char* key, const std::string& job, auto read) {
    size_t n = 0;
    map.each(key, [&](const YamlNode& item) {
      ScrapeConfig& to = out.others.emplace_back(
          automatic_job(++n == 1 ? job : job + "-" + std::to_string(n), path));
      to.around = out.docker.around;
      read(item, host, problems, to);
    });
  };
  each("files", "files", read_files);
  each("journals", "journal", read_journal);
  std::string faults;
  for (const std::string& one : problems.errors()) faults += (faults.empty() ? "" : "\n") + one;
  check_stages(out, faults, out.warnings);
  if (!faults.empty()) return invalid(std::move(faults));
  out.warnings.insert(out.warnings.begin(), problems.warnings().begin(), problems.warnings().end());
  return out;
}

}  // namespace logsvc::agent
