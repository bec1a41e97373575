#include "server/live/frame_writer.h"

#include <algorithm>
#include <string_view>

namespace logsvc::server {
namespace {

constexpr uint8_t kWholeText = 0x81;  // FIN and the opcode of text

size_t write_header(std::array<uint8_t, 10>& header, size_t payload) {
  header[0] = kWholeText;
  if (payload < 126) {
    header[1] = static_cast<uint8_t>(payload);
    return 2;
  }
  const size_t bytes = payload <= 0xFFFF ? 2 : 8;
  header[1] = bytes == 2 ? 126 : 127;
  for (size_t i = 0; i < bytes; ++i) {
    header[2 + i] = static_cast<uint8_t>(uint64_t{payload} >> (8 * (bytes - 1 - i)));
  }
  return 2 + bytes;
}

}  // namespace

void FrameWriter::queue(LiveFrame frame) {
  Framed framed{{}, 0, std::move(frame)};
  framed.header_size = write_header(framed.header, framed.frame.size());
  unsent_bytes_ += framed.size();
  own_bytes_ += framed.own();
  frames_.push_back(std::move(framed));
}

bool FrameWriter::write(http::Stream& stream) {
  using State = http::Stream::State;
  while (!frames_.empty()) {
    Framed& next = frames_.front();
    std::array<std::string_view, 4> parts;
    size_t count = 0, skip = written_;
    const auto add = [&](const void* data, size_t size) {
      const size_t skipped = std::min(skip, size);
      skip -= skipped;
      if (skipped == size) return;
      parts[count++] = {static_cast<const char*>(data) + skipped, size - skipped};
    };
    add(next.header.data(), next.header_size);
    add(next.frame.head.data(), next.frame.head.size());
    if (next.frame.shared) add(next.frame.shared->data(), next.frame.shared->size());
    add(next.frame.end.data(), next.frame.end.size());
    const auto sent = stream.write_parts({parts.data(), count});
    begun_ = sent.state == State::kWantsWrite;
    if (sent.state != State::kDone) return begun_;
    written_ += sent.bytes;
    unsent_bytes_ -= sent.bytes;
    written_bytes_ += sent.bytes;
    if (written_ < next.size()) continue;
    written_ = 0;
    own_bytes_ -= next.own();
    frames_.pop_front();
  }
  return true;
}

}  // namespace logsvc::server
