// What our server says to an agent in the headers of its answers, besides Loki's status and text.
// Other clients ignore them; other servers do not send them.
//
//   X-Logsvc-Clock: 1764055378123456789     the server's wall clock when it answered, ns
//   X-Logsvc-Refused: 3,7-12                of a 400: the entries of the push that were refused,
//                                           numbered from 0 in the order of the body; all others
//                                           are stored
//   X-Logsvc-Kept-At-Arrival: 120           entries too far ahead of the server's clock, stored at
//                                           the time of their arrival, with their own time in the
//                                           structured metadata original_time
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logsvc::wire {

inline constexpr char kServerClockHeader[] = "X-Logsvc-Clock";
inline constexpr char kRefusedHeader[] = "X-Logsvc-Refused";
inline constexpr char kKeptAtArrivalHeader[] = "X-Logsvc-Kept-At-Arrival";

// Entries first … first + count - 1 of a push.
struct EntryRange {
  uint64_t first = 0;
  uint64_t count = 0;
  bool operator==(const EntryRange&) const = default;
};

// Adds the entry that comes after those in the list.
void add_entry(std::vector<EntryRange>& ranges, uint64_t number, uint64_t count = 1);
// Writes "3,7-12"; empty for none, and if the text would be longer than a header should be.
std::string encode_entry_ranges(const std::vector<EntryRange>& ranges);
// Returns nullopt if it is anything else, out of order or too long.
std::optional<std::vector<EntryRange>> decode_entry_ranges(std::string_view text);

}  // namespace logsvc::wire
