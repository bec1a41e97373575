// Finds files that had a path before they were renamed: app.log.1, app.log.2.gz, app.log-20260131,
// app-2026-01-31.log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/files/file_place.h"
#include "agent/files/line_source.h"

namespace logsvc::agent {

struct RotatedFile {
  std::string path;
  Compression compression = Compression::kNone;
  uint64_t device = 0, inode = 0;
  int64_t modified = 0;            // ns
  std::optional<uint64_t> number;  // the N of app.log.N: the higher, the older
};

// Returns the path's rotated files, the oldest first. If a file and its compressed copy both exist,
// returns the file.
std::vector<RotatedFile> rotated_files(const std::string& path);

// Returns the beginning of a compressed file's text; nullopt if it cannot be unpacked.
std::optional<std::string> unpacked_head(int fd, Compression compression);
// Returns whether the text is that of the file, if enough of the file is known to tell.
bool begins_so(const std::string& head, const FileIdentity& file);

}  // namespace logsvc::agent
