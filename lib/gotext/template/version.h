// Compares semantic versions (semver.org), and the ranges of them that sprig's semverCompare knows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace logsvc::tmpl {

// Is a value. Minor and patch may be missing in a text, which may begin with v.
struct Version {
  uint64_t major = 0, minor = 0, patch = 0;
  std::string prerelease;  // beta.1
  std::string metadata;    // ignored in comparisons
  std::string original;

  static Result<Version> parse(std::string_view text);
  std::string printed() const;  // 1.2.3-beta.1+c0ff33
  // Returns a number below, at or above 0. A prerelease comes before its release.
  int compare(const Version& other) const;
};

// Reads "^1.2 || >=3, <4": groups of bounds, of which one must hold as a whole.
class VersionRange {
 public:
  static Result<VersionRange> parse(std::string_view text);
  // A group that names no prerelease contains none.
  bool contains(const Version& v) const;

 private:
  enum class Operator { kEqual, kNotEqual, kAbove, kBelow, kAtLeast, kAtMost, kTilde, kCaret };
  // Says how many numbers the bound was written with.
  enum class Given { kNone, kMajor, kMinor, kAll };
  struct Bound {
    Operator op = Operator::kEqual;
    Given given = Given::kAll;
    Version version;

    bool holds(const Version& v) const;
    bool not_equal(const Version& v) const;
    bool above(const Version& v) const;
    bool at_most(const Version& v) const;
    bool tilde(const Version& v) const;
    bool caret(const Version& v) const;
  };
  struct Group {
    std::vector<Bound> bounds;
    bool prereleases = false;
  };
  class Reader;
  std::vector<Group> groups_;
};

}  // namespace logsvc::tmpl
