// Numbers distinct values in the order of their first occurrence. Values are distinguished only by
// their 64 bits (see Slot): what is encoded this way must be verified. For one thread.
#pragma once

#include <cstdint>
#include <vector>

namespace logsvc::store {

class DistinctValues {
 public:
  explicit DistinctValues(size_t expected = 64) {
    size_t n = 16;
    while (n < expected * 2) n *= 2;
    places_.assign(n, 0);
  }

  // Returns the number of the value; a new one gets the next.
  uint32_t add(uint64_t value) {
    const size_t mask = places_.size() - 1;
    for (size_t at = place_of(value, mask);; at = (at + 1) & mask) {
      if (places_[at] == 0) {
        values_.push_back(value);
        places_[at] = static_cast<uint32_t>(values_.size());
        if (values_.size() * 2 > places_.size()) grow();
        return static_cast<uint32_t>(values_.size() - 1);
      }
      const uint32_t number = places_[at] - 1;
      if (values_[number] == value) return number;
    }
  }
  size_t size() const { return values_.size(); }

 private:
  // Mixes the bits, since numbers are values too.
  static size_t place_of(uint64_t value, size_t mask) {
    return static_cast<size_t>((value * 0x9E3779B97F4A7C15u) >> 32) & mask;
  }
  void grow() {
    places_.assign(places_.size() * 2, 0);
    const size_t mask = places_.size() - 1;
    for (size_t i = 0; i < values_.size(); ++i) {
      size_t at = place_of(values_[i], mask);
      while (places_[at]) at = (at + 1) & mask;
      places_[at] = static_cast<uint32_t>(i + 1);
    }
  }

  std::vector<uint32_t> places_;  // number + 1; 0: free
  std::vector<uint64_t> values_;
};

}  // namespace logsvc::store
