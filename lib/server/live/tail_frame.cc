#include "server/live/tail_frame.h"

#include "server/query/response_json.h"

namespace logsvc::server {

uint64_t memory_bytes(const TailEntry& entry) {
  return sizeof(TailEntry) + entry.entry.line.capacity() + logql::memory_bytes(entry.labels) +
         logql::memory_bytes(entry.entry.metadata) + logql::memory_bytes(entry.entry.parsed);
}

std::string tail_frame(std::span<const TailEntry* const> entries,
                       const std::vector<DroppedEntry>& dropped, TailForm form) {
  std::string out = "{\"streams\":[";
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i) out += ',';
    if (form == TailForm::kLegacy) {
      append_legacy_json_stream(out, entries[i]->labels, {&entries[i]->entry, 1});
      continue;
    }
    out += "{\"stream\":";
    append_json_labels(out, entries[i]->labels);
    out += ",\"values\":[";
    append_json_entry(out, entries[i]->entry, form == TailForm::kCategorized);
    out += "]}";
  }
  out += ']';
  if (!dropped.empty()) {
    out += ",\"dropped_entries\":[";
    for (size_t i = 0; i < dropped.size(); ++i) {
      if (i) out += ',';
      out += "{\"timestamp\":\"" + std::to_string(dropped[i].timestamp) + "\",\"labels\":";
      append_json_labels(out, dropped[i].labels);
      out += '}';
    }
    out += ']';
  } else if (form == TailForm::kLegacy) {
    out += ",\"dropped_entries\":null";
  }
  if (form == TailForm::kCategorized) out += ",\"encodingFlags\":[\"categorize-labels\"]";
  return out + '}';
}

}  // namespace logsvc::server
