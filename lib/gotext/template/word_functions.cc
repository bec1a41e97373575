// Defines sprig's functions that cut and wrap texts; they count bytes, as Go's do.
#include <algorithm>

#include "gotext/template/base_encodings.h"
#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kString = Parameter::kString;
constexpr Parameter kInt = Parameter::kInt;

int64_t number(const Value& v) { return v.as<Integer>()->number; }

Outcome hello(Context&, Arguments) { return Value::string("Hello!"); }

// Breaks lines at the last blank that leaves them within the width. Longer words are cut if
// `cut_words` is set, else they stay whole.
Outcome wrapped(std::string_view s, int64_t width, std::string_view line_end, bool cut_words) {
  const size_t room = width < 1 ? 1 : static_cast<size_t>(width);
  std::string out;
  while (s.size() > room) {
    if (out.size() > kMaxOutputBytes) return invalid("the result is too long");
    if (s[0] == ' ') {
      s.remove_prefix(1);
      continue;
    }
    size_t end = s.substr(0, room + 1).rfind(' ');
    size_t next = end + 1;
    if (end == std::string_view::npos && cut_words) {
      end = next = room;
    } else if (end == std::string_view::npos) {
      end = s.find(' ', room);
      if (end == std::string_view::npos) break;
      next = end + 1;
    }
    out += s.substr(0, end);
    out += line_end;
    s.remove_prefix(next);
  }
  out += s;
  return Value(std::move(out));
}
Outcome wrap(Context&, Arguments a) { return wrapped(*a[1].text(), number(a[0]), "\n", false); }
Outcome wrap_with(Context&, Arguments a) {
  const std::string& line_end = *a[1].text();
  return wrapped(*a[2].text(), number(a[0]), line_end.empty() ? "\n" : line_end, true);
}

// Cuts a text to a width from an offset on, with ... where something is missing.
std::string shortened(std::string_view s, size_t offset, size_t width) {
  if (s.size() <= width) return std::string(s);
  const size_t kept = width - 3;
  offset = std::min(offset, s.size() - kept);
  if (offset <= 4) return std::string(s.substr(0, kept)) + "...";
  if (offset + kept >= s.size()) return "..." + std::string(s.substr(s.size() - kept));
  return "..." + shortened(s.substr(offset), 0, kept);
}
Outcome abbreviate_both(Context&, Arguments a) {
  const int64_t offset = number(a[0]), width = number(a[1]);
  const std::string& text = *a[2].text();
  if (width < 4 || (offset > 0 && width < 7)) return Value(text);
  return Value(shortened(text, static_cast<size_t>(std::max<int64_t>(0, offset)),
                         static_cast<size_t>(width)));
}

Outcome b32enc(Context&, Arguments a) { return Value(to_base32(*a[0].text())); }
// Returns the error as the result for bad input.
Outcome b32dec(Context&, Arguments a) {
  const auto out = from_base32(*a[0].text());
  return Value(out.ok() ? *out : out.error().message);
}

const Function kFunctions[] = {
    {"hello", {}, false, hello},
    {"wrap", {kInt, kString}, false, wrap},
    {"wrapWith", {kInt, kString, kString}, false, wrap_with},
    {"abbrevboth", {kInt, kInt, kString}, false, abbreviate_both},
    {"b32enc", {kString}, false, b32enc},
    {"b32dec", {kString}, false, b32dec},
};

}  // namespace

std::span<const Function> word_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
