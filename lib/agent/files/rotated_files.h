// Files that stood at a path and were renamed since: app.log.1, app.log.2.gz, app.log-20260131,
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
  std::optional<uint64_t> number;  // of app.log.N: the higher, the older
};

// Those of the path that are there now, the oldest first. Of a file and its packed copy the file.
std::vector<RotatedFile> rotated_files(const std::string& path);

// How the text of a packed file begins; nullopt if it cannot be unpacked.
std::optional<std::string> unpacked_head(int fd, Compression compression);
// Whether a text is that of a file, of which enough is known to tell: some bytes, or all there are.
bool begins_so(const std::string& head, const FileIdentity& file);

}  // namespace logsvc::agent
