#include "server/transport/response_compression.h"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace logsvc::server {
namespace {

constexpr size_t kWorthIt = 1400;  // below, it fits a packet anyway
constexpr int kGzip = 31;          // zlib's window bits for a gzip wrapper

// Whether gzip is in the list, and not with q=0.
bool accepts_gzip(std::string_view header) {
  while (!header.empty()) {
    const size_t comma = std::min(header.find(','), header.size());
    std::string part(header.substr(0, comma));
    header.remove_prefix(std::min(comma + 1, header.size()));
    std::erase_if(part, [](unsigned char c) { return std::isspace(c) != 0; });
    const std::string name = part.substr(0, part.find(';'));
    if (name != "gzip" && name != "*") continue;
    const size_t q = part.find("q=");
    return q == std::string::npos || part.find_first_not_of("0.", q + 2) != std::string::npos;
  }
  return false;
}

bool is_text(const std::string& type) {
  return type.starts_with("application/json") || type.starts_with("text/");
}

// Returns an empty text if zlib has no memory.
std::string gzip(const std::string& body) {
  z_stream z{};
  if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) return "";
  std::string out(deflateBound(&z, static_cast<uLong>(body.size())), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  z.avail_in = static_cast<uInt>(body.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&z, Z_FINISH);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return code == Z_STREAM_END ? out : "";
}

}  // namespace

void compress_response(const http::Request& request, http::Response& response) {
  if (response.body.size() < kWorthIt || response.body.size() > UINT32_MAX / 2 ||
      response.headers.has("Content-Encoding") || response.headers.has("Vary") ||
      !is_text(response.header("Content-Type"))) {
    return;
  }
  response.set_header("Vary", "Accept-Encoding");
  if (!accepts_gzip(request.header("Accept-Encoding"))) return;
  std::string packed = gzip(response.body);
  if (packed.empty()) return;
  response.body = std::move(packed);
  response.set_header("Content-Encoding", "gzip");
}

}  // namespace logsvc::server
