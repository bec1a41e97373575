#include "agent/promtail/parse_config.h"

#include <algorithm>
#include <set>

#include "agent/promtail/expand_env.h"
#include "agent/promtail/readers.h"
#include "base/shown_url.h"

namespace logsvc::agent {
namespace {

using config::MapReader;
using config::Problems;
using config::YamlNode;

void read_positions(const YamlNode& node, Problems& problems, PositionsConfig& out) {
  MapReader map(node, "positions", problems);
  map.read("filename", out.filename);
  map.read_duration("sync_period", out.sync_period);
  map.read("ignore_invalid_yaml", out.ignore_invalid_yaml);
  map.finish();
}

void read_target(const YamlNode& node, Problems& problems, FileTargetConfig& out) {
  MapReader map(node, "target_config", problems);
  map.read_duration("sync_period", out.sync_period);
  map.read("stdin", out.stdin);
  map.finish();
  if (out.sync_period <= 0) problems.error(node, "sync_period: must be above 0");
}

void read_global(const YamlNode& node, Problems& problems, FileTargetConfig& out) {
  MapReader map(node, "global", problems);
  if (const YamlNode* watch = map.take("file_watch_config")) {
    MapReader inner(*watch, "file_watch_config", problems);
    inner.read_duration("min_poll_frequency", out.min_poll_period);
    inner.read_duration("max_poll_frequency", out.max_poll_period);
    inner.finish();
  }
  map.finish();
}

void read_clients(MapReader& map, Problems& problems, std::vector<ClientConfig>& out) {
  map.each("clients",
           [&](const YamlNode& item) { read_client(item, problems, out.emplace_back()); });
  if (const YamlNode* one = map.take("client")) {
    problems.warn(*one, "client: is the old form; write a list under clients");
    read_client(*one, problems, out.emplace_back());
  }
  std::set<std::string> names;
  for (ClientConfig& client : out) {
    if (client.name.empty()) {
      // The name is shown, and file names are made from it.
      const std::string url = without_url_secrets(client.url);
      client.name = url;
      for (int n = 2; names.count(client.name); ++n) client.name = url + "#" + std::to_string(n);
    } else if (names.count(client.name)) {
      problems.error(*map.take("clients"), "two clients have the name " + client.name);
    }
    names.insert(client.name);
  }
}

void read_scrapes(MapReader& map, Problems& problems, std::vector<ScrapeConfig>& out) {
  std::set<std::string> names;
  map.each("scrape_configs", [&](const YamlNode& item) {
    read_scrape(item, problems, out.emplace_back());
    const std::string& name = out.back().job_name;
    if (!name.empty() && !names.insert(name).second) {
      problems.error(item, "two scrape_configs have the job_name " + name);
    }
  });
}

PromtailConfig read_root(const YamlNode& root, Problems& problems) {
  PromtailConfig out;
  MapReader map(root, "a Promtail configuration", problems);
  const auto part = [&](const char* key, auto read, auto& to) {
    if (const YamlNode* node = map.take(key)) read(*node, problems, to);
  };
  part("server", read_server, out.server);
  read_clients(map, problems, out.clients);
  part("positions", read_positions, out.positions);
  read_scrapes(map, problems, out.scrapes);
  part("limits_config", read_limits, out.limits);
  part("target_config", read_target, out.files);
  part("global", read_global, out.files);
  map.unsupported("options", "lag is shown for every target");
  map.unsupported("tracing", "no traces are sent");
  map.unsupported("wal", "the spool on disk replaces it");
  map.finish();
  return out;
}

}  // namespace

Result<PromtailConfig> parse_promtail_config(const std::string& path, const std::string& text,
                                             const PromtailLoadOptions& options) {
  ExpandedText expanded{text, {}};
  if (options.expand_env) {
    auto done = expand_promtail_env(text, options.environment);
    if (!done.ok()) return invalid(path + ": " + done.error().message);
    expanded = std::move(*done);
  }
  ASSIGN_OR_RETURN(const YamlNode root, config::parse_yaml(path, expanded.text));
  Problems problems(path);
  PromtailConfig out = read_root(root, problems);
  if (!problems.errors().empty()) {
    std::string all;
    for (const std::string& one : problems.errors()) all += (all.empty() ? "" : "\n") + one;
    return invalid(std::move(all));
  }
  out.text = text;
  out.warnings = problems.warnings();
  for (const std::string& one : expanded.unset) out.warnings.push_back(path + ": " + one);
  return out;
}

bool looks_like_promtail(const std::string& text) {
  const auto root = config::parse_yaml("", text);
  if (!root.ok()) return false;
  for (const char* key : {"clients", "client", "scrape_configs", "positions", "target_config",
                          "server", "limits_config", "global"}) {
    const YamlNode* value = root->find(key);
    if (value && !value->is_scalar()) return true;
  }
  return false;
}

}  // namespace logsvc::agent
