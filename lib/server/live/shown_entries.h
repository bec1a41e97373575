// Entries of the history that a live reader has been shown, while they may come a second time. An
// entry is the same if its time, labels, line and metadata are; each is left out once, since lines
// that differ may have been made equal by the query. For one thread.
#pragma once

#include <string>
#include <unordered_set>

#include "logql/engine.h"
#include "server/live/frame_writer.h"

namespace logsvc::server {

class ShownEntries {
 public:
  void add(const TailEntry& entry) { keys_.insert(key_of(entry)); }
  // True: it was shown, and is to be left out this time.
  bool take(const TailEntry& entry) {
    if (keys_.empty()) return false;
    const auto found = keys_.find(key_of(entry));
    if (found == keys_.end()) return false;
    keys_.erase(found);
    return true;
  }
  void clear() { keys_ = {}; }

 private:
  // The parts cannot run into each other: lengths stand before those of any bytes.
  static std::string key_of(const TailEntry& e) {
    std::string key = std::to_string(e.entry.timestamp) + ' ';
    for (const Labels* labels : {&e.labels, &e.entry.metadata, &e.entry.parsed}) {
      key += std::to_string(labels->size()) + ' ';
      for (const Label& label : *labels) {
        for (const std::string* part : {&label.name, &label.value}) {
          key += std::to_string(part->size()) + ' ' + *part;
        }
      }
    }
    return key + e.entry.line;
  }

  std::unordered_multiset<std::string> keys_;
};

}  // namespace logsvc::server
