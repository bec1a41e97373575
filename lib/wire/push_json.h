// Decodes Loki's push body as JSON.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/entry.h"

namespace logsvc::wire {

// Decodes {"streams":[{"stream":{…},"values":[["<ns>","line",{metadata}], …]}]}. kInvalid names
// stream and value index and the error; nothing of an invalid request is used. Numbers, booleans
// and nested values in metadata become their JSON text (winston-loki sends them). Invalid UTF-8
// becomes U+FFFD.
Result<Batch> decode_push_json(std::string body);

// Decodes the older form of /api/prom/push:
// {"streams":[{"labels":"{…}","entries":[{"ts":"RFC3339","line":"…"}]}]}.
Result<Batch> decode_legacy_push_json(std::string body);

}  // namespace logsvc::wire
