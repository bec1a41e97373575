// The files in DIR that hold what was learned. Calls about different files may run at the same
// time.
#pragma once

#include <string>

#include "base/result.h"
#include "os/file_system.h"
#include "telemetry/diagnostics.h"

namespace logsvc::insight {

class KeptFiles {
 public:
  // Borrows everything but the directory.
  KeptFiles(std::string dir, FileSystem& files, Diagnostics& diagnostics);

  // Returns the file's text; empty if there is none, or if it cannot be read, which is logged.
  std::string read(const char* file);
  // Logs what is wrong with a file that was read, and renames it to FILE.bad.
  void set_aside(const char* file, const Status& why);
  // Replaces the file as a whole; makes the directory. Logs what fails.
  Status write(const char* file, const std::string& text);

 private:
  const std::string dir_;
  FileSystem& files_;
  Diagnostics& diagnostics_;
};

}  // namespace logsvc::insight
