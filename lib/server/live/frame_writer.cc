#include "server/live/frame_writer.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

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
  frames_.push_back(std::move(framed));
}

bool FrameWriter::write(int socket) {
  while (!frames_.empty()) {
    Framed& next = frames_.front();
    iovec parts[4];
    size_t count = 0, skip = written_;
    const auto add = [&](const void* data, size_t size) {
      const size_t skipped = std::min(skip, size);
      skip -= skipped;
      if (skipped == size) return;
      // The cast is safe: sendmsg only reads.
      parts[count++] = {const_cast<char*>(static_cast<const char*>(data)) + skipped,
                        size - skipped};
    };
    add(next.header.data(), next.header_size);
    add(next.frame.head.data(), next.frame.head.size());
    if (next.frame.shared) add(next.frame.shared->data(), next.frame.shared->size());
    add(next.frame.end.data(), next.frame.end.size());
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    written_ += static_cast<size_t>(sent);
    unsent_bytes_ -= static_cast<uint64_t>(sent);
    written_bytes_ += static_cast<uint64_t>(sent);
    if (written_ < next.size()) return true;
    written_ = 0;
    frames_.pop_front();
  }
  return true;
}

}  // namespace logsvc::server
