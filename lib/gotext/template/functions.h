// Lists the functions that templates may call: Go's own, and those that Loki or Promtail add.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "gotext/template/executor.h"

namespace logsvc::tmpl {

// Says what a parameter takes.
enum class Parameter { kAny, kString, kInt, kFloat, kTime, kDuration, kLocation, kVersion };
// Returns what Go calls it in errors.
const char* parameter_name(Parameter p);
// Returns whether Go would assign the value to the parameter.
bool fits(const Value& v, Parameter p);

struct Function {
  std::string_view name;
  std::vector<Parameter> parameters;
  bool variadic;  // the last parameter may come any number of times, also none
  // The error is what stands behind "error calling name: ".
  Result<Value> (*call)(Context& context, std::span<const Value> arguments);
};

// Returns nullptr if there is none.
const Function* find_function(std::string_view name, Dialect dialect);

// Is a method of Go's time.Time, time.Duration, time.Month, time.Weekday, *time.Location, or of
// *semver.Version.
struct Method {
  std::string_view name;
  std::vector<Parameter> parameters;
  // If nullptr, a template may not call it; then `problem` says why.
  Result<Value> (*call)(const Value& receiver, std::span<const Value> arguments);
  const char* problem = nullptr;
};
// Returns nullptr if the value's type has none of that name.
const Method* find_method(const Value& receiver, std::string_view name);

// These return parts of the table, by file.
std::span<const Function> builtin_functions();
std::span<const Function> string_functions();
std::span<const Function> number_functions();
std::span<const Function> time_functions();
// These are only Promtail's: sprig's by subject, and its own hashes.
std::span<const Function> sprig_functions();
std::span<const Function> sprig_list_functions();
std::span<const Function> dict_functions();
std::span<const Function> type_functions();
std::span<const Function> json_functions();
std::span<const Function> word_functions();
std::span<const Function> case_functions();
std::span<const Function> sequence_functions();
std::span<const Function> random_functions();
std::span<const Function> date_functions();
std::span<const Function> semver_functions();
std::span<const Function> url_functions();
std::span<const Function> crypto_functions();
std::span<const Function> system_functions();
std::span<const Function> hash_functions();
std::span<const Function> path_functions();
std::span<const Method> version_methods();

// Returns true for `and` and `or`, which stop at the first argument that decides; their arguments
// are run one by one.
bool is_short_circuit(std::string_view name);

// These behave as fmt.Sprintf and fmt.Sprint.
std::string go_printf(std::string_view format, std::span<const Value> arguments);
std::string go_print(std::span<const Value> arguments);

// These convert for the arithmetic functions: anything else is 0.
int64_t to_integer(const Value& value);
double to_floating(const Value& value);

}  // namespace logsvc::tmpl
