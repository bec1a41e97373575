// Runs a parsed template. Steps and output are bounded: a template cannot run forever.
#pragma once

#include <map>
#include <string>

#include "base/cancellation.h"
#include "base/result.h"
#include "gotext/regex/go_regex.h"
#include "gotext/template/node.h"

namespace logsvc::tmpl {

inline constexpr size_t kMaxOutputBytes = 4u << 20;  // of a template, and of one string in it

// Whose functions a template knows.
enum class Dialect { kLoki, kPromtail };

// What functions may look at; regular expressions and zones are kept from line to line.
// Not safe from several threads at once.
class Context {
 public:
  explicit Context(Dialect d) : dialect(d) {}
  Dialect dialect;
  Timestamp timestamp = 0;
  std::string_view line;
  Cancellation cancellation;

  // Compiled once; kInvalid with Go's wording.
  Result<const GoRegex*> regex(const std::string& expression);
  const TimeZone& zone(const std::string& name);

 private:
  std::map<std::string, GoRegex> regexes_;
  std::map<std::string, TimeZone> zones_;
};

// Appends the output of the main template; on an error `out` holds what came before it.
// Errors are Go's: template: line:1:2: executing "line" at <…>: ….
Status execute(const Tree& tree, const Value& data, Context& context, std::string& out);

}  // namespace logsvc::tmpl
