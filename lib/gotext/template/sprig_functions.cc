// Defines sprig's text functions for Promtail's templates, which Loki's do not have.
#include <algorithm>
#include <charconv>

#include "base/any_case.h"
#include "base/utf8.h"
#include "gotext/regex/go_regex.h"
#include "gotext/template/collections.h"
#include "gotext/template/functions.h"
#include "gotext/unicode.h"
#include "model/label_set.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kAny = Parameter::kAny;
constexpr Parameter kString = Parameter::kString;
constexpr Parameter kInt = Parameter::kInt;

// Follows sprig's idea of empty: what `if` takes for false.
bool is_empty(const Value& v) { return !v.is_true(); }

Outcome empty(Context&, Arguments a) { return Value(is_empty(a[0])); }
Outcome coalesce(Context&, Arguments a) {
  for (const Value& v : a) {
    if (!is_empty(v)) return v;
  }
  return Value();
}
Outcome ternary(Context&, Arguments a) {
  const bool* chosen = a[2].as<bool>();
  if (!chosen) {
    return invalid(std::string("wrong type for value; expected bool; got ") +
                   (a[2].is_nil() ? "nil" : a[2].type_name()));
  }
  return *chosen ? a[0] : a[1];
}
Outcome all(Context&, Arguments a) { return Value(std::none_of(a.begin(), a.end(), is_empty)); }
Outcome any(Context&, Arguments a) { return Value(!std::all_of(a.begin(), a.end(), is_empty)); }
Outcome fail(Context&, Arguments a) { return invalid(*a[0].text()); }

// ---- texts ----

std::vector<std::string> split_text(const std::string& text, const std::string& by, size_t most) {
  std::vector<std::string> out;
  size_t at = 0;
  while (out.size() + 1 < most) {
    size_t next = by.empty() ? at + 1 : text.find(by, at);
    if (by.empty() && at < text.size()) {
      size_t length = 0;
      (void)first_rune(std::string_view(text).substr(at), length);
      next = at + length;
    }
    if (next == std::string::npos || (by.empty() && next >= text.size())) break;
    out.push_back(text.substr(at, next - at));
    at = next + by.size();
  }
  if (!by.empty() || at < text.size()) out.push_back(text.substr(std::min(at, text.size())));
  return out;
}
Value numbered(const std::vector<std::string>& parts) {
  Map out;
  for (size_t i = 0; i < parts.size(); ++i) out["_" + std::to_string(i)] = Value(parts[i]);
  return map_of(std::move(out));
}
Outcome split(Context&, Arguments a) {
  return numbered(split_text(*a[1].text(), *a[0].text(), SIZE_MAX));
}
Outcome splitn(Context&, Arguments a) {
  const int64_t most = to_integer(a[1]);
  return numbered(
      split_text(*a[2].text(), *a[0].text(),
                 most < 0 ? SIZE_MAX : static_cast<size_t>(std::max<int64_t>(1, most))));
}
Outcome split_list(Context&, Arguments a) {
  List out;
  for (std::string& part : split_text(*a[1].text(), *a[0].text(), SIZE_MAX)) {
    out.push_back(Value(std::move(part)));
  }
  return list_of(std::move(out));
}
// Returns the items of a list as texts, without nil ones; for anything else its one text.
std::vector<std::string> texts_of(const Value& v) {
  std::vector<std::string> out;
  const List* items = v.list();
  if (!items && !v.is_nil()) out.push_back(v.printed());
  for (const Value& item : items ? *items : List()) {
    if (!item.is_nil()) out.push_back(item.printed());
  }
  return out;
}
Outcome join(Context&, Arguments a) {
  std::string out;
  bool first = true;
  for (const std::string& text : texts_of(a[1])) {
    if (!std::exchange(first, false)) out += *a[0].text();
    if (out.size() > kMaxOutputBytes) return invalid("the result is too long");
    out += text;
  }
  return Value(std::move(out));
}
Outcome quoted(Context&, Arguments a) {
  std::string out;
  for (const Value& v : a) {
    if (v.is_nil()) continue;
    if (!out.empty()) out += ' ';
    out += quote(v.printed());
  }
  return Value(std::move(out));
}
Outcome single_quoted(Context&, Arguments a) {
  std::string out;
  for (const Value& v : a) {
    if (v.is_nil()) continue;
    if (!out.empty()) out += ' ';
    out += "'" + v.printed() + "'";
  }
  return Value(std::move(out));
}
Outcome cat(Context&, Arguments a) {
  std::string out;
  for (const Value& v : a) {
    if (v.is_nil()) continue;
    if (!out.empty()) out += ' ';
    out += v.printed();
  }
  return Value(std::move(out));
}
Outcome nospace(Context&, Arguments a) {
  std::string out;
  std::copy_if(a[0].text()->begin(), a[0].text()->end(), std::back_inserter(out), [](char c) {
    return std::string_view(" \t\n\v\f\r").find(c) == std::string_view::npos;
  });
  return Value(std::move(out));
}
Outcome to_text(Context&, Arguments a) { return Value(a[0].is_nil() ? "" : a[0].printed()); }
Outcome to_strings(Context&, Arguments a) {
  List out;
  for (std::string& text : texts_of(a[0])) out.push_back(Value(std::move(text)));
  return list_of(std::move(out));
}
Outcome untitle(Context&, Arguments a) {
  std::string out;
  bool first = true;
  for (const char c : *a[0].text()) {
    out += first ? ascii_lower(c) : c;
    first = c == ' ';
  }
  return Value(std::move(out));
}
// Serves abbrev: cuts a text to a length, with ... at its end.
Outcome abbrev(Context&, Arguments a) {
  const std::string& text = *a[1].text();
  const int64_t width = to_integer(a[0]);
  if (width < 4 || static_cast<int64_t>(text.size()) <= width) return Value(text);
  return Value(text.substr(0, static_cast<size_t>(width - 3)) + "...");
}
Outcome plural(Context&, Arguments a) { return to_integer(a[2]) == 1 ? a[0] : a[1]; }
// ---- numbers ----

