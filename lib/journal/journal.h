// An append-only log of checksummed records in numbered segment files: the server's
// write-ahead journal and the agent's spool. Layout: FORMAT.md.
//
// Records are opaque bytes, numbered from 1 without gaps (their sequence). append() alone only
// hands bytes to the operating system; append_durable() returns when they survive a power cut,
// sharing one fdatasync among all callers that wait at the same time (group commit).
//
// What does not verify costs only itself: reading goes on with the next record that does, and
// reports what was lost. Such a segment is not written again, and is kept as NAME.damaged when it
// is trimmed. An incomplete tail of the last segment is not damage but a crash while writing: see
// OpenReport.
//
// Safe from several threads. The journal's lock is a leaf: nothing else is locked under it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "journal/segment_format.h"
#include "os/file_system.h"

namespace logsvc::journal {

struct JournalOptions {
  // A new segment is begun when the current one is at least this long. Larger segments mean fewer
  // files, but space comes back in larger steps.
  uint64_t segment_bytes = 16u << 20;
  // Above this, append fails with kNoSpace. 0: no cap.
  uint64_t max_bytes = 0;
};

struct OpenReport {
  uint64_t torn_bytes = 0;  // at the end of the last segment; they stay there
  std::string detail;       // their path:offset; empty if there are none
  // The new names of segments in which nothing verifies.
  std::vector<std::string> set_aside;
};

// Records that should be there and are not.
struct Loss {
  uint64_t first = 0;    // sequence
  uint64_t records = 0;  // how many are lost from there on
  std::string where;     // path:offset of what is there instead
  uint64_t bytes = 0;    // how many bytes that is
};

class Journal {
  struct Impl;

 public:
  // Makes the directory if it is missing; borrows the file system.
  static Result<std::unique_ptr<Journal>> open(FileSystem& files, std::string dir,
                                               JournalOptions options, OpenReport* report);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Returns the record's sequence. On an error nothing of the record stays in the journal, so the
  // caller may try again. A record may have up to 1 GiB.
  Result<uint64_t> append(std::string_view record);
  // Appends several records as one write, all or nothing; returns the sequence of the last.
  Result<uint64_t> append(const std::vector<std::string_view>& records);
  // Returns when everything appended so far is on disk. After a failure the records that were not
  // synced yet may or may not come back on replay.
  Status sync();
  Result<uint64_t> append_durable(std::string_view record);

  // Reads on from a place. At the end it does not wait: next() returns false, and finds what was
  // appended since when it is called again. For one thread. Must not outlive the journal.
  class Reader {
   public:
    // Returns true if sequence() and record() are the next one, false at the end so far. Records
    // that were trimmed meanwhile are skipped.
    Result<bool> next();
    uint64_t sequence() const { return sequence_; }
    std::string_view record() const { return record_; }  // valid until next()
    // Returns the records lost to damage so far; beyond 100 places the rest is reported as one.
    uint64_t lost_records() const { return lost_records_; }
    const std::vector<Loss>& losses() const { return losses_; }

   private:
    friend class Journal;
    Reader(const Impl& journal, uint64_t from);
    Result<bool> next_segment();
    Result<bool> fill(uint64_t n);
    Result<bool> read_here(uint64_t end);
    Result<bool> find_behind_damage(uint64_t end);
    void note_damage(uint64_t segment);
    void lose(Loss loss);

    const Impl& journal_;
    uint64_t wanted_;  // sequence of the first record to deliver
    uint64_t at_ = 0;  // sequence of the record at offset_, 0: no segment is open
    uint64_t offset_ = 0;
    std::string path_;
    std::unique_ptr<ReadableFile> file_;
    SegmentHeader header_;
    uint64_t segment_first_ = 0;
    std::string buffer_;  // bytes of the file from buffer_offset_
    uint64_t buffer_offset_ = 0;
    uint64_t sequence_ = 0;
    std::string_view record_;
    uint64_t lost_records_ = 0;
    std::vector<Loss> losses_;
  };
  std::unique_ptr<Reader> read_from(uint64_t sequence) const;

  // Calls visit for each record with sequence >= from, in order, until it returns false. The
  // view is valid during the call. Sees records appended before it gets there.
  Status replay(uint64_t from,
                const std::function<bool(uint64_t sequence, std::string_view)>& visit) const;

  // Puts later records into a segment of their own, so that trim can delete all that is there now.
  Status begin_segment();
  // Makes the first segment if there is none, that is, if the journal was never begun or is gone.
  Status begin();
  bool is_begun() const;
  // Gives the next record this number if it is higher than the one it would get: numbers up to
  // there were given out before, although the journal does not have them (any more).
  Status advance_to(uint64_t sequence);
  // Says that records with sequence <= up_to are no longer needed; whole segments of them are
  // deleted. They count as kept until their removal is durable.
  Status trim(uint64_t up_to);

  // Returns the oldest that may be on disk; next_sequence() if there is none.
  uint64_t first_sequence() const;
  uint64_t next_sequence() const;  // that the next append gets
  // Returns the first sequence after the oldest segment; 0 if there is only one.
  uint64_t oldest_segment_end() const;
  uint64_t size_bytes() const;  // of all segment files

 private:
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logsvc::journal
