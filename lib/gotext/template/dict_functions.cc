// Defines sprig's maps for Promtail's templates. As in Go, set, unset and the merging functions
// change the map that they are given.
#include <algorithm>

#include "gotext/template/collections.h"
#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kAny = Parameter::kAny;
constexpr Parameter kString = Parameter::kString;

Outcome dict(Context&, Arguments a) {
  Map out;
  for (size_t i = 0; i < a.size(); i += 2) {
    const Value value = i + 1 < a.size() ? a[i + 1] : Value::string("");
    RETURN_IF_ERROR(check_part(value));
    out[a[i].printed()] = value;
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
  RETURN_IF_ERROR(put(map, *a[1].text(), a[2]));
  return a[0];
}
Outcome unset(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const Map* map, map_in(a[0]));
  const_cast<Map*>(map)->erase(*a[1].text());  // see put()
  return a[0];
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
// Takes a name, then maps, and returns what each of them has by that name.
Outcome pluck(Context&, Arguments a) {
  List out;
  for (const Value& v : a.subspan(1)) {
    ASSIGN_OR_RETURN(const Map* map, map_in(v));
    const auto found = map->find(*a[0].text());
    if (found != map->end()) out.push_back(found->second);
  }
  return list_of(std::move(out));
}

// Serves pick and omit, which take a map, then names.
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

Error not_the_type(const Value& v, const char* wanted) {
  return invalid(std::string("interface conversion: interface {} is ") +
                 (v.is_nil() ? "nil" : v.type_name()) + ", not " + wanted);
}
// Takes names that lead inwards, what stands for a missing one, and a map.
Outcome dig(Context&, Arguments a) {
  if (a.size() < 3) return invalid("dig needs at least three arguments");
  Value at = a.back();
  for (const Value& name : a.first(a.size() - 2)) {
    if (!at.map()) return not_the_type(at, "map[string]interface {}");
    if (!name.text()) return not_the_type(name, "string");
    const auto found = at.map()->find(*name.text());
    if (found == at.map()->end()) return a[a.size() - 2];
    const Value next = found->second;
    at = next;
  }
  return at;
}

// ---- merging ----

// Merges maps under the same name too. Otherwise the first value that is not empty stays, or the
// last one if `overwrite` is set.
Status merge_into(const Map* target, const Map& from, bool overwrite) {
  for (const auto& [name, value] : from) {
    const auto own = target->find(name);
    const bool has = own != target->end();
    if (has && own->second.map() && value.map()) {
      if (own->second.map() == value.map()) continue;
      RETURN_IF_ERROR(merge_into(own->second.map(), *value.map(), overwrite));
    } else if (!has || overwrite || !own->second.is_true()) {
      RETURN_IF_ERROR(put(target, name, value));
    }
  }
  return {};
}
Outcome merged(Arguments a, bool overwrite) {
  ASSIGN_OR_RETURN(const Map* target, map_in(a[0]));
  RETURN_IF_ERROR(check_part(a[0]));
  for (const Value& v : a.subspan(1)) {
    ASSIGN_OR_RETURN(const Map* from, map_in(v));
    RETURN_IF_ERROR(check_part(v));
    // This is a copy, since the target may be a part of it.
    RETURN_IF_ERROR(merge_into(target, Map(*from), overwrite));
  }
  return a[0];
}
Outcome merge(Context&, Arguments a) { return merged(a, false); }
Outcome merge_overwrite(Context&, Arguments a) { return merged(a, true); }

Value copied(const Value& v) {
  if (const List* list = v.list()) {
    List out;
    for (const Value& item : *list) out.push_back(copied(item));
    return list_of(std::move(out));
  }
  if (const Map* map = v.map()) {
    Map out;
    for (const auto& [name, value] : *map) out.emplace(name, copied(value));
    return map_of(std::move(out));
  }
  return v;
}
Outcome deep_copy(Context&, Arguments a) {
  RETURN_IF_ERROR(check_part(a[0]));
  return copied(a[0]);
}

const Function kFunctions[] = {
    {"dict", {kAny}, true, dict},
    {"get", {kAny, kString}, false, get},
    {"hasKey", {kAny, kString}, false, has_key},
    {"set", {kAny, kString, kAny}, false, set},
    {"unset", {kAny, kString}, false, unset},
    {"keys", {kAny}, true, keys},
    {"values", {kAny}, false, values},
    {"pluck", {kString, kAny}, true, pluck},
    {"pick", {kAny, kString}, true, pick},
    {"omit", {kAny, kString}, true, omit},
    {"dig", {kAny}, true, dig},
    {"merge", {kAny, kAny}, true, merge},
    {"mustMerge", {kAny, kAny}, true, merge},
    {"mergeOverwrite", {kAny, kAny}, true, merge_overwrite},
    {"mustMergeOverwrite", {kAny, kAny}, true, merge_overwrite},
    {"deepCopy", {kAny}, false, deep_copy},
    {"mustDeepCopy", {kAny}, false, deep_copy},
};

}  // namespace

std::span<const Function> dict_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
