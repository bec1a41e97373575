// Reads systemd's journal. The library is loaded when it is first needed, so machines without
// systemd do not need it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace logsvc::agent {

struct JournalEntry {
  Timestamp time = 0;                                       // when the journal received it
  std::string cursor;                                       // in systemd's own form
  std::vector<std::pair<std::string, std::string>> fields;  // MESSAGE, _SYSTEMD_UNIT, …
};

// Reads a journal's entries in order. For one thread.
class JournalReader {
 public:
  virtual ~JournalReader() = default;
  // Moves behind the cursor. Returns false if the entry does not exist any more.
  virtual bool seek_behind(const std::string& cursor) = 0;
  virtual void seek_time(Timestamp time) = 0;
  // Returns false if there is no entry for now.
  virtual Result<bool> next(JournalEntry& entry) = 0;
  // Waits until there may be one, or the time is over.
  virtual void wait(Duration time) = 0;
};

struct JournalSource {
  std::string path;     // a folder; empty: this machine's own journal
  std::string matches;  // FIELD=value …; all must match
};

// Returns kUnavailable without libsystemd or a journal.
Result<std::unique_ptr<JournalReader>> open_journal(const JournalSource& source);

}  // namespace logsvc::agent
