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

// Takes a needle that lies in the text, or begins in it and goes on in the next piece.
void TemplateMatcher::start_in_text(size_t piece) {
  const std::string_view text = pieces_[piece].text;
  if (!to_end_ && needle_.find_in(text) != std::string_view::npos) {
    always_ = true;
    return;
  }
  if (to_end_ && piece + 1 == pieces_.size() && needle_.is_in(text, Where::kAtEnd)) {
    always_ = true;
    return;
  }
  if (piece + 1 == pieces_.size()) return;
  const size_t longest = std::min(text.size(), needle_.size() - 1);
  const Needle first = needle_.substr(0, 1);
  for (size_t at = text.size() - longest; at < text.size() && !always_; ++at) {
    const size_t skipped = first.find_in(text.substr(at));
    if (skipped == std::string_view::npos) break;
    at += skipped;
    const size_t n = text.size() - at;
    if (needle_.substr(0, n).is(text.substr(at))) match_from(piece + 1, n);
  }
  if (to_end_ && needle_.is_in(text, Where::kAtEnd)) {
    match_from(piece + 1, needle_.size());
  }
}

void TemplateMatcher::match_from(size_t piece, size_t at) {
  if (always_ || budget_ == 0) return;
  --budget_;
  const Needle rest = needle_.substr(at);
  if (rest.empty() && !to_end_) return done();
  if (piece == pieces_.size()) {
    if (rest.empty()) done();
    return;
  }
  if (pieces_[piece].is_slot()) return match_slot(piece, at, true);
  const std::string_view text = pieces_[piece].text;
  if (rest.size() <= text.size() && !to_end_) {
    if (rest.is_in(text, Where::kAtStart)) done();
  } else if (text.size() <= rest.size() && rest.substr(0, text.size()).is(text)) {
    match_from(piece + 1, at + text.size());
  }
}

void TemplateMatcher::match_slot(size_t piece, size_t at, bool anchored) {
  const Needle rest = needle_.substr(at);
  const Column& c = table_.columns[pieces_[piece].column];
  const bool last = piece + 1 == pieces_.size();
  // All of the rest lies in this slot.
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
  // A part of it lies here and ends where the slot ends.
  const TemplatePiece& next = pieces_[piece + 1];
  const size_t longest = std::min<size_t>(rest.size(), c.stats.max_length);
  for (size_t n = anchored ? 0 : 1; n <= longest && !always_ && budget_ > 0; ++n) {
    if (n > 0 && !c.stats.has_all(rest.substr(n - 1, 1))) return;
    if (anchored && n < c.stats.min_length) continue;
    if (n == rest.size() && !to_end_) return;
    const Needle after = rest.substr(n);
    if (!next.is_slot()) {
      const size_t common = std::min(after.size(), next.text.size());
      if (!after.substr(0, common).is(next.text.substr(0, common))) continue;
    }
    const Where where = anchored ? Where::kWhole : Where::kAtEnd;
    if (!search_.possible(c, rest.substr(0, n), where)) continue;
    add_term(piece, rest.substr(0, n), where);
    match_from(piece + 1, at + n);
    terms_.pop_back();
  }
}

void TemplateMatcher::add_term(size_t piece, const Needle& part, Where where) {
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
