// The first line is an expression, the rest is the text it is tried on; a match must contain what
// the expression needs.
#include <cstdlib>

#include "gotext/regex/go_regex.h"
#include "logql/regex/text_regex.h"
#include "logql/stages/required_literals.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc;
  using logql::TextRegex;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t end = input.find('\n');
  const std::string_view expression = input.substr(0, end);
  const std::string_view text = end == std::string_view::npos ? "" : input.substr(end + 1);
  for (const bool is_label : {false, true}) {
    if (const auto rewritten = TextRegex::compile(expression, is_label); rewritten.ok()) {
      (void)rewritten->matches(text);
    }
  }
  const auto regex = GoRegex::compile(expression);
  if (!regex.ok()) return 0;
  bool literal = false;
  const bool has_literals = passes(logql::required_literals(expression, literal), text);
  const bool match = regex->matches(text);
  if ((match || literal) && match != has_literals) std::abort();
  GoRegex::Groups groups;
  if (regex->find(text, 0, groups)) {
    std::string out;
    regex->expand(expression, groups, out);
    for (const std::string_view group : groups) {
      const bool inside =
          group.data() >= text.data() && group.data() + group.size() <= text.data() + text.size();
      if (group.data() && !text.empty() && !inside) std::abort();
    }
  }
  (void)regex->replace_all(text, expression, false);
  (void)regex->count(text);
  return 0;
}
