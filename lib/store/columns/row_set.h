// Holds a set of row numbers below a bound: none, all, or a bit each. For one thread.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace logsvc::store {

class RowSet {
 public:
  static RowSet none(uint32_t rows) { return RowSet(rows, false); }
  static RowSet all(uint32_t rows) { return RowSet(rows, true); }

  uint32_t rows() const { return rows_; }
  bool is_all() const { return all_; }
  // Returns true only for an empty set; a set whose bits are all zero may answer false until
  // settle().
  bool is_none() const { return !all_ && bits_.empty(); }

  bool has(uint32_t row) const {
    if (bits_.empty()) return all_;
    return bits_[row / 64] >> (row % 64) & 1;
  }
  void add(uint32_t row) {
    if (all_) return;
    if (bits_.empty()) bits_.assign((rows_ + 63) / 64, 0);
    bits_[row / 64] |= uint64_t{1} << (row % 64);
  }
  // Adds, by bits, the rows 64 * word … 64 * word + 63 that are below the bound.
  void add_word(uint32_t word, uint64_t bits) {
    if (all_ || bits == 0) return;
    if (bits_.empty()) bits_.assign((rows_ + 63) / 64, 0);
    bits_[word] |= bits;
  }
  // Counts rows in [from, to).
  uint32_t count(uint32_t from, uint32_t to) const {
    if (bits_.empty() || from >= to) return all_ && from < to ? to - from : 0;
    const uint32_t first = from / 64, last = (to - 1) / 64;
    const uint64_t head = ~uint64_t{0} << (from % 64);
    const uint64_t tail = ~uint64_t{0} >> (63 - (to - 1) % 64);
    if (first == last) return static_cast<uint32_t>(std::popcount(bits_[first] & head & tail));
    auto n = static_cast<uint32_t>(std::popcount(bits_[first] & head));
    for (uint32_t w = first + 1; w < last; ++w) n += static_cast<uint32_t>(std::popcount(bits_[w]));
    return n + static_cast<uint32_t>(std::popcount(bits_[last] & tail));
  }
  uint32_t count() const {
    if (bits_.empty()) return all_ ? rows_ : 0;
    uint32_t n = 0;
    for (const uint64_t word : bits_) n += static_cast<uint32_t>(std::popcount(word));
    return n;
  }
  // Turns bits that are all zero or all one into none or all.
  void settle() {
    if (bits_.empty()) return;
    const uint32_t n = count();
    if (n != 0 && n != rows_) return;
    bits_.clear();
    all_ = n != 0;
  }
  void intersect(const RowSet& other) {
    if (other.is_all()) return;
    if (is_all() || other.is_none()) {
      *this = other;
      return;
    }
    for (size_t i = 0; i < bits_.size(); ++i) bits_[i] &= other.bits_[i];
    settle();
  }
  void unite(const RowSet& other) {
    if (other.is_none() || is_all()) return;
    if (is_none() || other.is_all()) {
      *this = other;
      return;
    }
    for (size_t i = 0; i < bits_.size(); ++i) bits_[i] |= other.bits_[i];
    settle();
  }
  void complement() {
    if (bits_.empty()) {
      all_ = !all_;
      return;
    }
    for (uint64_t& word : bits_) word = ~word;
    if (rows_ % 64) bits_.back() &= (uint64_t{1} << (rows_ % 64)) - 1;
  }
  // Calls visit(row) for each row in [from, to), ascending.
  template <typename Visit>
  void each(uint32_t from, uint32_t to, Visit visit) const {
    if (bits_.empty()) {
      for (uint32_t r = from; all_ && r < to; ++r) visit(r);
      return;
    }
    for (uint32_t w = from / 64; w * 64 < to; ++w) {
      uint64_t word = bits_[w];
      if (w == from / 64) word &= ~uint64_t{0} << (from % 64);
      while (word) {
        const uint32_t row = w * 64 + static_cast<uint32_t>(std::countr_zero(word));
        if (row >= to) return;
        visit(row);
        word &= word - 1;
      }
    }
  }

 private:
  RowSet(uint32_t rows, bool all) : rows_(rows), all_(all && rows > 0) {}

  uint32_t rows_;
  bool all_;
  std::vector<uint64_t> bits_;  // empty: all_ decides
};

}  // namespace logsvc::store
