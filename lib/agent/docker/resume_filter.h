// Finds out which records of a log answer are new. Docker's `since` is inclusive and coarse, and a
// follow stream sends records again after a rotation. The cursor marks the place to continue from,
// and the filter drops records seen before.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "agent/docker/cursor.h"

namespace logsvc::agent {

class ResumeFilter {
 public:
  using OnRecord = std::function<void(const LogRecord&)>;

  explicit ResumeFilter(const Cursor& cursor)
      : cursor_(cursor), searching_(cursor.timestamp != 0) {}

  enum class Verdict {
    kFine,
    kAnchorMissing,  // the cursor's record is not where it should be: ask again without `since`
  };
  // Passes new records on. last_try: the answer holds everything that exists, so a missing anchor
  // is a gap.
  Verdict add(const LogRecord& record, bool last_try, const OnRecord& on_record);
  // Ends the answer. Passes on the held records if the anchor never came.
  void finish(bool last_try, const OnRecord& on_record);
  // Begins a new answer, which continues from the current place.
  void reopen();
  // Begins input that continues directly behind the cursor, without a search.
  void resume_behind_cursor();

  // Returns the place of the last record passed on.
  const Cursor& cursor() const { return cursor_; }
  bool searching() const { return searching_; }
  uint64_t gaps() const { return gaps_; }        // anchors that were rotated away
  uint64_t repeats() const { return repeats_; }  // records that Docker sent again

 private:
  struct HeldRecord {
    OutputStream stream;
    Timestamp timestamp;
    std::string text;
    uint64_t file;
    uint64_t offset;
    bool goes_on;
  };
  struct Recent {
    OutputStream stream;
    Timestamp timestamp;
    std::string text;
  };
  void remember(const LogRecord& record);
  void pass(const LogRecord& record, const OnRecord& on_record);
  void give_up_search(const OnRecord& on_record);
  bool is_repeat(const LogRecord& record);

  Cursor cursor_;
  bool searching_;
  uint32_t seen_at_anchor_ = 0;      // records of the anchor's stream and time in this answer
  std::vector<HeldRecord> held_;     // held while the anchor is searched for
  std::array<Timestamp, 2> last_{};  // per output: the last record passed on …
  std::array<uint32_t, 2> nth_{};    // … and how many with that time
  std::deque<Recent> recent_;        // the newest records from the API
  size_t recent_bytes_ = 0;          // in their texts
  uint64_t gaps_ = 0;
  uint64_t repeats_ = 0;
};

}  // namespace logsvc::agent
