// What has to be in the store, by line: acknowledged ones exactly once, others at most once,
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
  // A request to delete lines of a stream that contain the text. What is pushed while it is under
  // way may go too.
  struct Deletion {
    LabelSet labels;
    std::string text;
    TimeRange range;
    bool acknowledged = false;
    bool processed = false;
  };
  void remove(const std::string& id, Deletion deletion);
  void set_processed(const std::string& id);
  // Lines that are past the retention may go from now on.
  void expire(Timestamp cutoff);
  // Everything the store has, forward. What is wrong with it, if anything is.
  std::optional<std::string> check(const store::Store& store) const;
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

  enum class Fate { kMust, kMay, kMustNot };
  std::map<Key, Fate> lines_;
  std::map<std::string, Deletion> deletions_;
};

}  // namespace logsvc::sim
