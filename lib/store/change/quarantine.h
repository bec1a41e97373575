// Moves unreadable files aside: a person may still want them. Stateless.
#pragma once

#include <string>

#include "base/result.h"
#include "os/file_system.h"
#include "store/common/file_names.h"

namespace logsvc::store {

// Moves a file into the quarantine directory under a free name, and returns its new path.
Result<std::string> set_aside(FileSystem& files, const FileNames& names, const std::string& path);

}  // namespace logsvc::store
