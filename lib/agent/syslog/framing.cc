#include "agent/syslog/framing.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace logsvc::agent {
namespace {

constexpr size_t kMaxDigits = 9;  // in a length

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Status SyslogFraming::feed(std::string_view bytes, const OnMessage& on_message) {
  // Separators between messages are not messages.
  if (kind_ == Kind::kUnknown)
    bytes.remove_prefix(std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
  if (bytes.empty()) return {};
  if (kind_ == Kind::kUnknown) {
    if (bytes[0] != '<' && !is_digit(bytes[0]))
      return invalid("neither a length nor < stands before the first message");
    kind_ = bytes[0] == '<' ? Kind::kLines : Kind::kCounted;
  }
  if (skip_ > 0) {
    const size_t skipped = std::min(skip_, bytes.size());
    skip_ -= skipped;
    bytes.remove_prefix(skipped);
  }
  buffer_ += bytes;
  if (kind_ == Kind::kCounted) return counted(on_message);
  lines(on_message);
  return {};
}

Status SyslogFraming::counted(const OnMessage& on_message) {
  size_t begin = 0;
  Status outcome;
  while (begin < buffer_.size() && skip_ == 0) {
    const char* const first = buffer_.data() + begin;
    const char* const last = buffer_.data() + buffer_.size();
    // Some senders add one after each message, which the length does not count.
    if (*first == '\n') {
      ++begin;
      continue;
    }
    uint64_t length = 0;
    const auto [end, failure] = std::from_chars(first, last, length);
    const bool is_number = failure == std::errc() && end - first <= static_cast<long>(kMaxDigits);
    if (!is_number || length == 0 || (end < last && *end != ' ')) {
      outcome = invalid("no length stands before a message");
      break;
    }
    if (end == last) break;
    const size_t text = static_cast<size_t>(end - buffer_.data()) + 1;
    if (length > max_bytes_) {
      ++too_long_;
      const size_t there = std::min<size_t>(length, buffer_.size() - text);
      skip_ = length - there;
      begin = text + there;
      continue;
    }
    if (buffer_.size() - text < length) break;
    on_message(std::string_view(buffer_).substr(text, length));
    begin = text + length;
  }
  buffer_.erase(0, begin);
  return outcome;
}

void SyslogFraming::give_line(std::string_view line, const OnMessage& on_message) {
  if (std::exchange(skips_line_, false)) return;
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with('\0')) line.remove_suffix(1);
  if (line.empty()) return;
  if (line.size() > max_bytes_) {
    ++too_long_;
  } else {
    on_message(line);
  }
}

void SyslogFraming::lines(const OnMessage& on_message) {
  size_t begin = 0;
  for (size_t end; (end = buffer_.find('\n', begin)) != std::string::npos; begin = end + 1)
    give_line(std::string_view(buffer_).substr(begin, end - begin), on_message);
  buffer_.erase(0, begin);
  if (buffer_.size() <= max_bytes_ + 1) return;
  if (!skips_line_) ++too_long_;
  skips_line_ = true;
  buffer_.clear();
}

void SyslogFraming::finish(const OnMessage& on_message) {
  if (kind_ == Kind::kLines) give_line(buffer_, on_message);
  buffer_.clear();
}

}  // namespace logsvc::agent
