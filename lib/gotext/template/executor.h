// Runs a parsed template. Steps and output are bounded, so that a template cannot run forever.
#pragma once

#include <map>
#include <string>

#include "base/cancellation.h"
#include "base/result.h"
#include "gotext/regex/go_regex.h"
#include "gotext/template/node.h"

namespace logsvc::tmpl {

inline constexpr size_t kMaxOutputBytes = 4u << 20;  // for a template, and for one string in it

// Says whose functions a template knows.
enum class Dialect { kLoki, kPromtail };

// Holds what functions may use; regular expressions and zones are kept from line to line. Only one
// thread at a time may use it.
class Context {
 public:
  explicit Context(Dialect d) : dialect(d) {}
  Dialect dialect;
  Timestamp timestamp = 0;
  std::string_view line;
  Cancellation cancellation;

  // Compiles it once; kInvalid has Go's wording.
  Result<const GoRegex*> regex(const std::string& expression);
  const TimeZone& zone(const std::string& name);

 private:
  std::map<std::string, GoRegex> regexes_;
  std::map<std::string, TimeZone> zones_;
};

// Appends the output of the main template; after an error `out` holds what came before it. Errors
// are Go's: template: line:1:2: executing "line" at <…>: ….
Status execute(const Tree& tree, const Value& data, Context& context, std::string& out);

}  // namespace logsvc::tmpl
