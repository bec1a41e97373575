#include "insight/kept_files.h"

namespace logsvc::insight {

KeptFiles::KeptFiles(std::string dir, FileSystem& files, Diagnostics& diagnostics)
    : dir_(std::move(dir)), files_(files), diagnostics_(diagnostics) {}

std::string KeptFiles::read(const char* file) {
  const std::string path = dir_ + file;
  if (!files_.exists(path)) return "";
  const auto text = files_.read_all(path);
  if (text.ok()) return *text;
  diagnostics_.warn("insight", "cannot read insight state; starting fresh",
                    {{"why", text.error().message}});
  return "";
}

void KeptFiles::set_aside(const char* file, const Status& why) {
  if (why.ok()) return;
  const std::string path = dir_ + file;
  diagnostics_.warn("insight", "insight state is corrupt; moved to .bad, starting fresh",
                    {{"file", path}, {"why", why.error().message}});
  (void)files_.rename(path, path + ".bad");
}

Status KeptFiles::write(const char* file, const std::string& text) {
  Status done = files_.make_dirs(dir_);
  if (done.ok()) done = files_.replace(dir_ + file, text);
  if (!done.ok()) {
    diagnostics_.warn("insight", "cannot write insight state; trying again in a minute",
                      {{"why", done.error().message}});
  }
  return done;
}

}  // namespace logsvc::insight
