// sprig's lists and maps, for Promtail's templates. Values do not change: set and unset give new
// maps.
#include <algorithm>
#include <map>

#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kAny = Parameter::kAny;
constexpr Parameter kString = Parameter::kString;

Value list_of(List items) { return Value(std::make_shared<const List>(std::move(items))); }
Value map_of(Map members) { return Value(std::make_shared<const Map>(std::move(members))); }

Result<const List*> list_in(const Value& v, const char* function) {
  if (const List* list = v.list()) return list;
  return invalid(std::string("Cannot find ") + function + " on type " +
                 (v.is_nil() ? "invalid" : v.type_name()));
}
Result<const Map*> map_in(const Value& v) {
  if (const Map* map = v.map()) return map;
  return invalid(std::string("wrong type for value; expected map[string]interface {}; got ") +
                 (v.is_nil() ? "nil" : v.type_name()));
}

Outcome list(Context&, Arguments a) { return list_of(List(a.begin(), a.end())); }

Outcome first(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "first"));
  return items->empty() ? Value() : items->front();
}
Outcome last(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "last"));
  return items->empty() ? Value() : items->back();
}
Outcome rest(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "rest"));
  if (items->empty()) return Value();
  return list_of(List(items->begin() + 1, items->end()));
}
Outcome initial(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "initial"));
  if (items->empty()) return Value();
  return list_of(List(items->begin(), items->end() - 1));
}
Outcome append(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "push"));
  List out = *items;
  out.push_back(a[1]);
  return list_of(std::move(out));
}
Outcome prepend(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "prepend"));
  List out = *items;
  out.insert(out.begin(), a[1]);
  return list_of(std::move(out));
}
Outcome concat(Context&, Arguments a) {
  List out;
  for (const Value& v : a) {
    ASSIGN_OR_RETURN(const List* items, list_in(v, "concat"));
    out.insert(out.end(), items->begin(), items->end());
  }
  return list_of(std::move(out));
}
Outcome reverse(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "reverse"));
  return list_of(List(items->rbegin(), items->rend()));
}
Outcome uniq(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "uniq"));
  List out;
  for (const Value& v : *items) {
    const auto same = [&](const Value& w) {
      return v.type_name() == w.type_name() && v.printed() == w.printed();
    };
    if (std::none_of(out.begin(), out.end(), same)) out.push_back(v);
  }
  return list_of(std::move(out));
}
Outcome has(Context&, Arguments a) {
  if (a[1].is_nil()) return Value(false);
  ASSIGN_OR_RETURN(const List* items, list_in(a[1], "has"));
  return Value(std::any_of(items->begin(), items->end(), [&](const Value& v) {
    return v.type_name() == a[0].type_name() && v.printed() == a[0].printed();
  }));
}
Outcome compact(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "compact"));
  List out;
  std::copy_if(items->begin(), items->end(), std::back_inserter(out),
               [](const Value& v) { return v.is_true(); });
  return list_of(std::move(out));
}
Outcome sort_alpha(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "sortAlpha"));
  List out;
  for (const Value& v : *items) out.push_back(Value(v.printed()));
  std::sort(out.begin(), out.end(),
            [](const Value& x, const Value& y) { return *x.text() < *y.text(); });
  return list_of(std::move(out));
}
// slice list [from [to]]
Outcome slice(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "slice"));
  const auto size = static_cast<int64_t>(items->size());
  const int64_t from = a.size() > 1 ? to_integer(a[1]) : 0;
  const int64_t to = a.size() > 2 ? to_integer(a[2]) : size;
  if (from < 0 || to < from || to > size) return invalid("slice index out of range");
  return list_of(List(items->begin() + from, items->begin() + to));
}

Outcome dict(Context&, Arguments a) {
  Map out;
  for (size_t i = 0; i < a.size(); i += 2) {
    out[a[i].printed()] = i + 1 < a.size() ? a[i + 1] : Value::string("");
  }
  return map_of(std::move(out));
}
Outcome get(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const Map* map, map_in(a[0]));
  const auto found = map->find(*a[1].text());
  return found == map->end() ? Value::string("") : found->second;
}
Outcome has_key(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const Map* map, map_in(a[0]));
  return Value(map->find(*a[1].text()) != map->end());
}
Outcome set(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const Map* map, map_in(a[0]));
  Map out = *map;
  out[*a[1].text()] = a[2];
  return map_of(std::move(out));
}
Outcome unset(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const Map* map, map_in(a[0]));
  Map out = *map;
  out.erase(*a[1].text());
  return map_of(std::move(out));
}
Outcome keys(Context&, Arguments a) {
  List out;
  for (const Value& v : a) {
    ASSIGN_OR_RETURN(const Map* map, map_in(v));
    for (const auto& member : *map) out.push_back(Value(member.first));
  }
  return list_of(std::move(out));
}
Outcome values(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const Map* map, map_in(a[0]));
  List out;
  for (const auto& member : *map) out.push_back(member.second);
  return list_of(std::move(out));
}
// pick and omit: a map, then names.
Outcome selected(Arguments a, bool wanted) {
  ASSIGN_OR_RETURN(const Map* map, map_in(a[0]));
  Map out;
  for (const auto& [name, value] : *map) {
    const bool named = std::any_of(a.begin() + 1, a.end(),
                                   [&, &key = name](const Value& v) { return *v.text() == key; });
    if (named == wanted) out[name] = value;
  }
  return map_of(std::move(out));
}
Outcome pick(Context&, Arguments a) { return selected(a, true); }
Outcome omit(Context&, Arguments a) { return selected(a, false); }

const Function kFunctions[] = {
    {"list", {kAny}, true, list},
    {"tuple", {kAny}, true, list},
    {"first", {kAny}, false, first},
    {"last", {kAny}, false, last},
    {"rest", {kAny}, false, rest},
    {"initial", {kAny}, false, initial},
    {"append", {kAny, kAny}, false, append},
    {"push", {kAny, kAny}, false, append},
    {"prepend", {kAny, kAny}, false, prepend},
    {"concat", {kAny}, true, concat},
    {"reverse", {kAny}, false, reverse},
    {"uniq", {kAny}, false, uniq},
    {"has", {kAny, kAny}, false, has},
    {"compact", {kAny}, false, compact},
    {"sortAlpha", {kAny}, false, sort_alpha},
    {"slice", {kAny, kAny}, true, slice},
    {"dict", {kAny}, true, dict},
    {"get", {kAny, kString}, false, get},
    {"hasKey", {kAny, kString}, false, has_key},
    {"set", {kAny, kString, kAny}, false, set},
    {"unset", {kAny, kString}, false, unset},
    {"keys", {kAny}, true, keys},
    {"values", {kAny}, false, values},
    {"pick", {kAny, kString}, true, pick},
    {"omit", {kAny, kString}, true, omit},
};

}  // namespace

std::span<const Function> sprig_list_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
