#include "store/columns/frame_writer.h"

#include "base/checksum.h"
#include "store/common/compression.h"

namespace logsvc::store {
namespace {

using Content = FrameWriter::Content;

// Smaller frames are pooled. Every search would read a tail in the pool.
size_t pooled_below(Content content) {
  return content == Content::kTails || content == Content::kRandomTails ? 64 : 1024;
}
bool is_searched(Content content) {
  return content == Content::kHeads || content == Content::kText || content == Content::kLengths;
}

}  // namespace

uint32_t FrameWriter::add(std::string_view raw, Content content) {
  const auto number = static_cast<uint32_t>(frames_.size());
  Frame& frame = frames_.emplace_back();
  frame.raw_bytes = raw.size();
  if (raw.size() < pooled_below(content)) {
    frame.pool = is_searched(content) ? Frame::Pool::kSearched : Frame::Pool::kOthers;
    std::string& pool = pools_[frame.pool_frame()];
    frame.offset = pool.size();
    frame.stored_bytes = raw.size();
    pool += raw;
  } else if (is_searched(content)) {
    store(frame, raw, content, front_);
    in_front_.push_back(number);
  } else {
    store(frame, raw, content, back_);
    behind_.push_back(number);
  }
  return number;
}

void FrameWriter::finish() {
  for (const uint32_t pool : {0, 1}) frames_[pool].raw_bytes = pools_[pool].size();
  store(frames_[0], pools_[0], Content::kNumbers, bytes_);
  store(frames_[1], pools_[1], Content::kNumbers, back_);
  behind_.push_back(1);
  for (const uint32_t f : in_front_) frames_[f].offset += bytes_.size();
  bytes_ += front_;
  for (const uint32_t f : behind_) frames_[f].offset += bytes_.size();
  bytes_ += back_;
}

void FrameWriter::store(Frame& frame, std::string_view raw, Content content, std::string& out) {
  std::string smaller;
  if (content != Content::kRandomTails) {
    smaller =
        compress(raw, content == Content::kText ? CompressionKind::kText : CompressionKind::kSmall);
    frame.compressed = smaller.size() + raw.size() / 64 < raw.size();
  }
  const std::string_view stored = frame.compressed ? std::string_view(smaller) : raw;
  frame.offset = out.size();
  frame.stored_bytes = stored.size();
  frame.hash = hash_bytes(stored);
  out += stored;
}

}  // namespace logsvc::store
