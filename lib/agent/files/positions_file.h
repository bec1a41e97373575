// Promtail's positions.yaml: it is read when the agent has no places of its own, and kept up to
// date so that one can go back to Promtail.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "os/file_system.h"

namespace logsvc::agent {

struct PromtailPositions {
  std::map<std::string, uint64_t> offsets;    // by path
  std::map<std::string, std::string> others;  // cursor-CONTAINER (seconds), journal-JOB (cursor)
  bool operator==(const PromtailPositions&) const = default;
};

// Returns no positions if the file does not exist, and kInvalid if it is not YAML of this form.
Result<PromtailPositions> read_positions_file(FileSystem& files, const std::string& path);
// Writes the whole file anew; a crash at any point leaves the old or the new one.
Status write_positions_file(FileSystem& files, const std::string& path,
                            const PromtailPositions& positions);
// Returns the second up to which Promtail had read a container's lines; 0: Promtail does not know
// the container.
int64_t promtail_cursor(const PromtailPositions& positions, const std::string& container_id);

}  // namespace logsvc::agent
