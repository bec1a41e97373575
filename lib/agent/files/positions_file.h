// Promtail's positions.yaml: read when nothing of our own is known, and kept up to date so that one
// can go back to Promtail.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "os/file_system.h"

namespace logsvc::agent {

struct PromtailPositions {
  std::map<std::string, uint64_t> offsets;    // of files, by path
  std::map<std::string, std::string> others;  // cursor-CONTAINER (seconds), journal-JOB (cursor)
  bool operator==(const PromtailPositions&) const = default;
};

// A file that is not there gives none. kInvalid if it is no such YAML.
Result<PromtailPositions> read_positions_file(FileSystem& files, const std::string& path);
// The whole file anew, surviving a crash at any point.
Status write_positions_file(FileSystem& files, const std::string& path,
                            const PromtailPositions& positions);
// The second up to which Promtail has had a container's lines; 0: it does not know the container.
int64_t promtail_cursor(const PromtailPositions& positions, const std::string& container_id);

}  // namespace logsvc::agent
