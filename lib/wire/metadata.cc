#include "wire/metadata.h"

#include <algorithm>
#include <cctype>
#include <tuple>

namespace logsvc::wire {

std::string metadata_name(std::string_view name) {
  if (is_label_name(name) && name.find("__") == std::string_view::npos && name != "_") {
    return std::string(name);
  }
  if (is_label_name(name) && name.size() > 4 && name.starts_with("__") && name.ends_with("__")) {
    return std::string(name);
  }
  std::string out;
  bool usable = false;
  for (const char c : name) {
    const bool good =
        std::isalnum(static_cast<unsigned char>(c)) && static_cast<unsigned char>(c) < 0x80;
    usable |= good;
    if (good) {
      out += c;
    } else if (out.empty() || out.back() != '_') {
      out += '_';
    }
  }
  if (!usable) return "";
  return std::isdigit(static_cast<unsigned char>(out[0])) ? "key_" + out : out;
}

std::span<const LabelView> store_metadata(
    Arena& arena, const std::vector<std::pair<std::string_view, std::string_view>>& pairs) {
  if (pairs.empty()) return {};
  struct Pair {
    std::string name;
    std::string_view value;
    bool renamed;
  };
  std::vector<Pair> kept;
  for (const auto& [name, value] : pairs) {
    if (value.empty()) continue;
    std::string usable = metadata_name(name);
    if (usable.empty()) continue;
    const bool renamed = usable != name;
    kept.push_back({std::move(usable), value, renamed});
  }
  // Renamed pairs come last among those of one name, in their order: the last one wins.
  std::stable_sort(kept.begin(), kept.end(), [](const Pair& a, const Pair& b) {
    return std::tie(a.name, a.renamed) < std::tie(b.name, b.renamed);
  });
  const auto last_of_name = [&](size_t i) {
    return i + 1 == kept.size() || kept[i].name != kept[i + 1].name;
  };
  size_t n = 0;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (last_of_name(i)) std::swap(kept[n++], kept[i]);
  }
  kept.resize(n);
  const std::span<LabelView> out = arena.make_array<LabelView>(kept.size());
  for (size_t i = 0; i < kept.size(); ++i) {
    out[i] = {arena.copy(kept[i].name), arena.copy(kept[i].value)};
  }
  return out;
}

}  // namespace logsvc::wire
