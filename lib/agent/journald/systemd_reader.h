// systemd's journal, as far as the agent reads it. The library is loaded when it is asked for:
// machines without systemd need none.
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
  std::string cursor;                                       // of systemd's own form
  std::vector<std::pair<std::string, std::string>> fields;  // MESSAGE, _SYSTEMD_UNIT, …
};

// For one thread.
class JournalReader {
 public:
  virtual ~JournalReader() = default;
  // Behind the cursor. False: the entry is not there any more.
  virtual bool seek_behind(const std::string& cursor) = 0;
  virtual void seek_time(Timestamp time) = 0;
  // False: none for now.
  virtual Result<bool> next(JournalEntry& entry) = 0;
  // Until there may be one, or the time is over.
  virtual void wait(Duration time) = 0;
};

struct JournalSource {
  std::string path;     // a folder; empty: this machine's own journal
  std::string matches;  // FIELD=value …, all hold
};

// kUnavailable where there is no libsystemd or no journal.
Result<std::unique_ptr<JournalReader>> open_journal(const JournalSource& source);

}  // namespace logsvc::agent
