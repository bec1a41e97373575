// Counts the different values that labels had in the last day, each up to a most, so that a label
// that runs away (a request id, a user id) is noticed before it makes a stream of every line.
// Bounded, however many names and values come. Not safe from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace logsvc::server {

class LabelValues {
 public:
  static constexpr int64_t kWindowHours = 24;
  // Names beyond these take the place of the one that had a new value longest ago.
  static constexpr size_t kMaxNames = 256;
  static constexpr uint64_t kMaxValues = 400'000;  // of all names, but what one may have at least

  explicit LabelValues(uint64_t max_values) : max_values_(max_values) {}

  // Counts a value that was pushed in the hour, which does not go back. Returns false if it is a
  // new one, and there are max_values of the last day already.
  bool add(std::string_view name, std::string_view value, int64_t hour);
  // Returns how many different values the name had in the last day; at most max_values.
  uint64_t count(std::string_view name, int64_t hour);

 private:
  struct Name {
    std::unordered_map<uint64_t, int64_t> values;  // hash → the last hour
    int64_t swept_hour = INT64_MIN;
    uint64_t grew = 0;  // when it had a new value, in the order of all of them
  };
  void sweep(Name& name, int64_t hour);
  void make_room(const Name& but);

  const uint64_t max_values_;
  std::map<std::string, Name, std::less<>> names_;
  uint64_t values_ = 0;
  uint64_t growths_ = 0;
};

}  // namespace logsvc::server
