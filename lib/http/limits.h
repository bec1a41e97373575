// What a peer may send, in bytes and in time, before anybody has looked at who it is.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace logsvc::http {

struct Limits {
  // These limit a head. A query may be long: Grafana sends all of them by GET.
  size_t max_method_bytes = 32;
  size_t max_path_bytes = 2 * 1024;
  size_t max_query_bytes = 1 << 20;
  size_t max_header_bytes = 16 * 1024;  // name and value
  size_t max_headers = 100;
  size_t max_headers_bytes = 64 * 1024;  // all together

  // These limit what is around the chunks of a chunked body.
  size_t max_chunk_line_bytes = 256;
  size_t max_extension_bytes = 16 * 1024;  // all chunks of a body together
  size_t max_trailer_bytes = 8 * 1024;

  Duration idle_time = 75 * kSecond;  // between requests, and before the first one
  Duration head_time = 20 * kSecond;  // from the first byte of a head to its last
  // A body, or the reading of an answer, may take this long and a second more for each so many
  // bytes.
  Duration grace_time = 30 * kSecond;
  uint64_t least_bytes_per_second = 8 * 1024;
  Duration max_body_time = 10 * kMinute;
};

}  // namespace logsvc::http
