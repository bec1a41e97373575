// Writes the frames of Loki's tail: each entry as a stream object of its own, and what was left
// out.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "logql/engine.h"
#include "model/label_set.h"

namespace logsvc::server {

// A line as a live reader gets it.
struct TailEntry {
  Labels labels;
  logql::ResultEntry entry;
};
struct DroppedEntry {
  Timestamp timestamp = 0;
  Labels labels;
};
// kCategorized keeps metadata and parsed fields apart from the labels. kLegacy is the form of
// /api/prom.
enum class TailForm { kPlain, kCategorized, kLegacy };

// Returns about what the line occupies.
uint64_t memory_bytes(const TailEntry& entry);

std::string tail_frame(std::span<const TailEntry* const> entries,
                       const std::vector<DroppedEntry>& dropped, TailForm form);

}  // namespace logsvc::server
