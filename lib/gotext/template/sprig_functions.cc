// sprig's text functions that Loki's templates do not have, for those of Promtail.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include "base/json_number.h"
#include "base/json_text.h"
#include "gotext/regex/go_regex.h"
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

Value list_of(List items) { return Value(std::make_shared<const List>(std::move(items))); }

// sprig's idea of empty: what `if` takes for false.
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
  return Value(std::make_shared<const Map>(std::move(out)));
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
Outcome join(Context&, Arguments a) {
  std::string out;
  if (const List* items = a[1].list()) {
    for (size_t i = 0; i < items->size(); ++i) {
      if (i > 0) out += *a[0].text();
      out += (*items)[i].printed();
    }
  } else if (!a[1].is_nil()) {
    out = a[1].printed();
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
  const List* items = a[0].list();
  if (!items) return list_of({Value(a[0].printed())});
  List out;
  for (const Value& v : *items) out.push_back(Value(v.printed()));
  return list_of(std::move(out));
}
Outcome untitle(Context&, Arguments a) {
  std::string out;
  bool first = true;
  for (const char c : *a[0].text()) {
    out += first ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : c;
    first = c == ' ';
  }
  return Value(std::move(out));
}
// abbrev: a text cut to a length, with ... at its end.
Outcome abbrev(Context&, Arguments a) {
  const std::string& text = *a[1].text();
  const int64_t width = to_integer(a[0]);
  if (width < 4 || static_cast<int64_t>(text.size()) <= width) return Value(text);
  return Value(text.substr(0, static_cast<size_t>(width - 3)) + "...");
}
Outcome plural(Context&, Arguments a) { return to_integer(a[2]) == 1 ? a[0] : a[1]; }
Outcome env(Context&, Arguments a) {
  const char* value = std::getenv(a[0].text()->c_str());
  return Value(std::string(value ? value : ""));
}

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
Outcome until(Context&, Arguments a) {
  const int64_t n = std::min<int64_t>(to_integer(a[0]), 10'000);
  List out;
  for (int64_t i = 0; i < n; ++i) out.push_back(Value::integer(i));
  return list_of(std::move(out));
}

// ---- regular expressions ----

Outcome regex_match(Context& context, Arguments a) {
  ASSIGN_OR_RETURN(const GoRegex* regex, context.regex(*a[0].text()));
  return Value(regex->matches(*a[1].text()));
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

// ---- JSON ----

void append_json(const Value& v, std::string& out) {
  if (v.is_nil()) {
    out += "null";
  } else if (const auto* b = v.as<bool>()) {
    out += *b ? "true" : "false";
  } else if (const auto* i = v.as<Integer>()) {
    out += std::to_string(i->number);
  } else if (const auto* d = v.as<double>()) {
    append_json_number(*d, out);
  } else if (const List* list = v.list()) {
    out += '[';
    for (size_t i = 0; i < list->size(); ++i) {
      if (i > 0) out += ',';
      append_json((*list)[i], out);
    }
    out += ']';
  } else if (const Map* map = v.map()) {
    out += '{';
    bool first = true;
    for (const auto& [name, value] : *map) {
      if (!std::exchange(first, false)) out += ',';
      append_json_string(out, name, JsonEscapes::kGo);
      out += ':';
      append_json(value, out);
    }
    out += '}';
  } else if (const auto* t = v.as<GoTime>()) {
    append_json_string(out, t->format("2006-01-02T15:04:05.999999999Z07:00"), JsonEscapes::kGo);
  } else {
    append_json_string(out, v.printed(), JsonEscapes::kGo);
  }
}
Outcome to_json(Context&, Arguments a) {
  std::string out;
  append_json(a[0], out);
  return Value(std::move(out));
}

// ---- time ----

Outcome date_in_zone(Context& context, Arguments a) {
  GoTime t = GoTime::from(context.timestamp);
  if (const auto* time = a[1].as<GoTime>()) {
    t = *time;
  } else if (const auto* seconds = a[1].as<Integer>()) {
    t.seconds = seconds->number;
    t.nanos = 0;
  }
  const TimeZone zone = context.zone(*a[2].text());
  zone.apply(t);
  return Value(t.format(*a[0].text()));
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
    {"env", {kString}, false, env},
    {"atoi", {kString}, false, atoi},
    {"int64", {kAny}, false, int64},
    {"add1", {kAny}, false, add1},
    {"until", {kInt}, false, until},
    {"regexMatch", {kString, kString}, false, regex_match},
    {"mustRegexMatch", {kString, kString}, false, regex_match},
    {"regexFind", {kString, kString}, false, regex_find},
    {"mustRegexFind", {kString, kString}, false, regex_find},
    {"regexFindAll", {kString, kString, kInt}, false, regex_find_all},
    {"regexSplit", {kString, kString, kInt}, false, regex_split},
    {"toJson", {kAny}, false, to_json},

    {"dateInZone", {kString, kAny, kString}, false, date_in_zone},
    {"date_in_zone", {kString, kAny, kString}, false, date_in_zone},
};

}  // namespace

std::span<const Function> sprig_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
