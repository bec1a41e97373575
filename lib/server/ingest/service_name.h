// What we add to a push, as Loki does: the label service_name and, on every entry, the structured
// metadata detected_level.
#pragma once

#include <span>
#include <string_view>

#include "model/entry.h"

namespace logsvc::server {

// Returns the labels that name a service, the better ones first.
std::span<const std::string_view> service_labels();

// Adds the stream label service_name from the first label that names a service; "unknown_service"
// if none does. A stream that has it stays as it is.
LabelSet with_service_name(const LabelSet& labels);

// Adds detected_level to each entry of the stream: normalised if it is there, else from a label or
// metadata that names a level, the OTLP severity number, or the line. The new pairs are in the
// arena.
void add_detected_level(StreamEntries& stream, Arena& arena);

}  // namespace logsvc::server
