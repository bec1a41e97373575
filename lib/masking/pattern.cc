#include "masking/pattern.h"

#include "base/utf8.h"
#include "regex/syntax_tree.h"

namespace logsvc::masking {
namespace {

using regex::Node;

// Returns the longest text that the expression has as it stands, outside of groups, alternatives
// and repetitions: nothing matches without it.
std::string longest_literal(const Node& root) {
  std::string longest, run;
  const auto end_run = [&] {
    if (run.size() > longest.size()) longest = run;
    run.clear();
  };
  if (root.branches.size() != 1) return {};
  for (const Node& node : root.branches[0]) {
    // U+FFFD matches bytes that are not UTF-8 too.
    const bool plain = node.kind == Node::Kind::kLiteral && !node.flags.fold && node.rune != 0xFFFD;
    if (plain) {
      append_utf8(run, static_cast<uint32_t>(node.rune));
    } else if (node.kind != Node::Kind::kAssertion) {
      end_run();
    }
  }
  end_run();
  return longest;
}

}  // namespace

Result<Pattern> Pattern::compile(const Rule& rule) {
  ASSIGN_OR_RETURN(GoRegex regex, GoRegex::compile(rule.pattern));
  if (regex.matches("")) return invalid("the pattern matches the empty text");
  ASSIGN_OR_RETURN(const regex::SyntaxTree tree, regex::SyntaxTree::parse(rule.pattern));
  Pattern out(std::move(regex));
  if (!tree.too_deep) out.literal_ = longest_literal(tree.root);
  // What has a $ is filled in for each match, so that $$ and $x mean what they mean in Go.
  out.has_groups_ = rule.replacement.find('$') != std::string::npos;
  out.replacement_ = rule.replacement;
  return out;
}

void Pattern::find(std::string_view text, size_t rule, std::vector<Hit>& hits) const {
  if (!literal_.empty() && text.find(literal_) == std::string_view::npos) return;
  if (!regex_.matches(text)) return;
  regex_.for_each_match(text, [&](const GoRegex::Groups& groups) {
    const auto begin = static_cast<size_t>(groups[0].data() - text.data());
    // \b and the like match the empty text in a longer one.
    if (!groups[0].empty()) hits.push_back({begin, begin + groups[0].size(), rule, begin});
    return true;
  });
}

std::string Pattern::replacement_at(std::string_view text, size_t at) const {
  if (!has_groups_) return replacement_;
  GoRegex::Groups groups;
  std::string out;
  if (regex_.find(text, at, groups)) regex_.expand(replacement_, groups, out);
  return out;
}

}  // namespace logsvc::masking
