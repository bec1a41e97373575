#include "agent/files/line_source.h"

#include <vector>

namespace logsvc::agent {
namespace {

constexpr size_t kBufferBytes = 64u << 10;
constexpr size_t kMaxLineBytes = 16u << 20;

}  // namespace

size_t LineSource::find_end(std::string_view text, size_t from) const {
  const size_t unit = line_end_.size();
  if (unit == 1) return text.find(line_end_[0], from);
  size_t at = from - from % unit;
  while ((at = text.find(line_end_, at)) != std::string_view::npos && at % unit != 0) ++at;
  return at;
}

size_t LineSource::give_lines(std::string_view text, size_t from, const OnLine& on_line) {
  size_t begin = 0;
  for (size_t end; (end = find_end(text, from)) != std::string_view::npos;) {
    const uint64_t start = offset_;
    from = end + line_end_.size();
    offset_ += from - begin;
    on_line(text.substr(begin, end - begin), start);
    begin = from;
  }
  return begin;
}

Result<bool> LineSource::read(size_t max_bytes, const OnLine& on_line) {
  std::vector<char> buffer(kBufferBytes);
  for (size_t total = 0; total < max_bytes;) {
    ASSIGN_OR_RETURN(const size_t got, bytes_->read(buffer.data(), buffer.size()));
    if (got == 0) return false;
    total += got;
    const std::string_view fresh(buffer.data(), got);
    if (rest_.empty()) {
      rest_ = fresh.substr(give_lines(fresh, 0, on_line));
    } else {
      const size_t seen = rest_.size();
      rest_ += fresh;
      rest_.erase(0, give_lines(rest_, seen, on_line));
    }
    if (rest_.size() >= kMaxLineBytes) {
      const size_t whole = rest_.size() - rest_.size() % line_end_.size();
      const uint64_t start = offset_;
      offset_ += whole;
      on_line(std::string_view(rest_).substr(0, whole), start);
      rest_.erase(0, whole);
    }
  }
  return true;
}

void LineSource::finish(const OnLine& on_line) {
  if (rest_.empty()) return;
  const uint64_t start = offset_;
  offset_ += rest_.size();
  on_line(rest_, start);
  rest_.clear();
}

}  // namespace logsvc::agent
