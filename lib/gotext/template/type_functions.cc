// Answers sprig's questions about the types of values, in Go's names.
#include "gotext/template/collections.h"
#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kAny = Parameter::kAny;
constexpr Parameter kString = Parameter::kString;

std::string type_of(const Value& v) { return v.is_nil() ? "<nil>" : v.type_name(); }

Outcome type_name(Context&, Arguments a) { return Value(type_of(a[0])); }
Outcome type_is(Context&, Arguments a) { return Value(*a[0].text() == type_of(a[1])); }
// Also accepts a pointer to the type.
Outcome type_is_like(Context&, Arguments a) {
  const std::string type = type_of(a[1]);
  return Value(*a[0].text() == type || "*" + *a[0].text() == type);
}
Outcome kind_of(Context&, Arguments a) { return Value::string(kind_name(a[0])); }
Outcome kind_is(Context&, Arguments a) { return Value(*a[0].text() == kind_name(a[1])); }
Outcome same(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const bool out, deep_equal(a[0], a[1]));
  return Value(out);
}

const Function kFunctions[] = {
    {"typeOf", {kAny}, false, type_name},
    {"typeIs", {kString, kAny}, false, type_is},
    {"typeIsLike", {kString, kAny}, false, type_is_like},
    {"kindOf", {kAny}, false, kind_of},
    {"kindIs", {kString, kAny}, false, kind_is},
    {"deepEqual", {kAny, kAny}, false, same},
};

}  // namespace

std::span<const Function> type_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
