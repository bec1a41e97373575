// Runs the pipeline files: a piece of a scrape config, lines, and the entries they give. Form:
//
//   # what the feature promises
//   job:                             keys of a scrape config
//     pipeline_stages: […]
//   databases:                       files in MaxMind's form; $DIR in the job is where they are
//     x.mmdb: {type: GeoLite2-City, ip_version: 6, networks: {1.2.3.0/24: {…}}}
//   discovered: {job: app}           labels before relabelling
//   inspect: '{…}'                   instead: what Docker says of the container, on stdout;
//   networks: '[…]'                  and of its networks
//   lines: [ '…', '…' ]              the first at 2026-01-01T13:00:00Z, each 1 ms later
//   expect:                          in order: time, labels, [metadata], <tenant>, line
//   - '2026-01-01T13:00:00Z {job="app"} …'
//   warnings: [ '…' ]                parts of what is warned of, if anything is
//   fault: '…'                       a part of the message of a config that is refused
//
// Usage: logsvc_agent_golden_tests FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "agent/docker/meta_labels.h"
#include "config/yaml.h"
#include "support/mmdb_writer.h"
#include "support/pipeline_lines.h"
#include "support/temp_dir.h"

namespace logsvc {
namespace {

// Returns the text of `job:`, which is indented in the file.
std::string job_text(const std::string& file) {
  std::istringstream in(file);
  std::string line, out;
  bool inside = false;
  while (std::getline(in, line)) {
    if (line == "job:") {
      inside = true;
    } else if (inside && (line.starts_with("  ") || line.empty())) {
      out += line.empty() ? "\n" : line.substr(2) + "\n";
    } else {
      inside = false;
    }
  }
  return out;
}

std::vector<std::string> texts(const config::YamlNode* list) {
  std::vector<std::string> out;
  if (!list) return out;
  for (const auto& item : list->items) out.push_back(item.text);
  return out;
}

int compare(const std::string& file, const std::vector<std::string>& wanted,
            const std::vector<std::string>& got) {
  if (wanted == got) return 0;
  std::cout << file << ": expected\n";
  for (const auto& line : wanted) std::cout << "  " << line << '\n';
  std::cout << "got\n";
  for (const auto& line : got) std::cout << "  " << line << '\n';
  return 1;
}

// Returns the labels discovered for the file's container; empty if there is none.
Labels container_labels(const config::YamlNode& root, const agent::DockerSdConfig& config) {
  const auto* inspect = root.find("inspect");
  if (!inspect) return {};
  auto container = agent::read_container(inspect->text);
  if (!container.ok()) return {};
  const auto* text = root.find("networks");
  const auto networks = agent::read_networks(text ? text->text : "[]");
  for (auto& place : container->networks) {
    if (networks.ok() && networks->count(place.id))
      place.network = std::make_shared<agent::DockerNetwork>(networks->at(place.id));
  }
  return agent::meta_labels(*container, agent::OutputStream::kStdout,
                            {config.port, config.host_networking_host});
}

void write_databases(const config::YamlNode* databases, const std::string& directory) {
  if (!databases) return;
  for (const auto& [name, database] : databases->members) {
    testing::MmdbOptions options;
    if (const auto* type = database.find("type")) options.type = type->text;
    if (const auto* version = database.find("ip_version"))
      options.ip_version = std::stoi(version->text);
    testing::MmdbNetworks networks;
    if (const auto* all = database.find("networks")) {
      for (const auto& [network, value] : all->members) networks.emplace_back(network.text, value);
    }
    std::ofstream(directory + "/" + name.text, std::ios::binary)
        << testing::make_mmdb(options, std::move(networks));
  }
}

std::string with_directory(std::string text, const std::string& directory) {
  const std::string name = "$DIR";
  for (size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += directory.size())
    text.replace(at, name.size(), directory);
  return text;
}

int run_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto root = config::parse_yaml(path.string(), text);
  if (!root.ok()) {
    std::cout << root.error().message << '\n';
    return 1;
  }
  const testing::TempDir directory;
  write_databases(root->find("databases"), directory.path());
  testing::TestJob job(with_directory(job_text(text), directory.path()));
  const std::string name = path.filename().string();
  if (const auto* fault = root->find("fault")) {
    if (job.fault.find(fault->text) != std::string::npos && !fault->text.empty()) return 0;
    std::cout << name << ": expected the fault " << fault->text << ", got " << job.fault << '\n';
    return 1;
  }
  if (!job.job) {
    std::cout << name << ": " << job.fault << '\n';
    return 1;
  }
  for (const std::string& part : texts(root->find("warnings"))) {
    bool found = false;
    for (const auto& warning : job.warnings) found |= warning.find(part) != std::string::npos;
    if (!found) {
      std::cout << name << ": no warning says " << part << '\n';
      return 1;
    }
  }
  Labels discovered = container_labels(*root, job.docker);
  if (const auto* labels = root->find("discovered")) {
    for (const auto& [key, value] : labels->members) discovered.push_back({key.text, value.text});
  }
  return compare(name, texts(root->find("expect")),
                 job.run(discovered, texts(root->find("lines"))));
}

}  // namespace
}  // namespace logsvc

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int files = 0, failed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.path().extension() != ".yaml") continue;
    ++files;
    failed += logsvc::run_file(entry.path());
  }
  std::cout << files << " files, " << failed << " failed\n";
  return failed == 0 && files > 0 ? 0 : 1;
}
