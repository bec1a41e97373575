#include "extract/pattern.h"

#include <algorithm>
#include <cctype>
#include <cstring>

namespace logsvc::extract {
namespace {

// Returns the length of <name> at the start of the text; 0 if it is not a capture.
size_t capture_length(std::string_view text) {
  if (text.size() < 3 || text[0] != '<') return 0;
  size_t at = 1;
  while (at < text.size() &&
         (text[at] == '_' || (std::isalpha(static_cast<unsigned char>(text[at])) != 0) ||
          (at > 1 && std::isdigit(static_cast<unsigned char>(text[at])) != 0))) {
    ++at;
  }
  return at > 1 && at < text.size() && text[at] == '>' ? at + 1 : 0;
}

size_t find(std::string_view text, const std::string& needle) {
  const void* hit = memmem(text.data(), text.size(), needle.data(), needle.size());
  if (!hit) return std::string_view::npos;
  return static_cast<size_t>(static_cast<const char*>(hit) - text.data());
}

}  // namespace

Result<Pattern> Pattern::parse(std::string_view text) {
  if (text.empty()) {
    return invalid(
        "parse error at line 1, col 1: syntax error: unexpected $end, expecting IDENTIFIER or "
        "LITERAL");
  }
  Pattern out;
  while (!text.empty()) {
    if (const size_t length = capture_length(text)) {
      out.parts_.push_back({true, std::string(text.substr(1, length - 2))});
      text.remove_prefix(length);
      continue;
    }
    if (out.parts_.empty() || out.parts_.back().capture) out.parts_.push_back({});
    out.parts_.back().text += text[0];
    text.remove_prefix(1);
  }
  return out;
}

Status Pattern::check_consecutive() const {
  for (size_t i = 1; i < parts_.size(); ++i) {
    if (!parts_[i - 1].capture || !parts_[i].capture) continue;
    return invalid("found consecutive capture '" + parts_[i - 1].written() + parts_[i].written() +
                   "': invalid expression");
  }
  return {};
}

Status Pattern::check_parser() const {
  if (std::none_of(parts_.begin(), parts_.end(), [](const Part& p) { return p.named(); })) {
    return invalid("at least one capture is required");
  }
  RETURN_IF_ERROR(check_consecutive());
  for (size_t i = 0; i < parts_.size(); ++i) {
    for (size_t j = 0; j < i && parts_[i].named(); ++j) {
      if (parts_[j].named() && parts_[j].text == parts_[i].text) {
        return invalid("duplicate capture name (" + parts_[i].text + "): invalid expression");
      }
    }
  }
  return {};
}

Status Pattern::check_filter() const {
  for (const Part& p : parts_) {
    if (p.named()) return invalid("named captures are not allowed: found '" + p.written() + "'");
  }
  return check_consecutive();
}

void Pattern::captures(
    std::string_view line,
    const std::function<bool(const std::string& name, std::string_view value)>& visit) const {
  if (line.empty()) return;
  size_t at = 0;
  if (!parts_[0].capture) {
    if (!line.starts_with(parts_[0].text)) return;
    line.remove_prefix(parts_[0].text.size());
    at = 1;
  }
  for (; at < parts_.size(); at += 2) {
    const Part& capture = parts_[at];
    const bool last = at + 1 == parts_.size();
    const size_t end = last ? std::string_view::npos : find(line, parts_[at + 1].text);
    if (capture.named() && !visit(capture.text, line.substr(0, end))) return;
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + parts_[at + 1].text.size());
  }
}

std::vector<std::string> Pattern::literals() const {
  std::vector<std::string> out;
  for (const Part& p : parts_) {
    if (!p.capture) out.push_back(p.text);
  }
  return out;
}

bool Pattern::passes(std::string_view line) const {
  if (line.empty()) return false;
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].capture) continue;
    const size_t found = find(line, parts_[i].text);
    if (found == std::string_view::npos || (i != 0 && found == 0)) return false;
    line.remove_prefix(found + parts_[i].text.size());
  }
  return parts_.back().capture != line.empty();
}

}  // namespace logsvc::extract
