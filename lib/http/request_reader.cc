#include "http/request_reader.h"

#include <algorithm>

namespace logsvc::http {
namespace {

constexpr uint64_t kShortHead = 16 * 1024;
constexpr uint64_t kMostRoomAtOnce = 4u << 20;  // longer bodies grow as they come

}  // namespace

RequestReader::RequestReader(const Limits& limits, std::shared_ptr<MemoryBudget> budget)
    : limits_(limits), budget_(std::move(budget)) {
  begin();
}

void RequestReader::begin() {
  head_.emplace(limits_);
  chunks_.reset();
  body_ = {};
  head_held_ = 0;
  memory_ = MemoryLease(budget_);
  state_ = State::kIdle;
}

RequestReader::State RequestReader::refuse(int status, std::string why) {
  refusal_ = {status, std::move(why)};
  body_ = {};
  memory_.release();
  unread_ = {};
  return state_ = State::kRefused;
}

RequestReader::State RequestReader::feed(std::string_view bytes) {
  const bool waits = state_ == State::kAdmitting || state_ == State::kWhole;
  if (!waits && state_ != State::kRefused && unread_.empty()) read(bytes);
  if (state_ == State::kRefused || bytes.empty()) return state_;
  unread_ += bytes;
  if (waits) return state_;
  std::string_view all = unread_;
  read(all);
  if (state_ != State::kRefused) unread_.erase(0, unread_.size() - all.size());
  return state_;
}

// Removes what it has read from the front of bytes. What is left of a head comes again with more.
RequestReader::State RequestReader::read(std::string_view& bytes) {
  if (state_ == State::kIdle || state_ == State::kHead) return read_head(bytes);
  if (state_ == State::kBody) return read_body(bytes);
  return state_;
}

// Long heads count against the budget as bodies do.
bool RequestReader::hold_head(uint64_t bytes) {
  if (bytes <= kShortHead || bytes <= head_held_) return true;
  if (!memory_.grow(bytes - head_held_)) {
    refuse(503, "too many requests are being received at once; try again");
    return false;
  }
  head_held_ = bytes;
  return true;
}

RequestReader::State RequestReader::read_head(std::string_view& bytes) {
  if (bytes.empty()) return state_;
  switch (head_->advance(bytes)) {
    case HeadParser::State::kRefused:
      return refuse(head_->refusal().status, head_->refusal().why);
    case HeadParser::State::kMore:
      return hold_head(bytes.size()) ? state_ = State::kHead : State::kRefused;
    case HeadParser::State::kDone:
      break;
  }
  bytes.remove_prefix(head_->size());
  return state_ = State::kAdmitting;
}

RequestReader::State RequestReader::admit(uint64_t max_body_bytes) {
  max_body_bytes_ = max_body_bytes;
  const Framing& framing = head_->framing();
  if (framing.content_length > max_body_bytes) return refuse(413, "request body too large");
  if (!framing.chunked && framing.content_length == 0) return state_ = State::kWhole;
  if (framing.chunked) chunks_.emplace(limits_);
  state_ = State::kBody;
  body_.reserve(std::min(framing.content_length, kMostRoomAtOnce));
  std::string_view all = unread_;
  if (read(all) != State::kRefused) unread_.erase(0, unread_.size() - all.size());
  return state_;
}

RequestReader::State RequestReader::read_body(std::string_view& bytes) {
  const uint64_t before = body_.size();
  bool whole = false;
  if (chunks_) {
    const auto state = chunks_->feed(bytes, body_, max_body_bytes_);
    if (state == ChunkedDecoder::State::kTooLarge) return refuse(413, "request body too large");
    if (state == ChunkedDecoder::State::kInvalid)
      return refuse(400, "a chunk of the body is not valid");
    whole = state == ChunkedDecoder::State::kDone;
  } else {
    const uint64_t left = head_->framing().content_length - before;
    const auto taken = static_cast<size_t>(std::min<uint64_t>(left, bytes.size()));
    body_ += bytes.substr(0, taken);
    bytes.remove_prefix(taken);
    whole = taken == left;
  }
  if (!memory_.grow(body_.size() - before)) {
    return refuse(503, "too many request bodies are being received at once; try again");
  }
  return state_ = whole ? State::kWhole : State::kBody;
}

Request RequestReader::take() {
  Request out = std::move(head_->request());
  out.body = std::move(body_);
  out.memory = std::move(memory_);
  begin();
  std::string_view all = unread_;
  if (read(all) != State::kRefused) unread_.erase(0, unread_.size() - all.size());
  if (unread_.empty()) unread_ = {};
  return out;
}

}  // namespace logsvc::http
