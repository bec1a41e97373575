#include "http/connection.h"

#include <algorithm>
#include <array>
#include <utility>

namespace logsvc::http {
namespace {

constexpr size_t kReceiveBytes = 64 * 1024;
// How long the peer may take to read the last answer and close.
constexpr Duration kEndTime = 3 * kSecond;

using Buffer = std::array<char, kReceiveBytes>;

// Each thread has one, however many connections there are.
Buffer& receive_buffer() {
  static thread_local const auto kBuffer = std::make_unique<Buffer>();
  return *kBuffer;
}

}  // namespace

Connection::Connection(uint64_t id, std::unique_ptr<Stream> stream, std::string peer,
                       const Limits& limits, std::shared_ptr<MemoryBudget> budget, int64_t now_ns)
    : id_(id),
      stream_(std::move(stream)),
      peer_(std::move(peer)),
      limits_(limits),
      reader_(limits, std::move(budget)),
      begun_ns_(now_ns),
      parked_ns_(now_ns) {}

Connection::Received Connection::receive(int64_t now_ns) {
  Buffer& buffer = receive_buffer();
  const Stream::Moved got = stream_->read(buffer.data(), buffer.size());
  writes_to_read_ = got.state == Stream::State::kWantsWrite;
  switch (got.state) {
    case Stream::State::kWantsRead:
    case Stream::State::kWantsWrite:
      return Received::kNothing;
    case Stream::State::kEnded:
      return Received::kEnded;
    case Stream::State::kNotTls:
      stream_ = Stream::plain(stream_->release_socket());
      return Received::kNotTls;
    case Stream::State::kDone:
      break;
  }
  const auto before = reader_.state();
  reader_.feed({buffer.data(), got.bytes});
  note(now_ns, before);
  return Received::kSome;
}

void Connection::note(int64_t now_ns, RequestReader::State before) {
  const auto now = reader_.state();
  if (now != before && before == RequestReader::State::kIdle) begun_ns_ = now_ns;
}

bool Connection::discard() { return stream_->discard(); }

// Removes what the socket takes from the front; returns false if the peer is gone.
bool Connection::write_some(std::string_view& bytes) {
  while (!bytes.empty()) {
    const Stream::Moved sent = stream_->write(bytes);
    if (sent.state != Stream::State::kDone) return sent.state == Stream::State::kWantsWrite;
    bytes.remove_prefix(sent.bytes);
    taken_bytes_ += sent.bytes;
  }
  return true;
}

bool Connection::send(std::string_view bytes, int64_t now_ns) {
  if (unsent_bytes() == 0) {
    answer_begun_ns_ = now_ns;
    taken_bytes_ = 0;
    if (!write_some(bytes)) return false;
  }
  if (bytes.empty()) return flush();
  if (sent_ > unsent_.size() / 2) {
    unsent_.erase(0, sent_);
    sent_ = 0;
  }
  unsent_ += bytes;
  return flush();
}

bool Connection::flush() {
  std::string_view left = std::string_view(unsent_).substr(sent_);
  const bool there = write_some(left);
  sent_ = unsent_.size() - left.size();
  if (!there || !left.empty()) return there;
  unsent_ = {};
  sent_ = 0;
  return true;
}

void Connection::shut_down(int64_t now_ns) {
  if (shut_down_ || unsent_bytes() > 0) return;
  if (!std::exchange(end_begun_, true)) answer_begun_ns_ = now_ns;
  shut_down_ = stream_->end();
}

bool Connection::waits_to_write() const {
  return unsent_bytes() > 0 || (ending_ ? !shut_down_ : writes_to_read_);
}

int64_t Connection::deadline_ns() const {
  const auto paced = [&](int64_t begun, uint64_t bytes) {
    return begun + limits_.grace_time +
           static_cast<int64_t>(bytes / limits_.least_bytes_per_second) * kSecond;
  };
  if (unsent_bytes() > 0) return paced(answer_begun_ns_, taken_bytes_);
  if (ending_) return answer_begun_ns_ + kEndTime;
  if (!stream_->established()) return begun_ns_ + limits_.head_time;
  switch (reader_.state()) {
    case RequestReader::State::kHead:
      return begun_ns_ + limits_.head_time;
    case RequestReader::State::kBody:
      return std::min(paced(begun_ns_, reader_.body_bytes()), begun_ns_ + limits_.max_body_time);
    default:
      return parked_ns_ + limits_.idle_time;
  }
}

int Connection::rank() const {
  if (!stream_->established()) return kHandshakeRank;
  if (ending_) return 1;
  if (unsent_bytes() > 0) return 3;
  switch (reader_.state()) {
    case RequestReader::State::kIdle:
      return 1;
    case RequestReader::State::kHead:
      return 2;
    default:
      return kHighestRank;
  }
}

}  // namespace logsvc::http
