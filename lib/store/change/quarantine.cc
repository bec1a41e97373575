#include "store/change/quarantine.h"

namespace logsvc::store {

Result<std::string> set_aside(FileSystem& files, const FileNames& names, const std::string& path) {
  RETURN_IF_ERROR(files.make_dirs(names.quarantine()));
  const std::string wanted = names.quarantine() + "/" + path.substr(path.rfind('/') + 1);
  std::string target = wanted;
  for (int n = 1; files.exists(target); ++n) target = wanted + "." + std::to_string(n);
  RETURN_IF_ERROR(files.rename(path, target));
  return target;
}

}  // namespace logsvc::store
