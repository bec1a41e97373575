#include "store/columns/template_matcher.h"

#include <algorithm>
#include <cstring>

namespace logsvc::store {

void TemplateMatcher::run(bool from_start) {
  if (from_start) {
    match_from(0, 0);
    return;
  }
  for (size_t i = 0; i < pieces_.size() && !always_ && budget_ > 0; ++i) {
    if (pieces_[i].is_slot()) {
      match_slot(i, 0, false);
    } else {
      start_in_text(i);
    }
  }
}

// The needle lies in the text, or begins in it and goes on in the next piece.
void TemplateMatcher::start_in_text(size_t piece) {
  const std::string_view text = pieces_[piece].text;
  if (!to_end_ && needle_.size() <= text.size() &&
      memmem(text.data(), text.size(), needle_.data(), needle_.size())) {
    always_ = true;
    return;
  }
  if (to_end_ && piece + 1 == pieces_.size() && text.ends_with(needle_)) {
    always_ = true;
    return;
  }
  if (piece + 1 == pieces_.size()) return;
  const size_t longest = std::min(text.size(), needle_.size() - 1);
  const char* p = text.data() + text.size() - longest;
  const char* const end = text.data() + text.size();
  while (p < end && !always_) {
    p = static_cast<const char*>(std::memchr(p, needle_[0], static_cast<size_t>(end - p)));
    if (!p) return;
    const auto n = static_cast<size_t>(end - p);
    if (std::memcmp(p, needle_.data(), n) == 0) match_from(piece + 1, n);
    ++p;
  }
  if (to_end_ && text.ends_with(needle_) && needle_.size() <= text.size()) {
    match_from(piece + 1, needle_.size());
  }
}

void TemplateMatcher::match_from(size_t piece, size_t at) {
  if (always_ || budget_ == 0) return;
  --budget_;
  const std::string_view rest = needle_.substr(at);
  if (rest.empty() && !to_end_) return done();
  if (piece == pieces_.size()) {
    if (rest.empty()) done();
    return;
  }
  if (pieces_[piece].is_slot()) return match_slot(piece, at, true);
  const std::string_view text = pieces_[piece].text;
  if (rest.size() <= text.size() && !to_end_) {
    if (text.starts_with(rest)) done();
  } else if (rest.starts_with(text)) {
    match_from(piece + 1, at + text.size());
  }
}

void TemplateMatcher::match_slot(size_t piece, size_t at, bool anchored) {
  const std::string_view rest = needle_.substr(at);
  const Column& c = table_.columns[pieces_[piece].column];
  const bool last = piece + 1 == pieces_.size();
  // All of the rest in this slot.
  if (!to_end_ || last) {
    const Where where = to_end_ ? (anchored ? Where::kWhole : Where::kAtEnd)
                                : (anchored ? Where::kAtStart : Where::kAnywhere);
    if (search_.possible(c, rest, where)) {
      add_term(piece, rest, where);
      done();
      terms_.pop_back();
    }
  }
  if (last) return;
  // A part of it, which then ends where the slot ends.
  const Piece& next = pieces_[piece + 1];
  const size_t longest = std::min<size_t>(rest.size(), c.stamp.max_length);
  for (size_t n = anchored ? 0 : 1; n <= longest && !always_ && budget_ > 0; ++n) {
    if (n > 0 && !c.stamp.has(rest[n - 1])) return;
    if (anchored && n < c.stamp.min_length) continue;
    if (n == rest.size() && !to_end_) return;
    const std::string_view after = rest.substr(n);
    if (!next.is_slot()) {
      const size_t common = std::min(after.size(), next.text.size());
      if (std::memcmp(after.data(), next.text.data(), common) != 0) continue;
    }
    const Where where = anchored ? Where::kWhole : Where::kAtEnd;
    if (!search_.possible(c, rest.substr(0, n), where)) continue;
    add_term(piece, rest.substr(0, n), where);
    match_from(piece + 1, at + n);
    terms_.pop_back();
  }
}

void TemplateMatcher::add_term(size_t piece, std::string_view part, Where where) {
  terms_.push_back({pieces_[piece].column, pieces_[piece].start, part, where});
}

void TemplateMatcher::done() {
  if (terms_.empty()) {
    always_ = true;
  } else {
    alternatives_.push_back(terms_);
  }
}

}  // namespace logsvc::store
