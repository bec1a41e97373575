// Encodes a column of integers and decodes it: either value − minimum, or the difference from the
// value before, whichever is smaller, as byte planes. Layout: ../FORMAT.md. The functions are pure.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/columns/row_set.h"

namespace logsvc::store {

std::string encode_integers(std::span<const int64_t> values);
// Returns exactly `count` values, or kCorrupt.
Result<std::vector<int64_t>> decode_integers(std::string_view bytes, uint64_t count);

// Reads a sequence as it lies in its frame: single values, without decoding the others unless each
// is the difference from the one before. The frame's bytes must outlive it.
class IntegerView {
 public:
  IntegerView() = default;
  // Returns kCorrupt unless there are exactly `count` values.
  static Result<IntegerView> open(std::string_view bytes, uint64_t count);

  int64_t operator[](size_t i) const {
    if (decoded_) return decoded_[i];
    uint64_t v = 0;
    for (uint8_t b = 0; b < width_; ++b) v |= uint64_t{planes_[b * count_ + i]} << (8 * b);
    return static_cast<int64_t>(base_ + v);
  }
  // Adds the positions of this value.
  void find(int64_t value, RowSet& out) const;

 private:
  const uint8_t* planes_ = nullptr;
  size_t count_ = 0;
  uint64_t base_ = 0;
  uint8_t width_ = 0;
  std::unique_ptr<int64_t[]> decoded_;  // for sequences of differences
};

// Holds a sequence of row numbers, all decoded.
class RowNumbers {
 public:
  // Returns kCorrupt unless there are exactly `count` values, none of them beyond what a row number
  // can be.
  static Result<RowNumbers> decode(std::string_view bytes, uint64_t count);

  size_t size() const { return count_; }
  std::span<const uint32_t> all() const { return {numbers_.get(), count_}; }
  uint32_t largest() const { return largest_; }

 private:
  std::unique_ptr<uint32_t[]> numbers_;
  size_t count_ = 0;
  uint32_t largest_ = 0;
};

// Encodes numbers below 2^32, best with many small ones: ids of dictionaries and templates.
std::string encode_ids(std::span<const uint32_t> ids);
// Reads the same, one at a time.
class IdView {
 public:
  IdView() = default;
  // Makes a view in which every id is 0.
  explicit IdView(uint64_t count) : count_(count) {}
  // Returns kCorrupt unless there are exactly `count` ids, each below `limit`.
  static Result<IdView> open(std::string_view bytes, uint64_t count, uint64_t limit);

  uint32_t operator[](size_t i) const {
    switch (width_) {
      case 0:
        return 0;
      case 1:
        return planes_[i];
      case 2:
        return planes_[i] | uint32_t{planes_[count_ + i]} << 8;
      default:
        return wide(i);
    }
  }
  size_t size() const { return count_; }
  // Calls visit(i, id) for each.
  template <typename Visit>
  void each(Visit visit) const {
    if (width_ == 1) {
      for (size_t i = 0; i < count_; ++i) visit(i, uint32_t{planes_[i]});
    } else {
      for (size_t i = 0; i < count_; ++i) visit(i, (*this)[i]);
    }
  }
  // Adds the positions of ids for which match[id] is not 0.
  void find(const std::vector<uint8_t>& match, RowSet& out) const;

 private:
  uint32_t wide(size_t i) const {
    uint32_t v = 0;
    for (uint8_t b = 0; b < width_; ++b) v |= uint32_t{planes_[b * count_ + i]} << (8 * b);
    return v;
  }
  const uint8_t* planes_ = nullptr;
  size_t count_ = 0;
  uint8_t width_ = 0;
};

}  // namespace logsvc::store
