#include "store/common/compression.h"

#include <snappy.h>
#include <zstd.h>

#include <memory>

#include "store/common/corrupt.h"

namespace logsvc::store {
namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
  void operator()(ZSTD_DCtx* c) const { ZSTD_freeDCtx(c); }
};

}  // namespace

std::string compress(std::string_view raw, CompressionKind kind) {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, 1);
  if (kind == CompressionKind::kText) {
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_strategy, ZSTD_fast);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_minMatch, 7);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_hashLog, 17);
  }
  std::string out(ZSTD_compressBound(raw.size()), '\0');
  const size_t n = ZSTD_compress2(context.get(), out.data(), out.size(), raw.data(), raw.size());
  // With a buffer of compressBound, it can fail only if memory runs out.
  if (ZSTD_isError(n)) throw std::bad_alloc();
  out.resize(n);
  return out;
}

Result<std::string> unpack_snappy(std::string_view stored, uint64_t raw_bytes) {
  size_t claimed = 0;
  // No element gives more than 64 bytes for 3.
  if (!snappy::GetUncompressedLength(stored.data(), stored.size(), &claimed) ||
      claimed != raw_bytes || raw_bytes / 32 > stored.size()) {
    return corrupt("a snappy block is not of the size it should be");
  }
  std::string out(raw_bytes, '\0');
  if (!snappy::RawUncompress(stored.data(), stored.size(), out.data())) {
    return corrupt("a snappy block is damaged");
  }
  return out;
}

Result<RawBytes> decompress(std::string_view stored, uint64_t raw_bytes) {
  if (raw_bytes > kMaxFrameBytes)
    return corrupt("a frame claims " + std::to_string(raw_bytes) + " bytes");
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  if (ZSTD_getFrameContentSize(stored.data(), stored.size()) != raw_bytes) {
    return corrupt("a zstd frame is not of the size its directory says");
  }
  RawBytes out(raw_bytes);
  const size_t n =
      ZSTD_decompressDCtx(context.get(), out.data(), out.size(), stored.data(), stored.size());
  if (ZSTD_isError(n)) return corrupt(std::string("zstd: ") + ZSTD_getErrorName(n));
  if (n != raw_bytes) return corrupt("a zstd frame ended early");
  return out;
}

}  // namespace logsvc::store
