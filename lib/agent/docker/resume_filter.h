// Which records of a log answer are new. Docker's `since` is inclusive and coarse, and a follow
// stream sends records again after a rotation; the cursor finds the place to go on, the filter
// drops what was had before.
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
    kAnchorMissing,  // the record of the cursor was not where it should be: ask again without
                     // `since`
  };
  // Passes new records on. last_try: the answer holds everything there is, so a missing anchor is a
  // gap.
  Verdict add(const LogRecord& record, bool last_try, const OnRecord& on_record);
  // The answer ended. Delivers what was held back if the anchor never came.
  void finish(bool last_try, const OnRecord& on_record);
  // A new answer begins, from the place of now.
  void reopen();
  // What comes next begins right behind the cursor: nothing is searched.
  void resume_behind_cursor();

  // The cursor behind the last record passed on.
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
  std::vector<HeldRecord> held_;     // since the answer began, while searching
  std::array<Timestamp, 2> last_{};  // of each output, the last record passed on …
  std::array<uint32_t, 2> nth_{};    // … and how many with that time
  std::deque<Recent> recent_;        // the newest records from the API
  size_t recent_bytes_ = 0;          // of their texts
  uint64_t gaps_ = 0;
  uint64_t repeats_ = 0;
};

}  // namespace logsvc::agent
