#include "net/gunzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace logsvc::net {
namespace {

constexpr size_t kPieceBytes = 256 * 1024;
constexpr int kGzipWindow = 31;

Error bad(const char* what) {
  return {ErrorCode::kUnavailable, std::string("the answer's gzip ") + what};
}

}  // namespace

Result<std::string> gunzip(std::string_view bytes, size_t max_bytes) {
  if (bytes.size() > std::numeric_limits<uInt>::max()) return bad("is too long");
  z_stream z{};
  if (::inflateInit2(&z, kGzipWindow) != Z_OK) return bad("finds no memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&z, ::inflateEnd);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  for (int code = Z_OK; code != Z_STREAM_END;) {
    const size_t before = out.size();
    out.resize(before + kPieceBytes);
    z.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    z.avail_out = kPieceBytes;
    code = ::inflate(&z, Z_NO_FLUSH);
    out.resize(before + kPieceBytes - z.avail_out);
    if (out.size() > max_bytes) return bad("is too long");
    if (code == Z_STREAM_END) break;
    if (code != Z_OK) return bad("is broken");
    if (z.avail_in == 0 && z.avail_out != 0) return bad("ends too early");
  }
  return out;
}

}  // namespace logsvc::net
