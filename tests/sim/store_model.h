// Knows what has to be in the store, by line: acknowledged ones exactly once, others at most once,
// deleted ones not at all.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/store.h"
#include "support/batches.h"

namespace logsvc::sim {

class StoreModel {
 public:
  using Lines = std::vector<testing::StoredLine>;

  void push(const Lines& lines, bool acknowledged);
  // Requests to delete lines of a stream that contain the text. Lines pushed while the request is
  // being made may go too.
  struct Deletion {
    LabelSet labels;
    std::string text;
    TimeRange range;
    bool acknowledged = false;
    bool processed = false;
  };
  void remove(const std::string& id, Deletion deletion);
  void set_processed(const std::string& id);
  // Allows lines past the retention to go from now on.
  void expire(Timestamp cutoff);
  // Notes that the journal was damaged: so many records, each from one push, may be missing at the
  // next check.
  void allow_losses(uint64_t records) { allowed_losses_ += records; }
  // Notes that the journal lost an unknown amount: everything that is there now may go.
  void allow_all();
  // Reads everything in the store, forward, and returns what is wrong with it, if anything is.
  std::optional<std::string> check(const store::Store& store);
  // Returns how many allowed lines the last check found missing.
  uint64_t missing() const { return missing_; }
  size_t size() const { return lines_.size(); }

 private:
  struct Key {
    LabelSet labels;
    Timestamp timestamp;
    std::string text;
    auto operator<=>(const Key& o) const {
      if (timestamp != o.timestamp) return timestamp <=> o.timestamp;
      if (const auto c = text <=> o.text; c != 0) return c;
      return labels < o.labels    ? std::strong_ordering::less
             : labels == o.labels ? std::strong_ordering::equal
                                  : std::strong_ordering::greater;
    }
  };
  static bool is_meant(const Deletion& deletion, const Key& key);
  std::optional<std::string> check_missing(const std::map<Key, int>& found);

  enum class Fate { kMust, kMay, kMustNot };
  struct State {
    Fate fate = Fate::kMay;
    uint64_t push = 0;  // the last one that had the line
  };
  std::map<Key, State> lines_;
  uint64_t pushes_ = 0;
  uint64_t allowed_losses_ = 0;
  uint64_t missing_ = 0;
  std::map<std::string, Deletion> deletions_;
};

}  // namespace logsvc::sim
