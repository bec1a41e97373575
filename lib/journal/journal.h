// An append-only log of checksummed records in numbered segment files: the server's
// write-ahead journal and the agent's spool. Layout: FORMAT.md.
//
// Records are opaque bytes, numbered from 1 without gaps (their sequence). append() alone only
// hands bytes to the operating system; append_durable() returns when they survive a power cut,
// sharing one fdatasync among all callers that wait at the same time (group commit).
//
// A torn or damaged tail of the last segment (a crash while writing) is cut off on open and
// reported in OpenReport; damage elsewhere loses the rest of that segment only, is reported, and
// numbering goes on with the next one.
//
// Safe from several threads. Order of locks: the journal's is a leaf.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "os/file_system.h"

namespace logsvc::journal {

struct JournalOptions {
  // A new segment is begun when the current one is at least this long. Larger: fewer files, but
  // space comes back in larger steps.
  uint64_t segment_bytes = 16u << 20;
  // Over this, append fails with kNoSpace. 0 = no cap.
  uint64_t max_bytes = 0;
};

struct OpenReport {
  uint64_t torn_bytes = 0;        // cut from the tail
  uint64_t damaged_segments = 0;  // segments of which a part could not be read
  std::string detail;             // path:offset of the first damage; empty if there is none
};

class Journal {
 public:
  // Makes the directory if it is missing; borrows the file system. Does not read record bodies
  // into memory.
  static Result<std::unique_ptr<Journal>> open(FileSystem& files, std::string dir,
                                               JournalOptions options, OpenReport* report);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Sequence of the record. On an error nothing of the record stays in the journal, so the
  // caller may try again. Records of up to 1 GiB.
  Result<uint64_t> append(std::string_view record);
  // Several records as one write; the sequence of the last.
  Result<uint64_t> append(const std::vector<std::string_view>& records);
  // Everything appended so far is on disk when this returns.
  Status sync();
  Result<uint64_t> append_durable(std::string_view record);

  // Calls visit for each record with sequence >= from, in order, until it returns false. The
  // view is valid during the call. Sees records appended before the call.
  Status replay(uint64_t from,
                const std::function<bool(uint64_t sequence, std::string_view)>& visit);

  // Records with sequence <= up_to are no longer needed; whole segments of them are deleted.
  Status trim(uint64_t up_to);

  uint64_t first_sequence() const;  // oldest kept; next_sequence() if empty
  uint64_t next_sequence() const;   // of the next append
  uint64_t size_bytes() const;      // of all segment files

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logsvc::journal
