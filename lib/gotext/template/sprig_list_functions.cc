// Defines sprig's lists for Promtail's templates. A list does not change: functions give new ones.
#include <algorithm>

#include "gotext/template/collections.h"
#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kAny = Parameter::kAny;

Error too_long() { return invalid("the list is too long"); }

Outcome list(Context&, Arguments a) {
  for (const Value& v : a) RETURN_IF_ERROR(check_part(v));
  return list_of(List(a.begin(), a.end()));
}

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
  RETURN_IF_ERROR(check_part(a[1]));
  if (items->size() >= kMaxElements) return too_long();
  List out = *items;
  out.push_back(a[1]);
  return list_of(std::move(out));
}
Outcome prepend(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "prepend"));
  RETURN_IF_ERROR(check_part(a[1]));
  if (items->size() >= kMaxElements) return too_long();
  List out = *items;
  out.insert(out.begin(), a[1]);
  return list_of(std::move(out));
}
Outcome concat(Context&, Arguments a) {
  List out;
  for (const Value& v : a) {
    ASSIGN_OR_RETURN(const List* items, list_in(v, "concat"));
    if (out.size() + items->size() > kMaxElements) return too_long();
    out.insert(out.end(), items->begin(), items->end());
  }
  return list_of(std::move(out));
}
Outcome reverse(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "reverse"));
  return list_of(List(items->rbegin(), items->rend()));
}

Result<bool> is_among(const Value& v, Arguments others) {
  for (const Value& other : others) {
    ASSIGN_OR_RETURN(const bool same, deep_equal(v, other));
    if (same) return true;
  }
  return false;
}
Outcome uniq(Context& context, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "uniq"));
  List out;
  for (const Value& v : *items) {
    RETURN_IF_ERROR(context.cancellation.check());
    ASSIGN_OR_RETURN(const bool known, is_among(v, out));
    if (!known) out.push_back(v);
  }
  return list_of(std::move(out));
}
Outcome has(Context&, Arguments a) {
  if (a[1].is_nil()) return Value(false);
  ASSIGN_OR_RETURN(const List* items, list_in(a[1], "has"));
  ASSIGN_OR_RETURN(const bool out, is_among(a[0], *items));
  return Value(out);
}
// Takes a list, then what is left out of it.
Outcome without(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "without"));
  List out;
  for (const Value& v : *items) {
    ASSIGN_OR_RETURN(const bool unwanted, is_among(v, a.subspan(1)));
    if (!unwanted) out.push_back(v);
  }
  return list_of(std::move(out));
}
// Cuts a list into lists of a size; the last may be shorter.
Outcome chunk(Context&, Arguments a) {
  const int64_t size = a[0].as<Integer>()->number;
  const List* items = a[1].list();
  if (!items) return invalid(std::string("Cannot chunk type ") + kind_name(a[1]));
  if (size < 1) return invalid("the size of chunks is below 1");
  List out;
  auto at = items->begin();
  while (at != items->end()) {
    const auto end = at + std::min<std::ptrdiff_t>(size, items->end() - at);
    out.push_back(list_of(List(at, end)));
    at = end;
  }
  return list_of(std::move(out));
}
Outcome compact(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "compact"));
  List out;
  std::copy_if(items->begin(), items->end(), std::back_inserter(out),
               [](const Value& v) { return v.is_true(); });
  return list_of(std::move(out));
}
Outcome sort_alpha(Context&, Arguments a) {
  const List* items = a[0].list();
  if (!items) return list_of({Value(a[0].is_nil() ? "" : a[0].printed())});
  List out;
  for (const Value& v : *items) out.push_back(Value(v.printed()));
  std::sort(out.begin(), out.end(),
            [](const Value& x, const Value& y) { return *x.text() < *y.text(); });
  return list_of(std::move(out));
}
// Takes slice list [from [to]].
Outcome slice(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const List* items, list_in(a[0], "slice"));
  const auto size = static_cast<int64_t>(items->size());
  const int64_t from = a.size() > 1 ? to_integer(a[1]) : 0;
  const int64_t to = a.size() > 2 ? to_integer(a[2]) : size;
  if (from < 0 || to < from || to > size) return invalid("slice index out of range");
  return list_of(List(items->begin() + from, items->begin() + to));
}

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
    {"without", {kAny, kAny}, true, without},
    {"chunk", {Parameter::kInt, kAny}, false, chunk},
    {"has", {kAny, kAny}, false, has},
    {"compact", {kAny}, false, compact},
    {"sortAlpha", {kAny}, false, sort_alpha},
    {"slice", {kAny, kAny}, true, slice},
};

}  // namespace

std::span<const Function> sprig_list_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
