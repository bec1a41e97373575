#include "agent/files/target_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "agent/files/glob.h"
#include "agent/pipeline/pipeline_entry.h"
#include "config/yaml_reader.h"

namespace logsvc::agent {
namespace {

constexpr int64_t kMaxFileBytes = 16 << 20;
constexpr size_t kMaxFiles = 1000;
constexpr size_t kMaxTargets = 100'000;

// Reads {targets: […], labels: {…}}: one target per address.
void read_group(const config::YamlNode& node, config::Problems& problems,
                std::vector<StaticConfig>& out) {
  config::MapReader map(node, "a group of targets", problems);
  std::vector<std::string> addresses;
  std::vector<std::pair<std::string, std::string>> labels;
  map.read("targets", addresses);
  map.read("labels", labels);
  map.ignore({"source"});
  map.finish();
  if (addresses.empty()) {
    problems.warn(node, "a group without targets is read by nobody; write targets: [localhost]");
  }
  for (const std::string& address : addresses) {
    if (out.size() >= kMaxTargets) {
      problems.error(node, "more than " + std::to_string(kMaxTargets) + " targets");
      return;
    }
    StaticConfig target;
    for (const auto& [name, value] : labels) set_label(target.labels, name, value);
    set_label(target.labels, "__address__", address);
    set_label(target.labels, "__meta_filepath", problems.path());
    out.push_back(std::move(target));
  }
}

// JSON is YAML except for some escapes and tabs, which a YAML parser does not know.
Result<config::YamlNode> parse_tree(const std::string& path, std::string_view text) {
  if (!path.ends_with(".json") && !path.ends_with(".JSON"))
    return config::parse_yaml(path, std::string(text));
  try {
    const auto json = nlohmann::json::parse(text);
    auto as_written = config::parse_yaml(path, std::string(text));
    return as_written.ok() ? std::move(as_written)
                           : config::parse_yaml(path, json.dump(-1, ' ', true));
  } catch (const nlohmann::json::exception& e) {
    return invalid(path + ": " + e.what());
  }
}

}  // namespace

Result<std::vector<StaticConfig>> parse_target_file(const std::string& path,
                                                    std::string_view text) {
  ASSIGN_OR_RETURN(const config::YamlNode root, parse_tree(path, text));
  std::vector<StaticConfig> out;
  if (root.is_null()) return out;
  config::Problems problems(path);
  if (!root.is_list()) return invalid(problems.place(root) + "expected a list of targets");
  for (const config::YamlNode& group : root.items) read_group(group, problems, out);
  if (!problems.errors().empty()) return invalid(problems.errors()[0]);
  return out;
}

TargetFiles::TargetFiles(const std::vector<FileSdConfig>& configs, Diagnostics& diagnostics)
    : diagnostics_(diagnostics) {
  for (const FileSdConfig& config : configs)
    patterns_.insert(patterns_.end(), config.files.begin(), config.files.end());
}

void TargetFiles::read(const std::string& path, File& file) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return;
  const int64_t changed = info.st_mtim.tv_sec * kSecond + info.st_mtim.tv_nsec;
  if (file.changed_ns == changed && file.bytes == info.st_size && file.inode == info.st_ino) return;
  file.changed_ns = changed;
  file.bytes = info.st_size;
  file.inode = info.st_ino;
  std::string why;
  if (info.st_size > kMaxFileBytes) {
    why = "the file is above 16 MiB";
  } else {
    std::ifstream in(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    auto targets = in ? parse_target_file(path, text)
                      : Result<std::vector<StaticConfig>>(invalid(std::strerror(errno)));
    if (targets.ok()) {
      file.targets = std::move(*targets);
      return;
    }
    why = targets.error().message;
  }
  diagnostics_.warn("agent", "a file of targets cannot be read: the targets it had stay",
                    {{"path", path}, {"why", why}});
}

bool TargetFiles::refresh() {
  std::map<std::string, File> now;
  for (const std::string& pattern : patterns_) {
    for (const std::string& path : glob_files(pattern, kMaxFiles)) {
      if (now.count(path) || now.size() >= kMaxFiles) continue;
      const auto known = files_.find(path);
      File& file = now.emplace(path, known == files_.end() ? File() : known->second).first->second;
      read(path, file);
    }
  }
  const bool changed = now != files_;
  files_ = std::move(now);
  return changed;
}

std::vector<StaticConfig> TargetFiles::targets() const {
  std::vector<StaticConfig> out;
  for (const auto& [path, file] : files_)
    out.insert(out.end(), file.targets.begin(), file.targets.end());
  return out;
}

std::vector<std::string> TargetFiles::folders() const {
  std::vector<std::string> out;
  for (const std::string& pattern : patterns_)
    out.push_back(std::filesystem::path(pattern).parent_path().string());
  return out;
}

}  // namespace logsvc::agent
