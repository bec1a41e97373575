// Runs regular expressions as Go's regexp does, on RE2: named groups in both spellings and with
// repeated names, invalid UTF-8 counting as U+FFFD, Go's replacement texts and errors. It is a
// value after compile; safe to use from several threads.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"

namespace re2 {
class RE2;
}

namespace logsvc {

class GoRegex {
 public:
  struct Options {
    bool anchored = false;     // ^(?:…)$
    bool dot_newline = false;  // . matches \n too
  };
  // Returns kInvalid: "error parsing regexp: missing closing ): `(`".
  static Result<GoRegex> compile(std::string_view expression, Options options);
  static Result<GoRegex> compile(std::string_view expression) {
    return compile(expression, Options());
  }

  bool matches(std::string_view text) const;

  // A group that took part in the match has data() != nullptr.
  using Groups = std::vector<std::string_view>;
  // Finds the leftmost match at or after `from`; groups[0] is all of it.
  bool find(std::string_view text, size_t from, Groups& groups) const;
  // Returns names by number, from 0; empty for a group without a name.
  const std::vector<std::string>& group_names() const { return names_; }

  // Replacing stops when a text gets longer than this.
  static constexpr size_t kLongestText = 8u << 20;
  // Appends the replacement with $1, ${name} and $$ filled in.
  void expand(std::string_view replacement, const Groups& groups, std::string& out) const;
  // Replaces all matches; `literal` takes the replacement as it is. All that visits every match
  // ends early when the cancellation is requested: each match may take as long as the text is long.
  std::string replace_all(std::string_view text, std::string_view replacement, bool literal,
                          const Cancellation& cancellation = {}) const;
  size_t count(std::string_view text, const Cancellation& cancellation = {}) const;
  // Visits matches from left to right, as Go's FindAll, until visit returns false. No match begins
  // inside a character, and an empty one right behind another does not count.
  using Visit = std::function<bool(const Groups&)>;
  void for_each_match(std::string_view text, const Visit& visit,
                      const Cancellation& cancellation = {}) const;

 private:
  bool find_valid(std::string_view text, size_t from, Groups& groups) const;

  std::shared_ptr<const re2::RE2> regex_;
  std::vector<std::string> names_;
};

}  // namespace logsvc
