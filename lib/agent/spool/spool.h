// The agent's disk queue. A record group holds lines and the cursor behind them, so that the place
// in Docker's log and the lines read up to it are durable together. What was pushed is trimmed.
//
// On disk: DIR/spool (a journal) and DIR/positions.json, a checkpoint of the cursors up to a
// sequence: cursors of later groups are in the journal itself. Safe from several threads.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/docker/resume_filter.h"
#include "base/mutex.h"
#include "base/result.h"
#include "journal/journal.h"
#include "model/label_set.h"

namespace logsvc::agent {

struct SpooledLine {
  std::string labels;  // label text
  Timestamp timestamp = 0;
  std::string line;
};

struct SpoolGroup {
  std::string container;
  Cursor cursor;
  std::vector<SpooledLine> lines;
};

std::string encode_spool_group(const SpoolGroup& group);
Result<SpoolGroup> decode_spool_group(std::string_view bytes);

class Spool {
 public:
  static Result<std::unique_ptr<Spool>> open(FileSystem& files, const std::string& dir,
                                             uint64_t max_bytes);

  // kNoSpace when the spool is full: the caller waits, and Docker keeps the rest.
  Status append(const SpoolGroup& group);
  // The cursor of a container, from the last group that has it; timestamp 0 if there is none.
  Cursor cursor(const std::string& container) const;

  // For the one pusher: the next group and its sequence; false if there is none (yet).
  Result<bool> next(SpoolGroup& group, uint64_t& sequence);
  // Groups up to the sequence are pushed: they go, and are not read again after a restart.
  Status acknowledge(uint64_t sequence);

  // Forgets cursors of containers that are gone, when nothing waits to be pushed.
  void forget_absent(const std::set<std::string>& present);

  uint64_t size_bytes() const { return journal_->size_bytes(); }
  uint64_t waiting_groups() const;
  uint64_t lost_groups() const { return reader_->lost_records(); }

 private:
  Spool(FileSystem& files, std::string dir, std::unique_ptr<journal::Journal> journal)
      : files_(files), dir_(std::move(dir)), journal_(std::move(journal)) {}
  Status load();
  Status save_positions(uint64_t acknowledged);

  FileSystem& files_;
  const std::string dir_;
  const std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<journal::Journal::Reader> reader_;
  mutable Mutex mutex_;
  std::map<std::string, Cursor> cursors_ GUARDED_BY(mutex_);
  uint64_t acknowledged_ GUARDED_BY(mutex_) = 0;
};

}  // namespace logsvc::agent
