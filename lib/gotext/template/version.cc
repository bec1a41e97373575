#include "gotext/template/version.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace logsvc::tmpl {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_part_character(char c) {
  return is_digit(c) || c == '-' || ((c | 32) >= 'a' && (c | 32) <= 'z');
}
bool all_digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), is_digit);
}

// Calls `each` for the texts between the dots; returns false as soon as it does.
template <typename Each>
bool for_parts(std::string_view s, Each each) {
  for (;;) {
    const size_t dot = s.find('.');
    if (!each(s.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    s.remove_prefix(dot + 1);
  }
}

// Checks letters, digits and -; a number in a prerelease has no leading zeros.
bool valid_parts(std::string_view s, bool leading_zeros) {
  return for_parts(s, [&](std::string_view part) {
    if (part.empty() || !std::all_of(part.begin(), part.end(), is_part_character)) return false;
    return leading_zeros || part.size() == 1 || part[0] != '0' || !all_digits(part);
  });
}

std::optional<uint64_t> number_of(std::string_view s) {
  uint64_t out = 0;
  if (!all_digits(s)) return {};
  const auto [end, failure] = std::from_chars(s.data(), s.data() + s.size(), out);
  if (failure != std::errc()) return {};
  return out;
}

template <typename T>
int order(const T& a, const T& b) {
  return a < b ? -1 : b < a;
}

// Compares numbers as numbers and puts them before words; a missing part comes first.
int compare_part(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return order(!a.empty(), !b.empty());
  const auto x = number_of(a), y = number_of(b);
  if (x && y) return order(*x, *y);
  if (x || y) return x ? -1 : 1;
  return order(a, b);
}
int compare_prerelease(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return order(a.empty(), b.empty());
  while (!a.empty() || !b.empty()) {
    const size_t x = std::min(a.find('.'), a.size()), y = std::min(b.find('.'), b.size());
    if (const int out = compare_part(a.substr(0, x), b.substr(0, y))) return out;
    a.remove_prefix(std::min(a.size(), x + 1));
    b.remove_prefix(std::min(b.size(), y + 1));
  }
  return 0;
}

Error no_version() { return invalid("invalid semantic version"); }

}  // namespace

Result<Version> Version::parse(std::string_view text) {
  Version out;
  out.original = text;
  if (text.starts_with('v')) text.remove_prefix(1);
  const size_t numbers_end = std::min(text.find_first_of("-+"), text.size());
  std::string_view rest = text.substr(numbers_end);
  size_t given = 0;
  const bool numbers = for_parts(text.substr(0, numbers_end), [&](std::string_view part) {
    const auto number = number_of(part);
    if (given == 3 || !number || (part.size() > 1 && part[0] == '0')) return false;
    uint64_t* const places[] = {&out.major, &out.minor, &out.patch};
    *places[given++] = *number;
    return true;
  });
  if (!numbers) return no_version();
  if (rest.starts_with('-')) {
    const size_t end = std::min(rest.find('+'), rest.size());
    out.prerelease = rest.substr(1, end - 1);
    if (!valid_parts(out.prerelease, false)) return no_version();
    rest.remove_prefix(end);
  }
  if (rest.starts_with('+')) {
    out.metadata = rest.substr(1);
    if (!valid_parts(out.metadata, true)) return no_version();
  }
  return out;
}

std::string Version::printed() const {
  std::string out =
      std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
  if (!prerelease.empty()) out += "-" + prerelease;
  if (!metadata.empty()) out += "+" + metadata;
  return out;
}

int Version::compare(const Version& other) const {
  if (const int out = order(major, other.major)) return out;
  if (const int out = order(minor, other.minor)) return out;
  if (const int out = order(patch, other.patch)) return out;
  return compare_prerelease(prerelease, other.prerelease);
}

// ---- ranges ----

bool VersionRange::contains(const Version& v) const {
  return std::any_of(groups_.begin(), groups_.end(), [&](const Group& group) {
    if (!v.prerelease.empty() && !group.prereleases) return false;
    return std::all_of(group.bounds.begin(), group.bounds.end(),
                       [&](const Bound& bound) { return bound.holds(v); });
  });
}

bool VersionRange::Bound::holds(const Version& v) const {
  switch (op) {
    case Operator::kEqual:
      return given == Given::kAll ? v.compare(version) == 0 : tilde(v);
    case Operator::kNotEqual:
      return not_equal(v);
    case Operator::kAbove:
      return above(v);
    case Operator::kBelow:
      return v.compare(version) < 0;
    case Operator::kAtLeast:
      return v.compare(version) >= 0;
    case Operator::kAtMost:
      return at_most(v);
    case Operator::kTilde:
      return tilde(v);
    case Operator::kCaret:
      return caret(v);
  }
  return false;
}

bool VersionRange::Bound::not_equal(const Version& v) const {
  if (given == Given::kAll || given == Given::kNone) return v.compare(version) != 0;
  if (v.major != version.major) return true;
  if (given == Given::kMajor) return false;
  return v.minor != version.minor || compare_prerelease(v.prerelease, version.prerelease) != 0;
}

// Nothing that begins with the given numbers is above them.
bool VersionRange::Bound::above(const Version& v) const {
  if (given == Given::kAll || given == Given::kNone) return v.compare(version) > 0;
  if (v.major != version.major) return v.major > version.major;
  return given == Given::kMinor && v.minor > version.minor;
}

bool VersionRange::Bound::at_most(const Version& v) const {
  if (given == Given::kAll) return v.compare(version) <= 0;
  if (v.major != version.major) return v.major < version.major;
  return given == Given::kMajor || v.minor <= version.minor;
}

// Only the last of the given numbers may be higher; 0.0.0 accepts any.
bool VersionRange::Bound::tilde(const Version& v) const {
  if (v.compare(version) < 0) return false;
  const bool whole = given == Given::kAll || given == Given::kNone;
  if (whole && version.major == 0 && version.minor == 0 && version.patch == 0) return true;
  return v.major == version.major && (given == Given::kMajor || v.minor == version.minor);
}

// The first number that is not 0 stays the same.
bool VersionRange::Bound::caret(const Version& v) const {
  if (v.compare(version) < 0) return false;
  if (version.major > 0 || given == Given::kMajor) return v.major == version.major;
  if (v.major > 0) return false;
  if (version.minor > 0 || given == Given::kMinor) return v.minor == version.minor;
  return v.minor == 0 && v.patch == version.patch;
}

// ---- reading ranges ----

class VersionRange::Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // Reads bounds with blanks or commas between them; "1.2 - 3" stands for both its ends.
  Result<Group> group() {
    Group out;
    skip_blanks();
    do {
      Bound first;
      first.op = read_operator();
      skip_blanks();
      RETURN_IF_ERROR(read_version(first));
      const bool span = accept_hyphen();
      if (span) {
        if (first.op != Operator::kEqual || written_equal_) return improper();
        Bound last;
        last.op = Operator::kAtMost;
        RETURN_IF_ERROR(read_version(last));
        first.op = Operator::kAtLeast;
        out.bounds.push_back(last);
      }
      out.bounds.push_back(first);
    } while (next());
    if (at_ < text_.size()) return improper();
    for (const Bound& bound : out.bounds) out.prereleases |= !bound.version.prerelease.empty();
    return out;
  }

 private:
  Error improper() const { return invalid("improper constraint: " + std::string(text_)); }

  bool blank() const {
    return at_ < text_.size() && std::string_view(" \t\n\r\f").find(text_[at_]) != text_.npos;
  }
  bool skip_blanks() {
    const size_t before = at_;
    while (blank()) ++at_;
    return at_ > before;
  }
  // Moves to the next bound, if there is one.
  bool next() {
    const bool blanks = skip_blanks();
    if (at_ >= text_.size()) return false;
    if (text_[at_] != ',') return blanks;
    ++at_;
    skip_blanks();
    return true;
  }
  bool accept_hyphen() {
    const size_t before = at_;
    if (skip_blanks() && at_ < text_.size() && text_[at_] == '-') {
      ++at_;
      if (skip_blanks()) return true;
    }
    at_ = before;
    return false;
  }

  Operator read_operator() {
    static constexpr std::pair<std::string_view, Operator> kOperators[] = {
        {"!=", Operator::kNotEqual}, {">=", Operator::kAtLeast}, {"=>", Operator::kAtLeast},
        {"<=", Operator::kAtMost},   {"=<", Operator::kAtMost},  {"~>", Operator::kTilde},
        {"=", Operator::kEqual},     {">", Operator::kAbove},    {"<", Operator::kBelow},
        {"~", Operator::kTilde},     {"^", Operator::kCaret}};
    written_equal_ = text_.substr(at_).starts_with('=');
    for (const auto& [text, op] : kOperators) {
      if (!text_.substr(at_).starts_with(text)) continue;
      at_ += text.size();
      return op;
    }
    return Operator::kEqual;
  }

  // Reads v1.2.3-beta; numbers from the first x, X or * on are ignored.
  Status read_version(Bound& out) {
    const size_t first = at_;
    if (at_ < text_.size() && text_[at_] == 'v') ++at_;
    std::string numbers;
    size_t written = 0, given = 0;
    bool wild = false;
    do {
      const size_t start = at_;
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
      if (at_ == start) {
        if (at_ >= text_.size() || std::string_view("xX*").find(text_[at_]) == text_.npos) {
          return improper();
        }
        ++at_;
        wild = true;
      } else if (!wild) {
        numbers += (given++ > 0 ? "." : "") + std::string(text_.substr(start, at_ - start));
      }
    } while (++written < 3 && at_ < text_.size() && text_[at_] == '.' && ++at_);
    const size_t rest = at_;
    if (at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) {
      while (at_ < text_.size() &&
             (is_part_character(text_[at_]) || text_[at_] == '.' || text_[at_] == '+')) {
        ++at_;
      }
    }
    if (given == 0) numbers = "0";
    auto version = Version::parse(numbers + std::string(text_.substr(rest, at_ - rest)));
    if (!version.ok()) return invalid("constraint parser error");
    version->original = text_.substr(first, at_ - first);
    out.version = std::move(*version);
    out.given = static_cast<Given>(given);
    return {};
  }

  std::string_view text_;
  size_t at_ = 0;
  bool written_equal_ = false;
};

Result<VersionRange> VersionRange::parse(std::string_view text) {
  VersionRange out;
  for (;;) {
    const size_t bar = text.find("||");
    ASSIGN_OR_RETURN(Group group, Reader(text.substr(0, bar)).group());
    out.groups_.push_back(std::move(group));
    if (bar == std::string_view::npos) return out;
    text.remove_prefix(bar + 2);
  }
}

}  // namespace logsvc::tmpl
