#include "wire/push_answer.h"

#include <algorithm>
#include <charconv>

namespace logsvc::wire {
namespace {

constexpr size_t kMaxTextBytes = 4000;

std::optional<uint64_t> number_of(std::string_view text) {
  uint64_t n = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failure != std::errc() || end != text.data() + text.size()) return {};
  return n;
}

}  // namespace

void add_entry(std::vector<EntryRange>& ranges, uint64_t number, uint64_t count) {
  if (!ranges.empty() && ranges.back().first + ranges.back().count == number) {
    ranges.back().count += count;
  } else {
    ranges.push_back({number, count});
  }
}

std::string encode_entry_ranges(const std::vector<EntryRange>& ranges) {
  std::string out;
  for (const EntryRange& range : ranges) {
    if (!out.empty()) out += ',';
    out += std::to_string(range.first);
    if (range.count > 1) out += '-' + std::to_string(range.first + range.count - 1);
    if (out.size() > kMaxTextBytes) return "";
  }
  return out;
}

std::optional<std::vector<EntryRange>> decode_entry_ranges(std::string_view text) {
  std::vector<EntryRange> out;
  if (text.size() > kMaxTextBytes) return {};
  uint64_t next = 0;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const size_t dash = one.find('-');
    const auto first = number_of(one.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number_of(one.substr(dash + 1));
    if (!first || !last || *first < next || *last < *first || *last >= UINT64_MAX / 2) return {};
    out.push_back({*first, *last - *first + 1});
    next = *last + 1;
  }
  return out;
}

}  // namespace logsvc::wire
