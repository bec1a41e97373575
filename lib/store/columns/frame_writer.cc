#include "store/columns/frame_writer.h"

#include "base/checksum.h"
#include "store/compression.h"

namespace logsvc::store {
namespace {
constexpr size_t kPooledBytes = 1024;
}

uint32_t FrameWriter::add(std::string_view raw, Content content) {
  Frame frame;
  frame.raw_bytes = raw.size();
  if (raw.size() < kPooledBytes) {
    frame.pooled = true;
    frame.offset = pool_.size();
    frame.stored_bytes = raw.size();
    pool_ += raw;
  } else {
    store(frame, raw, content);
  }
  frames_.push_back(frame);
  return static_cast<uint32_t>(frames_.size() - 1);
}

void FrameWriter::finish() {
  frames_[0].raw_bytes = pool_.size();
  store(frames_[0], pool_, Content::kNumbers);
}

void FrameWriter::store(Frame& frame, std::string_view raw, Content content) {
  std::string smaller;
  if (content != Content::kRandom) {
    smaller =
        compress(raw, content == Content::kText ? CompressionKind::kText : CompressionKind::kSmall);
    frame.compressed = smaller.size() + raw.size() / 64 < raw.size();
  }
  const std::string_view stored = frame.compressed ? std::string_view(smaller) : raw;
  frame.offset = bytes_.size();
  frame.stored_bytes = stored.size();
  frame.hash = hash_bytes(stored);
  bytes_ += stored;
}

}  // namespace logsvc::store
