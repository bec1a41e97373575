#include "masking/rewrite.h"

#include <algorithm>

#include "base/json_cursor.h"

namespace logsvc::masking {
namespace {

bool like_json(std::string_view line) {
  size_t at = 0;
  while (at < line.size() && is_json_blank(line[at])) ++at;
  return at < line.size() && (line[at] == '{' || line[at] == '[');
}

bool is_number_part(char c) { return is_word(c) || c == '-' || c == '+' || c == '.'; }

}  // namespace

void join_overlapping(std::vector<Hit>& hits) {
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    return a.end != b.end ? a.end > b.end : a.rule < b.rule;
  });
  size_t kept = 0;
  for (const Hit& hit : hits) {
    if (kept > 0 && hit.begin < hits[kept - 1].end) {
      hits[kept - 1].end = std::max(hits[kept - 1].end, hit.end);
    } else {
      hits[kept++] = hit;
    }
  }
  hits.resize(kept);
}

Rewriter::Rewriter(std::string_view line) : line_(line), json_(like_json(line)) {}

// Stops at `at`, or behind the escape that `at` is inside of.
void Rewriter::walk_to(size_t at) {
  while (at_ < at) {
    const char c = line_[at_];
    if (in_string_ && c == '\\') {
      escape_ = at_;
      escape_length_ = at_ + 1 < line_.size() && line_[at_ + 1] == 'u' ? 6 : 2;
      at_ = std::min(at_ + escape_length_, line_.size());
      continue;
    }
    if (c == '"') in_string_ = !in_string_;
    ++at_;
  }
}

Rewriter::Place Rewriter::place_of(const Hit& hit) {
  Place out{hit.begin, hit.end};
  if (!json_) return out;
  walk_to(hit.begin);
  const bool inside = in_string_;
  if (inside && at_ > hit.begin) out.begin = escape_;
  walk_to(hit.end);
  // A pattern that matches quotes too brings its own in the replacement.
  const std::string_view hidden = line_.substr(hit.begin, hit.end - hit.begin);
  if (inside != in_string_ || (!inside && hidden.find('"') != std::string_view::npos)) return out;
  if (inside) {
    out.end = std::max(out.end, at_);
    out.escaped = true;
    return out;
  }
  size_t begin = hit.begin, end = hit.end;
  while (begin > 0 && is_number_part(line_[begin - 1])) --begin;
  while (end < line_.size() && is_number_part(line_[end])) ++end;
  size_t before = begin, after = end;
  while (before > 0 && is_json_blank(line_[before - 1])) --before;
  while (after < line_.size() && is_json_blank(line_[after])) ++after;
  constexpr std::string_view kBefore = ":,[", kAfter = ",]}";
  out.quoted = before > 0 && kBefore.find(line_[before - 1]) != std::string_view::npos &&
               (after == line_.size() || kAfter.find(line_[after]) != std::string_view::npos);
  if (out.quoted) {
    out.begin = begin;
    out.end = end;
  }
  return out;
}

}  // namespace logsvc::masking
