#include "store/change/day_directories.h"

#include <vector>

namespace logsvc::store {
namespace {
constexpr size_t kManyDays = 16;  // are synced together
}

// The directory may exist without being durable: an earlier attempt may have failed between mkdir
// and sync.
Status DayDirectories::make(std::span<const NewFile> of) {
  const FileNames& names = environment_.names;
  std::vector<std::string> made;
  for (const NewFile& file : of) {
    if (lasting_.count(file.row.day)) continue;
    RETURN_IF_ERROR(environment_.files.make_dirs(names.day(file.row.day)));
    made.push_back(file.row.day);
  }
  if (made.empty()) return {};
  RETURN_IF_ERROR(environment_.files.sync_dir(names.chunks()));
  lasting_.insert(made.begin(), made.end());
  return {};
}

Status DayDirectories::sync(const std::set<std::string>& days) {
  FileSystem& files = environment_.files;
  const FileNames& names = environment_.names;
  const bool many = days.size() >= kManyDays;
  if (many) RETURN_IF_ERROR(files.sync_disk(names.chunks()));
  bool removed = false;
  for (const std::string& day : days) {
    const std::string dir = names.day(day);
    if (!files.exists(dir)) continue;
    if (!many) RETURN_IF_ERROR(files.sync_dir(dir));
    ASSIGN_OR_RETURN(const auto left, files.list(dir));
    if (!left.empty()) continue;
    lasting_.erase(day);
    RETURN_IF_ERROR(files.remove_dir(dir));
    removed = true;
  }
  return removed ? files.sync_dir(names.chunks()) : Status();
}

}  // namespace logsvc::store
