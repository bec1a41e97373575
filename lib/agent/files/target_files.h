// Reads targets from the files of file_sd_configs: lists of {targets, labels} in JSON or YAML.
//
// refresh() notices files that are new, gone or changed; a file with an error keeps its previous
// targets. For one thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/scrape_config.h"
#include "base/result.h"
#include "telemetry/diagnostics.h"

namespace logsvc::agent {

// Returns the targets in a file's text, each with its __address__ and __meta_filepath. Returns
// kInvalid with file, line and column.
Result<std::vector<StaticConfig>> parse_target_file(const std::string& path, std::string_view text);

class TargetFiles {
 public:
  // Borrows the diagnostics.
  TargetFiles(const std::vector<FileSdConfig>& configs, Diagnostics& diagnostics);

  // Reads what has changed. Returns true if the targets differ from before.
  bool refresh();
  // Returns the targets of all files, in the order of the files.
  std::vector<StaticConfig> targets() const;
  // Returns the folders in which files may appear and change.
  std::vector<std::string> folders() const;

 private:
  struct File {
    int64_t changed_ns = -1, bytes = -1;
    uint64_t inode = 0;
    std::vector<StaticConfig> targets;
    bool operator==(const File&) const = default;
  };
  void read(const std::string& path, File& file);

  std::vector<std::string> patterns_;
  Diagnostics& diagnostics_;
  std::map<std::string, File> files_;  // by path
};

}  // namespace logsvc::agent
