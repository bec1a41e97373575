// The files in DIR of what was learned. Safe from several threads as far as each is about another
// file.
#pragma once

#include <string>

#include "base/result.h"
#include "os/file_system.h"
#include "telemetry/diagnostics.h"

namespace logsvc::insight {

class KeptFiles {
 public:
  // Borrows all but the directory.
  KeptFiles(std::string dir, FileSystem& files, Diagnostics& diagnostics);

  // Empty if there is none, or it cannot be read, which is said.
  std::string read(const char* file);
  // If something is wrong with what was read: says so, and renames it to FILE.bad.
  void set_aside(const char* file, const Status& why);
  // In place of what was there, as a whole; makes the directory. Says what fails.
  Status write(const char* file, const std::string& text);

 private:
  const std::string dir_;
  FileSystem& files_;
  Diagnostics& diagnostics_;
};

}  // namespace logsvc::insight
