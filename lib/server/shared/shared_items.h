// What users of the page keep for the whole team: openings and their reports, saved views,
// counters. They are one small JSON file in the data directory, replaced as a whole, so that after
// a crash it is the old or the new one. Safe from several threads.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "os/file_system.h"
#include "telemetry/diagnostics.h"

namespace logsvc::server {

// {"id":"…", …}: an opening {"name","atMs","services":[…],"success"?}, a report
// {"name","atMs","result"} (server/opening) or, of earlier releases, {"name","atMs","markdown"}, a
// view {"name","search"}, a counter {"name","query"}.
struct SharedItem {
  std::string kind;  // "openings", "reports", "views", "counters"
  std::string id;    // 1 to 64 of A-Z a-z 0-9 _ -
  std::string json;  // the object, with its id
};

class SharedItems {
 public:
  static constexpr size_t kMaxItems = 200;              // per kind
  static constexpr size_t kMaxCounters = 50;            // each costs something for every line
  static constexpr size_t kMaxItemBytes = 32u << 10;    // as JSON
  static constexpr size_t kMaxFileBytes = 1u << 20;     // all together
  static constexpr size_t kMaxChanges = 4 * kMaxItems;  // per request

  // Items of the file that cannot be parsed are left out and logged once; the file as it was is
  // kept beside it (path + ".damaged"). While there is no file, the one of earlier releases is read
  // from earlier_path. first_version must be greater than any that an earlier run gave (a time will
  // do).
  SharedItems(FileSystem& files, std::string path, const std::string& earlier_path,
              uint64_t first_version, Diagnostics& diagnostics);

  // Applies all changes of {"put":[{"kind","item":{"id",…}}…],"remove":[{"kind","id"}…]} or none;
  // when it returns they survive a power cut. Removing what does not exist is fine. kInvalid says
  // what is wrong; kTooLarge beyond the limits; otherwise errors of the disk.
  Status change(std::string_view request_json);

  // Returns {"version":n,"openings":[…],"reports":[…],"views":[…],"counters":[…]}; the version
  // grows with every change. If known_version is the current one, the answer is {"version":n}
  // alone. Without with_reports, "reports" is empty.
  std::string text(std::string_view known_version, bool with_reports = true) const;

  std::vector<SharedItem> of_kind(std::string_view kind) const;

 private:
  // The key is kind and id.
  using Items = std::map<std::pair<std::string, std::string>, std::string>;
  void load(const std::string& earlier_path);

  FileSystem& files_;
  const std::string path_;
  Diagnostics& diagnostics_;
  Mutex writing_;  // held over the disk, before mutex_: one change at a time
  mutable Mutex mutex_;
  std::shared_ptr<const Items> items_ GUARDED_BY(mutex_) = std::make_shared<const Items>();
  uint64_t version_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::server