Outcome atoi(Context&, Arguments a) {
  const std::string& text = *a[0].text();
  int64_t out = 0;
  const char* first = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, failure] = std::from_chars(first, text.data() + text.size(), out);
  if (failure != std::errc() || end != text.data() + text.size()) out = 0;
  return Value::integer(out);
}
Outcome int64(Context&, Arguments a) { return Value::int64(to_integer(a[0])); }
Outcome add1(Context&, Arguments a) { return Value::int64(to_integer(a[0]) + 1); }
// ---- regular expressions ----

Outcome regex_match(Context& context, Arguments a) {
  ASSIGN_OR_RETURN(const GoRegex* regex, context.regex(*a[0].text()));
  return Value(regex->matches(*a[1].text()));
}
// A broken expression matches nothing.
Outcome regex_match_or_not(Context& context, Arguments a) {
  const Outcome out = regex_match(context, a);
  return out.ok() ? *out : Value(false);
}
Outcome regex_find(Context& context, Arguments a) {
  ASSIGN_OR_RETURN(const GoRegex* regex, context.regex(*a[0].text()));
  GoRegex::Groups groups;
  if (!regex->find(*a[1].text(), 0, groups)) return Value::string("");
  return Value::string(groups[0]);
}
Outcome regex_find_all(Context& context, Arguments a) {
  ASSIGN_OR_RETURN(const GoRegex* regex, context.regex(*a[0].text()));
  const std::string& text = *a[1].text();
  const int64_t most = to_integer(a[2]);
  List out;
  GoRegex::Groups groups;
  for (size_t at = 0; at <= text.size() && (most < 0 || static_cast<int64_t>(out.size()) < most);) {
    if (!regex->find(text, at, groups)) break;
    out.push_back(Value::string(groups[0]));
    const auto end = static_cast<size_t>(groups[0].data() + groups[0].size() - text.data());
    at = std::max(end, groups[0].empty() ? end + 1 : end);
  }
  return list_of(std::move(out));
}
Outcome regex_split(Context& context, Arguments a) {
  ASSIGN_OR_RETURN(const GoRegex* regex, context.regex(*a[0].text()));
  const std::string& text = *a[1].text();
  const int64_t most = to_integer(a[2]);
  List out;
  GoRegex::Groups groups;
  size_t from = 0;
  for (size_t at = 0;
       at < text.size() && (most < 0 || static_cast<int64_t>(out.size()) + 1 < most);) {
    if (!regex->find(text, at, groups)) break;
    const auto start = static_cast<size_t>(groups[0].data() - text.data());
    const size_t end = start + groups[0].size();
    if (end > 0 && start < text.size()) {
      out.push_back(Value(text.substr(from, start - from)));
      from = end;
    }
    at = groups[0].empty() ? end + 1 : end;
  }
  out.push_back(Value(text.substr(from)));
  return list_of(std::move(out));
}

const Function kFunctions[] = {
    {"empty", {kAny}, false, empty},
    {"coalesce", {kAny}, true, coalesce},
    {"ternary", {kAny, kAny, kAny}, false, ternary},
    {"all", {kAny}, true, all},
    {"any", {kAny}, true, any},
    {"fail", {kString}, false, fail},
    {"split", {kString, kString}, false, split},
    {"splitn", {kString, kInt, kString}, false, splitn},
    {"splitList", {kString, kString}, false, split_list},
    {"join", {kString, kAny}, false, join},
    {"quote", {kAny}, true, quoted},
    {"squote", {kAny}, true, single_quoted},
    {"cat", {kAny}, true, cat},
    {"nospace", {kString}, false, nospace},
    {"toString", {kAny}, false, to_text},
    {"toStrings", {kAny}, false, to_strings},
    {"untitle", {kString}, false, untitle},
    {"abbrev", {kInt, kString}, false, abbrev},
    {"plural", {kString, kString, kInt}, false, plural},
    {"atoi", {kString}, false, atoi},
    {"int64", {kAny}, false, int64},
    {"add1", {kAny}, false, add1},
    {"regexMatch", {kString, kString}, false, regex_match_or_not},
    {"mustRegexMatch", {kString, kString}, false, regex_match},
    {"regexFind", {kString, kString}, false, regex_find},
    {"mustRegexFind", {kString, kString}, false, regex_find},
    {"regexFindAll", {kString, kString, kInt}, false, regex_find_all},
    {"regexSplit", {kString, kString, kInt}, false, regex_split},

};

}  // namespace

std::span<const Function> sprig_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
