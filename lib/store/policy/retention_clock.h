// Decides whether the wall clock may be believed when lines are deleted for their age. A clock that
// is set wrongly must not empty the store, so it is compared with what the store knows: the time of
// the last run, which is kept on disk, and how long this run has lasted. When it jumps by more than
// a day in either direction it is in doubt, until it has kept its pace for a day or a person
// confirms it; while it is ahead and in doubt, nothing may be deleted. Lines that arrive prove
// nothing: they may come from the machine whose clock is wrong. Safe from several threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "os/file_system.h"

namespace logsvc::store {

// Says why nothing is deleted for its age now.
struct HeldRetention {
  Timestamp clock = 0;     // what it says
  Timestamp expected = 0;  // by what the store knows
  Duration left = 0;       // until it is believed, if it keeps its pace
};

class RetentionClock {
 public:
  RetentionClock(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}

  // Reads what the last run left. A folder without it is taken to be from now, or from `newest`,
  // the time of its newest line, if it has any. Returns what is wrong with the file, if anything
  // is; the file then counts as missing.
  Status open(Timestamp now, int64_t steady_ns, std::optional<Timestamp> newest);

  // Checks the clock; call it about once a second. It keeps on disk what it found, every ten
  // minutes and when that changes.
  Status look(Timestamp now, int64_t steady_ns);
  // Accepts the clock, since a person says that it is right.
  Status confirm(Timestamp now, int64_t steady_ns);
  // Returns nullopt if lines may be deleted.
  std::optional<HeldRetention> held() const;

 private:
  // Follows a wall clock that keeps its pace.
  struct Pace {
    Timestamp wall = 0;
    int64_t steady_ns = 0;

    Timestamp expected(int64_t now_steady_ns) const {
      return add_saturated(wall, now_steady_ns - steady_ns);
    }
    bool is_kept(Timestamp now, int64_t now_steady_ns) const;
  };
  struct Doubt {
    Pace pace;
    Duration kept = 0;  // for how long it has kept its pace
  };
  void judge(Timestamp now, int64_t steady_ns) REQUIRES(mutex_);
  Status save(int64_t steady_ns) REQUIRES(mutex_);
  Status read(int64_t steady_ns) REQUIRES(mutex_);

  FileSystem& files_;
  const std::string path_;
  mutable Mutex mutex_;
  Pace believed_ GUARDED_BY(mutex_);
  std::optional<Doubt> doubt_ GUARDED_BY(mutex_);
  std::optional<int64_t> saved_ns_ GUARDED_BY(mutex_);  // steady clock; nullopt: not yet
};

}  // namespace logsvc::store
