#include "agent/docker/partial_joiner.h"

namespace logsvc::agent {
namespace {

// dockerd cuts lines at this size; a piece may be longer after invalid UTF-8 was replaced.
constexpr size_t kPieceBytes = 16384;

std::string_view without_newline(std::string_view text) {
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

}  // namespace

void PartialJoiner::append(Open& o, std::string_view text) {
  const size_t room = max_line_bytes_ > o.text.size() ? max_line_bytes_ - o.text.size() : 0;
  o.cut |= text.size() > room;
  o.text.append(text.substr(0, room));
}

void PartialJoiner::emit(Open& o, OutputStream stream, const OnLine& on_line) {
  cut_lines_ += o.cut;
  on_line(stream, o.timestamp, o.text);
  o = {};
}

void PartialJoiner::add(const LogRecord& record, const OnLine& on_line) {
  Open& o = open(record.stream);
  const bool ends = !record.text.empty() && record.text.back() == '\n';
  const bool last = !record.goes_on && (ends || record.text.size() < kPieceBytes);
  // All pieces of a line that dockerd cut have the time of the first one.
  if (o.active && !o.told && record.timestamp != o.timestamp) emit(o, record.stream, on_line);
  if (!o.active && last) {
    std::string_view text = without_newline(record.text);
    if (text.size() > max_line_bytes_) {
      text = text.substr(0, max_line_bytes_);
      ++cut_lines_;
    }
    on_line(record.stream, record.timestamp, text);
    return;
  }
  if (!o.active) {
    o.active = true;
    o.told = record.goes_on;
    o.timestamp = record.timestamp;
  }
  append(o, last ? without_newline(record.text) : record.text);
  if (last) emit(o, record.stream, on_line);
}

void PartialJoiner::finish(const OnLine& on_line) {
  for (const OutputStream s : {OutputStream::kStdout, OutputStream::kStderr}) {
    if (open(s).active) emit(open(s), s, on_line);
  }
}

}  // namespace logsvc::agent
