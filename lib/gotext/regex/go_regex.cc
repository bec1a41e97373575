#include "gotext/regex/go_regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>

#include "base/utf8.h"
#include "regex/compile_error.h"
#include "regex/syntax_tree.h"

namespace logsvc {
namespace {

constexpr int64_t kMaxProgramBytes = 64 << 20;

bool is_word(char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)); }

// Removes names for RE2, which would refuse names in both spellings and repeated ones.
std::string without_names(std::string_view expression, const regex::SyntaxTree& tree) {
  std::string out;
  size_t copied = 0;
  for (const regex::SyntaxTree::Capture& capture : tree.captures) {
    if (capture.name.empty()) continue;
    out += expression.substr(copied, capture.begin - copied);
    out += '(';
    copied = capture.end;
  }
  out += expression.substr(copied);
  return out;
}

// Returns a copy with U+FFFD for each bad byte; origin[i] is where byte i of it came from.
std::string repaired(std::string_view text, std::vector<size_t>& origin) {
  std::string out;
  origin.clear();
  for (size_t at = 0; at < text.size();) {
    const size_t length = utf8_length(text.substr(at));
    const std::string_view piece = length ? text.substr(at, length) : "\xEF\xBF\xBD";
    for (size_t i = 0; i < piece.size(); ++i) origin.push_back(length ? at + i : at);
    out += piece;
    at += length ? length : 1;
  }
  origin.push_back(text.size());
  return out;
}

re2::StringPiece piece(std::string_view s) { return {s.data(), s.size()}; }

}  // namespace

Result<GoRegex> GoRegex::compile(std::string_view expression, Options options) {
  ASSIGN_OR_RETURN(const regex::SyntaxTree tree, regex::SyntaxTree::parse(expression));
  const std::string translated = without_names(expression, tree);
  re2::RE2::Options re2_options;
  re2_options.set_log_errors(false);
  re2_options.set_max_mem(kMaxProgramBytes);
  re2_options.set_dot_nl(options.dot_newline);
  // It is compiled as written first, so that messages do not show the anchors.
  auto compiled = std::make_shared<const re2::RE2>(translated, re2_options);
  if (!compiled->ok()) return regex::compile_error(*compiled, expression);
  if (options.anchored) {
    compiled = std::make_shared<const re2::RE2>("^(?:" + translated + ")$", re2_options);
    if (!compiled->ok()) return regex::compile_error(*compiled, compiled->pattern());
  }
  GoRegex out;
  out.regex_ = std::move(compiled);
  out.names_.resize(1 + tree.captures.size());
  for (size_t i = 0; i < tree.captures.size(); ++i) out.names_[i + 1] = tree.captures[i].name;
  return out;
}

bool GoRegex::matches(std::string_view text) const {
  if (re2::RE2::PartialMatch(piece(text), *regex_)) return true;
  // RE2 never matches text with a bad byte; Go takes that byte for U+FFFD.
  return !is_utf8(text) && re2::RE2::PartialMatch(repair_utf8(text), *regex_);
}

bool GoRegex::find_valid(std::string_view text, size_t from, Groups& groups) const {
  std::vector<re2::StringPiece> pieces(names_.size());
  groups.resize(names_.size());
  if (!regex_->Match(piece(text), from, text.size(), re2::RE2::UNANCHORED, pieces.data(),
                     static_cast<int>(pieces.size()))) {
    return false;
  }
  for (size_t i = 0; i < pieces.size(); ++i) {
    groups[i] = pieces[i].data() ? std::string_view(pieces[i].data(), pieces[i].size())
                                 : std::string_view();
  }
  return true;
}

bool GoRegex::find(std::string_view text, size_t from, Groups& groups) const {
  // A default view has no data; groups at an empty text must differ from it.
  if (text.data() == nullptr) text = "";
  if (is_utf8(text)) return find_valid(text, from, groups);
  std::vector<size_t> origin;
  const std::string copy = repaired(text, origin);
  const auto begin = std::lower_bound(origin.begin(), origin.end(), from);
  if (!find_valid(copy, static_cast<size_t>(begin - origin.begin()), groups)) return false;
  for (std::string_view& group : groups) {
    if (!group.data()) continue;
    const auto first = static_cast<size_t>(group.data() - copy.data());
    const size_t start = origin[first], end = origin[first + group.size()];
    group = text.substr(start, end - start);
  }
  return true;
}

void GoRegex::expand(std::string_view replacement, const Groups& groups, std::string& out) const {
  while (!replacement.empty() && out.size() <= kLongestText) {
    const size_t dollar = replacement.find('$');
    out += replacement.substr(0, dollar);
    if (dollar == std::string_view::npos) return;
    replacement.remove_prefix(dollar + 1);
    if (replacement.starts_with('$')) {
      out += '$';
      replacement.remove_prefix(1);
      continue;
    }
    const bool braced = replacement.starts_with('{');
    size_t end = braced ? 1 : 0;
    while (end < replacement.size() && is_word(replacement[end])) ++end;
    const std::string_view name = replacement.substr(braced ? 1 : 0, end - (braced ? 1 : 0));
    const bool closed = !braced || (end < replacement.size() && replacement[end] == '}');
    if (name.empty() || !closed) {
      out += '$';  // malformed: as it stands
      continue;
    }
    replacement.remove_prefix(end + (braced ? 1 : 0));
    const bool numeric = std::all_of(name.begin(), name.end(), [](char c) {
      return std::isdigit(static_cast<unsigned char>(c));
    });
    if (numeric) {
      const size_t number = name.size() > 8 ? groups.size() : std::stoul(std::string(name));
      if (number < groups.size()) out += groups[number];
      continue;
    }
    for (size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name && groups[i].data()) {
        out += groups[i];
        break;
      }
    }
  }
}

void GoRegex::for_each_match(std::string_view text, const Visit& visit,
                             const Cancellation& cancellation) const {
  if (text.data() == nullptr) text = "";
  Groups groups;
  size_t from = 0;
  size_t last_end = std::string_view::npos;
  while (from <= text.size() && !cancellation.requested() && find(text, from, groups)) {
    const auto start = static_cast<size_t>(groups[0].data() - text.data());
    const size_t end = start + groups[0].size();
    // An empty match right behind a match does not count.
    if ((end > start || start != last_end) && !visit(groups)) return;
    last_end = end;
    if (end > start) {
      from = end;
    } else {
      const size_t length = end < text.size() ? utf8_length(text.substr(end)) : 1;
      from = end + (length ? length : 1);
    }
  }
}

std::string GoRegex::replace_all(std::string_view text, std::string_view replacement, bool literal,
                                 const Cancellation& cancellation) const {
  std::string out;
  size_t copied = 0;
  if (text.data() == nullptr) text = "";
  for_each_match(
      text,
      [&](const Groups& groups) {
        const auto start = static_cast<size_t>(groups[0].data() - text.data());
        out += text.substr(copied, start - copied);
        if (literal) {
          out += replacement;
        } else {
          expand(replacement, groups, out);
        }
        copied = start + groups[0].size();
        return out.size() <= kLongestText;
      },
      cancellation);
  out += text.substr(copied);
  return out;
}

size_t GoRegex::count(std::string_view text, const Cancellation& cancellation) const {
  size_t n = 0;
  for_each_match(
      text,
      [&](const Groups&) {
        ++n;
        return true;
      },
      cancellation);
  return n;
}

}  // namespace logsvc
