// Content-Encoding of request bodies: gzip, deflate (raw or zlib-wrapped), zstd.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "http/memory_budget.h"

namespace logsvc::http {

// encoding: as in the header, any case; "" and "snappy" leave the body as it is. kInvalid with
// Loki's texts ("gzip: invalid header"); the result is at most max_bytes.
Result<std::string> decode_body(std::string body, const std::string& encoding, uint64_t max_bytes,
                                MemoryLease& memory);

}  // namespace logsvc::http
