// The targets that files of file_sd_configs tell of: lists of {targets, labels} in JSON or YAML.
//
// A file that is new, gone or changed is noticed by refresh(); of one with a fault the targets stay
// that it had before. For one thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/scrape_config.h"
#include "base/result.h"
#include "telemetry/diagnostics.h"

namespace logsvc::agent {

// The targets in the text of a file, each with its __address__ and __meta_filepath. kInvalid, with
// file, line and column.
Result<std::vector<StaticConfig>> parse_target_file(const std::string& path, std::string_view text);

class TargetFiles {
 public:
  // Borrows the diagnostics.
  TargetFiles(const std::vector<FileSdConfig>& configs, Diagnostics& diagnostics);

  // Reads what has changed. True: the targets are others than before.
  bool refresh();
  // Of all files, in their order.
  std::vector<StaticConfig> targets() const;
  // Folders in which files may come and change.
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
