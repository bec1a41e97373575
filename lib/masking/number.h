// Digits in groups, as people write cards, phones and accounts: "4111 1111 1111 1111",
// "(02) 123-4567".
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "masking/edges.h"

namespace logsvc::masking {

// It is a reading of a line from a digit on: the groups that follow each other there, as many as
// fit. Whoever takes a number from its first groups looks at the edges.
struct Number {
  static constexpr size_t kMostGroups = 7;
  static constexpr size_t kMostDigits = 20;

  struct Group {
    size_t begin, end;  // in the text
    char separator;     // before it: - . ( ) or a blank; 0 before the first
    size_t size() const { return end - begin; }
  };

  std::string_view text;
  Edge before = Edge::kClear;
  size_t count = 0;
  // Both are set as far as there are groups: lines are full of numbers that are none of these.
  std::array<Group, kMostGroups> groups;
  std::array<char, kMostDigits> digits;  // of all groups

  // Reads from a digit on. A first group that is too long leaves nothing.
  static Number read(std::string_view text, size_t begin);

  size_t digits_in(size_t groups_taken) const;  // of the first groups
  std::string_view first_digits(size_t n) const { return {digits.data(), n}; }
  int digit(size_t i) const { return digits[i] - '0'; }
  // Returns whether there are these groups at the beginning.
  bool has_sizes(std::initializer_list<uint8_t> sizes) const;
  // Returns whether all separators within the first groups are of these.
  bool separated_by(size_t groups_taken, std::string_view allowed) const;
  size_t end(size_t groups_taken) const { return groups[groups_taken - 1].end; }
  Edge after(size_t groups_taken) const { return edge_after(text, end(groups_taken)); }
};

// Returns where the next group begins, behind a group that ends at `at`, and what separates them;
// 0 if none follows.
size_t next_group(std::string_view text, size_t at, char& separator);
// Returns where the group before the one that begins at `at` begins, not before `least`; `at` if
// there is none.
size_t previous_group(std::string_view text, size_t at, size_t least);

}  // namespace logsvc::masking
