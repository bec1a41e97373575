// Makes batches and reads entries back in few words.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/entry.h"
#include "model/log_source.h"

namespace logsvc::testing {

struct Line {
  Timestamp timestamp = 0;
  std::string text;
  Labels metadata = {};
  bool operator==(const Line&) const = default;
};

// Adds the lines to the batch as one stream.
inline void add_lines(Batch& batch, const LabelSet& labels, const std::vector<Line>& lines) {
  StreamEntries stream{labels, {}};
  for (const Line& line : lines) {
    Entry entry{line.timestamp, batch.arena.copy(line.text), {}};
    const auto metadata = batch.arena.make_array<LabelView>(line.metadata.size());
    for (size_t i = 0; i < metadata.size(); ++i) {
      metadata[i] = {batch.arena.copy(line.metadata[i].name),
                     batch.arena.copy(line.metadata[i].value)};
    }
    entry.metadata = metadata;
    stream.entries.push_back(entry);
  }
  batch.streams.push_back(std::move(stream));
}

inline std::shared_ptr<const Batch> make_batch(const LabelSet& labels,
                                               const std::vector<Line>& lines) {
  auto batch = std::make_shared<Batch>();
  add_lines(*batch, labels, lines);
  return batch;
}

struct StoredLine {
  LabelSet labels;
  Line line;
  bool operator==(const StoredLine& o) const { return labels == o.labels && line == o.line; }
};

inline Line to_line(const Entry& entry) {
  Line out{entry.timestamp, std::string(entry.line), {}};
  for (const LabelView& pair : entry.metadata) {
    out.metadata.push_back({std::string(pair.name), std::string(pair.value)});
  }
  return out;
}

// Returns everything the iterator has.
inline std::vector<StoredLine> drain(EntryIterator& entries) {
  std::vector<StoredLine> out;
  while (entries.next()) out.push_back({entries.labels(), to_line(entries.entry())});
  return out;
}

}  // namespace logsvc::testing
