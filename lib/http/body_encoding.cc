#include "http/body_encoding.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "base/any_case.h"

namespace logsvc::http {
namespace {

constexpr size_t kPieceBytes = 256 * 1024;

Error too_large(uint64_t max_bytes) {
  return {ErrorCode::kInvalid,
          "decompressed message size too large than max (over " + std::to_string(max_bytes) + ")"};
}

Error no_memory() {
  return {ErrorCode::kUnavailable, "too many pushes are being decoded at once; try again"};
}

// window_bits: 31 gzip, 15 zlib, -15 raw deflate.
Result<std::string> inflate_all(const std::string& body, int window_bits, uint64_t max_bytes,
                                const char* failure, MemoryLease& memory) {
  z_stream z{};
  if (inflateInit2(&z, window_bits) != Z_OK) return invalid(failure);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&z, inflateEnd);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  z.avail_in = static_cast<uInt>(body.size());
  std::string out;
  int code = Z_OK;
  while (code != Z_STREAM_END) {
    const size_t before = out.size();
    if (before > max_bytes) return too_large(max_bytes);
    if (!memory.grow(kPieceBytes)) return no_memory();
    out.resize(before + kPieceBytes);
    z.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    z.avail_out = kPieceBytes;
    code = inflate(&z, Z_NO_FLUSH);
    out.resize(before + kPieceBytes - z.avail_out);
    if (code == Z_BUF_ERROR || (code == Z_OK && z.avail_in == 0 && z.avail_out != 0)) {
      return invalid("unexpected EOF");
    }
    if (code != Z_OK && code != Z_STREAM_END) return invalid(failure);
  }
  return out;
}

Result<std::string> unzstd(const std::string& body, uint64_t max_bytes, MemoryLease& memory) {
  const std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(),
                                                                        ZSTD_freeDStream);
  ZSTD_inBuffer in{body.data(), body.size(), 0};
  std::string out;
  size_t left = 1;
  while (left != 0) {
    const size_t before = out.size();
    if (before > max_bytes) return too_large(max_bytes);
    if (!memory.grow(kPieceBytes)) return no_memory();
    out.resize(before + kPieceBytes);
    ZSTD_outBuffer piece{out.data() + before, kPieceBytes, 0};
    left = ZSTD_decompressStream(stream.get(), &piece, &in);
    out.resize(before + piece.pos);
    if (ZSTD_isError(left)) return invalid(std::string("zstd: ") + ZSTD_getErrorName(left));
    if (left != 0 && in.pos == in.size && piece.pos < kPieceBytes) return invalid("unexpected EOF");
  }
  return out;
}

}  // namespace

Result<std::string> decode_body(std::string body, const std::string& encoding, uint64_t max_bytes,
                                MemoryLease& memory) {
  std::string name = ascii_lowered(encoding);
  // HTTP's older name, and what nestjs-loki-logger calls it.
  if (name == "x-gzip" || name == "application/gzip") name = "gzip";
  if (name.empty() || name == "identity" || name == "snappy") return body;
  if (name == "gzip" && body.substr(0, 2) != "\x1f\x8b") {
    return invalid(body.empty() ? "EOF" : "gzip: invalid header");
  }
  if (name == "gzip") return inflate_all(body, 31, max_bytes, "gzip: invalid header", memory);
  if (name == "deflate") {
    const bool wrapped =
        body.size() >= 2 && (body[0] & 0x0F) == 8 &&
        (static_cast<unsigned char>(body[0]) * 256 + static_cast<unsigned char>(body[1])) % 31 == 0;
    return inflate_all(body, wrapped ? 15 : -15, max_bytes, "flate: corrupt input", memory);
  }
  if (name == "zstd") return unzstd(body, max_bytes, memory);
  return invalid("Content-Encoding \"" + encoding + "\" not supported");
}

}  // namespace logsvc::http
