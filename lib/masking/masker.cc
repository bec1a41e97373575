#include "masking/masker.h"

#include <algorithm>

#include "base/any_case.h"
#include "base/json_text.h"
#include "masking/rewrite.h"

namespace logsvc::masking {
namespace {

// Returns a text as it stands between the quotes of a JSON string.
std::string json_inside(std::string_view text) {
  std::string out;
  append_json_string(out, text, JsonEscapes::kNeeded);
  return out.substr(1, out.size() - 2);
}

Status check(const Rule& rule) {
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '-';
  };
  if (rule.name.empty() || rule.name.size() > Rule::kLongestName ||
      !std::all_of(rule.name.begin(), rule.name.end(), is_name)) {
    return invalid("a rule's name has 1 to 64 of a-z, 0-9, _ and -, found \"" + rule.name + "\"");
  }
  if (rule.pattern.size() > Rule::kLongestPattern)
    return invalid("rule " + rule.name + ": the pattern is longer than 2000 bytes");
  if (rule.replacement.size() > Rule::kLongestReplacement)
    return invalid("rule " + rule.name + ": the replacement is longer than 256 bytes");
  return {};
}

// Both are in lower case.
bool overlap(std::string_view needle, std::string_view replacement) {
  if (needle.find(replacement) != std::string_view::npos) return true;
  if (replacement.find(needle) != std::string_view::npos) return true;
  for (size_t n = 1; n < std::min(needle.size(), replacement.size()); ++n) {
    if (needle.ends_with(replacement.substr(0, n))) return true;
    if (needle.starts_with(replacement.substr(replacement.size() - n))) return true;
  }
  return false;
}

}  // namespace

Masker::Masker(std::vector<Rule> rules) : rules_(std::move(rules)), counts_(rules_.size()) {
  detectors_.fill(kNoRule);
}

Result<std::shared_ptr<const Masker>> Masker::compile(std::vector<Rule> rules) {
  if (rules.size() > Rule::kMostRules) return invalid("there are more than 100 rules");
  const std::shared_ptr<Masker> out(new Masker(std::move(rules)));
  for (size_t i = 0; i < out->rules_.size(); ++i) {
    const Rule& rule = out->rules_[i];
    RETURN_IF_ERROR(check(rule));
    for (size_t k = 0; k < i; ++k) {
      if (out->rules_[k].name == rule.name) return invalid("rule " + rule.name + " is there twice");
    }
    out->escaped_.push_back(json_inside(rule.replacement));
    out->varies_ |= rule.replacement.empty();
    if (rule.detector) {
      size_t& owner = out->detectors_[static_cast<size_t>(*rule.detector)];
      if (owner == kNoRule) owner = i;
      out->has_detectors_ = true;
      continue;
    }
    auto pattern = Pattern::compile(rule);
    if (!pattern.ok()) return invalid("rule " + rule.name + ": " + pattern.error().message);
    out->varies_ |= pattern->has_groups();
    out->own_.push_back({i, std::move(*pattern)});
  }
  return std::shared_ptr<const Masker>(out);
}

std::shared_ptr<const Masker> Masker::of_built_ins() { return *compile(built_in_rules()); }

const Masker::Own* Masker::own_pattern(size_t rule) const {
  const auto found =
      std::find_if(own_.begin(), own_.end(), [&](const Own& own) { return own.rule == rule; });
  return found == own_.end() ? nullptr : &*found;
}

void Masker::collect(std::string_view line, std::vector<Hit>& hits) const {
  if (has_detectors_) Finder(line, detectors_, hits).find();
  for (const Own& own : own_) own.pattern.find(line, own.rule, hits);
  if (hits.empty() || !has_detectors_) return;
  // What is hidden may have been the neighbour that kept another secret from being one.
  constexpr int kMostTurns = 16;
  std::string rest(line);
  size_t covered = 0;
  for (int turn = 0; turn < kMostTurns && covered < hits.size(); ++turn) {
    for (; covered < hits.size(); ++covered) {
      const Hit& hit = hits[covered];
      std::fill_n(rest.data() + hit.begin, hit.end - hit.begin, kHidden);
    }
    Finder(rest, detectors_, hits).find();
  }
}

std::vector<Hit> Masker::find(std::string_view line) const {
  std::vector<Hit> hits;
  collect(line, hits);
  join_overlapping(hits);
  return hits;
}

void Masker::replace(std::string_view line, const std::vector<Hit>& hits, std::string& out,
                     std::vector<Span>* written) const {
  out.clear();
  if (written) written->assign(hits.size(), {});
  Rewriter rewriter(line);
  size_t copied = 0;
  for (const Hit& hit : hits) {
    const Rewriter::Place place = rewriter.place_of(hit);
    const size_t begin = std::max(place.begin, copied);
    out += line.substr(copied, begin - copied);
    copied = std::max(copied, place.end);
    if (out.size() > kLongestText) continue;
    if (place.quoted) out += '"';
    const size_t from = out.size();
    const Own* own = own_pattern(hit.rule);
    if (own && own->pattern.has_groups()) {
      const std::string text = own->pattern.replacement_at(line, hit.match);
      out += place.quoted || place.escaped ? json_inside(text) : text;
    } else {
      out += place.quoted || place.escaped ? escaped_[hit.rule] : rules_[hit.rule].replacement;
    }
    if (written) (*written)[static_cast<size_t>(&hit - hits.data())] = {from, out.size()};
    if (place.quoted) out += '"';
  }
  out += line.substr(copied);
}

bool Masker::mask(std::string_view line, std::string& out) const {
  std::vector<Hit> hits;
  collect(line, hits);
  if (hits.empty()) return false;
  join_overlapping(hits);
  for (const Hit& hit : hits) counts_[hit.rule].fetch_add(1, std::memory_order_relaxed);
  replace(line, hits, out);
  return true;
}

bool Masker::may_touch(std::string_view needle) const {
  if (needle.empty() || rules_.empty()) return false;
  if (varies_) return true;
  const std::string lower = ascii_lowered(std::string(needle));
  return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    const auto i = static_cast<size_t>(&rule - rules_.data());
    return overlap(lower, ascii_lowered(rule.replacement)) ||
           overlap(lower, ascii_lowered('"' + escaped_[i] + '"'));
  });
}

}  // namespace logsvc::masking
