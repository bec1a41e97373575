// The state shared by the journal's writing and reading halves. Private to this folder.
#pragma once

#include <deque>
#include <set>

#include "base/mutex.h"
#include "journal/journal.h"
#include "journal/segment_format.h"

namespace logsvc::journal {

struct Segment {
  uint64_t first = 0;  // sequence of its first record
  uint64_t bytes = 0;  // of the file
  std::string path;
  SegmentHeader header;
};

struct Journal::Impl {
  Impl(FileSystem& f, std::string d, JournalOptions o) : files(f), dir(std::move(d)), options(o) {}

  FileSystem& files;
  const std::string dir;
  const JournalOptions options;

  Mutex trim_mutex;  // held while segments are removed; locked before mutex
  mutable Mutex mutex;
  CondVar synced_changed;
  std::deque<Segment> segments GUARDED_BY(mutex);        // the last one is being written
  std::shared_ptr<WritableFile> file GUARDED_BY(mutex);  // the file of the last segment
  bool abandoned GUARDED_BY(mutex) = false;              // nothing more goes into the last segment
  uint64_t next GUARDED_BY(mutex) = 1;                   // sequence of the next record
  uint64_t synced GUARDED_BY(mutex) = 0;                 // on disk up to this sequence, but for:
  uint64_t failed_from GUARDED_BY(mutex) = 0;  // records whose sync failed, both inclusive
  uint64_t failed_through GUARDED_BY(mutex) = 0;
  Status failure GUARDED_BY(mutex);
  bool syncing GUARDED_BY(mutex) = false;  // a thread is in fdatasync
  // Numbers from here to next - 1 were skipped; 0: none were.
  uint64_t passed_over_from GUARDED_BY(mutex) = 0;
  // First sequences of segments in which something does not verify: they are kept when trimmed.
  mutable std::set<uint64_t> damaged GUARDED_BY(mutex);

  Status find_segments(const std::vector<std::string>& names, OpenReport& report) REQUIRES(mutex);
  Status read_header(Segment& segment, bool& holds_nothing) REQUIRES(mutex);
  Status drop_strays() REQUIRES(mutex);
  Status go_on_behind_last(OpenReport& report) REQUIRES(mutex);
  Status begin_segment() REQUIRES(mutex);
  Status advance_to(uint64_t sequence) REQUIRES(mutex);
  Result<uint64_t> append_locked(const std::vector<std::string_view>& records) REQUIRES(mutex);
  Status sync_locked(uint64_t up_to) REQUIRES(mutex);
  Result<std::string> set_aside(const std::string& path);
  bool is_full(const Segment& segment) const;
  uint64_t total_bytes() const REQUIRES(mutex);
};

}  // namespace logsvc::journal
