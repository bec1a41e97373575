#include <algorithm>
#include <optional>
#include <unordered_map>

#include "server/ingest/cardinality_guard.h"
#include "wire/metadata.h"

namespace logsvc::server {
namespace {

// What becomes of one stream's labels.
struct Folded {
  Labels kept;
  Labels moved;
};

std::optional<Folded> fold(const LabelSet& labels, const std::vector<std::string>& names) {
  const auto folds = [&](const Label& label) {
    return std::binary_search(names.begin(), names.end(), label.name);
  };
  const Labels& all = labels.labels();
  if (std::none_of(all.begin(), all.end(), folds)) return std::nullopt;
  Folded out;
  for (const Label& label : all) (folds(label) ? out.moved : out.kept).push_back(label);
  if (out.kept.empty()) out.kept.push_back({"service_name", "unknown_service"});
  return out;
}

// An entry's own pair of the name keeps its value under another one, as queries call it beside a
// label.
void add_metadata(Entry& entry, const Labels& moved, Arena& arena) {
  std::vector<std::string> renamed;
  renamed.reserve(entry.metadata.size());
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (const LabelView& pair : entry.metadata) {
    if (find_label(moved, pair.name)) {
      renamed.push_back(std::string(pair.name) + "_extracted");
      pairs.emplace_back(renamed.back(), pair.value);
    } else {
      pairs.emplace_back(pair.name, pair.value);
    }
  }
  for (const Label& label : moved) pairs.emplace_back(label.name, label.value);
  entry.metadata = wire::store_metadata(arena, pairs);
}

}  // namespace

uint64_t fold_labels(Batch& batch, const std::vector<std::string>& names) {
  uint64_t changed = 0;
  for (StreamEntries& stream : batch.streams) {
    auto folded = fold(stream.labels, names);
    if (!folded) continue;
    stream.labels = LabelSet::from(std::move(folded->kept));
    changed += stream.entries.size();
    for (Entry& entry : stream.entries) add_metadata(entry, folded->moved, batch.arena);
  }
  if (changed == 0) return 0;
  std::unordered_map<LabelSet, size_t> places;
  std::vector<StreamEntries> joined;
  for (StreamEntries& stream : batch.streams) {
    const auto [at, fresh] = places.emplace(stream.labels, joined.size());
    if (fresh) {
      joined.push_back(std::move(stream));
      continue;
    }
    std::vector<Entry>& entries = joined[at->second].entries;
    entries.insert(entries.end(), stream.entries.begin(), stream.entries.end());
  }
  batch.streams = std::move(joined);
  return changed;
}

}  // namespace logsvc::server
