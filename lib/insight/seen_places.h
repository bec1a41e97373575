// Tells which hosts and containers somebody may see who sees a part of the streams alone. Streams
// name them with their labels `host` and `container` (or `container_name`).
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "model/label_set.h"

namespace logsvc::insight {

// What was decided. Plain data.
struct SeenPlaces {
  std::set<std::string> hosts;                               // of a stream of the part
  std::set<std::pair<std::string, std::string>> containers;  // host, name

  bool has(const std::string& host) const { return hosts.contains(host); }
  bool has(const std::string& host, const std::string& container) const {
    return containers.contains({host, container});
  }
};

// Decides it. A container is of the part if all of its streams are; one that cannot be decided on
// is not. Not thread-safe.
class PlaceBook {
 public:
  static constexpr size_t kMaxHosts = 1000;
  static constexpr size_t kMaxContainers = 10'000;  // what comes beyond them is not of the part

  // Notes a stream, and whether it is of the part.
  void note(const LabelSet& stream, bool of_part);
  SeenPlaces seen() const;

 private:
  struct Streams {
    bool of_part = false;
    bool others = false;
  };
  std::set<std::string> hosts_;
  std::map<std::pair<std::string, std::string>, Streams> containers_;  // host, name
};

// Returns the label that names the stream's container; empty if there is none.
std::string_view container_of(const LabelSet& stream);

}  // namespace logsvc::insight
