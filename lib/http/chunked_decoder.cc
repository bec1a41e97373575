#include "http/chunked_decoder.h"

#include <algorithm>
#include <charconv>

namespace logsvc::http {
namespace {

constexpr size_t kMostSizeDigits = 8;

}  // namespace

// Returns true once line_ is whole, without its line end. Otherwise all bytes were taken, or the
// line is invalid.
bool ChunkedDecoder::take_line(std::string_view& bytes, size_t most_bytes) {
  const size_t end = bytes.find('\n');
  const size_t taken = end == std::string_view::npos ? bytes.size() : end + 1;
  line_invalid_ = line_.size() + taken > most_bytes + 2;
  if (line_invalid_) return false;
  line_ += bytes.substr(0, taken);
  bytes.remove_prefix(taken);
  if (end == std::string_view::npos) return false;
  line_invalid_ = !line_.ends_with("\r\n");
  line_.resize(line_.size() - std::min<size_t>(line_.size(), 2));
  const auto bad = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  };
  line_invalid_ |= std::any_of(line_.begin(), line_.end(), bad);
  return !line_invalid_;
}

ChunkedDecoder::State ChunkedDecoder::feed(std::string_view& bytes, std::string& out,
                                           uint64_t most_bytes) {
  while (!bytes.empty()) {
    if (part_ == Part::kData) {
      const size_t taken = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size()));
      out += bytes.substr(0, taken);
      bytes.remove_prefix(taken);
      left_ -= taken;
      if (left_ == 0) part_ = Part::kDataEnd;
    } else if (part_ == Part::kDataEnd) {
      if (!read_data_end(bytes)) return State::kInvalid;
    } else {
      const bool size = part_ == Part::kSize;
      if (!take_line(bytes, size ? limits_.max_chunk_line_bytes : limits_.max_trailer_bytes)) {
        if (line_invalid_) return State::kInvalid;
        continue;
      }
      const State state = size ? read_size(out, most_bytes) : read_trailer();
      line_.clear();
      if (state != State::kMore) return state;
    }
  }
  return State::kMore;
}

ChunkedDecoder::State ChunkedDecoder::read_size(const std::string& out, uint64_t most_bytes) {
  std::string_view digits(line_);
  digits = digits.substr(0, digits.find_first_of("; \t"));
  const std::string_view behind = std::string_view(line_).substr(digits.size());
  const size_t extension = behind.find_first_not_of(" \t");
  if (!behind.empty() && (extension == std::string_view::npos || behind[extension] != ';')) {
    return State::kInvalid;
  }
  extension_bytes_ += behind.size();
  if (digits.empty() || digits.size() > kMostSizeDigits ||
      extension_bytes_ > limits_.max_extension_bytes) {
    return State::kInvalid;
  }
  const auto [end, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (failure != std::errc() || end != digits.data() + digits.size()) return State::kInvalid;
  if (left_ > most_bytes || out.size() > most_bytes - left_) return State::kTooLarge;
  part_ = left_ == 0 ? Part::kTrailer : Part::kData;
  return State::kMore;
}

bool ChunkedDecoder::read_data_end(std::string_view& bytes) {
  if (bytes.front() != (seen_cr_ ? '\n' : '\r')) return false;
  bytes.remove_prefix(1);
  if (seen_cr_) part_ = Part::kSize;
  seen_cr_ = !seen_cr_;
  return true;
}

ChunkedDecoder::State ChunkedDecoder::read_trailer() {
  if (line_.empty()) return State::kDone;
  trailer_bytes_ += line_.size() + 2;
  const size_t colon = line_.find(':');
  const bool field = colon != std::string::npos && colon > 0 && line_.find_first_of(" \t") >= colon;
  return field && trailer_bytes_ <= limits_.max_trailer_bytes ? State::kMore : State::kInvalid;
}

}  // namespace logsvc::http
