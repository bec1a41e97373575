// Defines sprig's sequences of numbers, and its arithmetic that Loki's templates do not have.
#include <algorithm>
#include <charconv>

#include "gotext/template/collections.h"
#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kAny = Parameter::kAny;
constexpr Parameter kInt = Parameter::kInt;

int64_t number(const Value& v) { return v.as<Integer>()->number; }

// Counts from start in steps up to stop, which is excluded; gives nothing if the step leads away
// from it.
Result<std::vector<int64_t>> numbers(int64_t start, int64_t stop, int64_t step) {
  std::vector<int64_t> out;
  if (step == 0 || (stop < start) != (step < 0)) return out;
  for (int64_t at = start; step < 0 ? at > stop : at < stop;) {
    if (out.size() >= kMaxElements) {
      return invalid("more than " + std::to_string(kMaxElements) + " numbers");
    }
    out.push_back(at);
    if (__builtin_add_overflow(at, step, &at)) break;
  }
  return out;
}

Outcome number_list(int64_t start, int64_t stop, int64_t step) {
  ASSIGN_OR_RETURN(const std::vector<int64_t> row, numbers(start, stop, step));
  List out;
  out.reserve(row.size());
  for (const int64_t n : row) out.push_back(Value::integer(n));
  return list_of(std::move(out));
}
Outcome until(Context&, Arguments a) {
  return number_list(0, number(a[0]), number(a[0]) < 0 ? -1 : 1);
}
Outcome until_step(Context&, Arguments a) {
  return number_list(number(a[0]), number(a[1]), number(a[2]));
}

// Takes [first [step]] last, which is included; returns a text with blanks between the numbers.
Outcome seq(Context&, Arguments a) {
  if (a.empty() || a.size() > 3) return Value::string("");
  const int64_t first = a.size() > 1 ? number(a[0]) : 1;
  const int64_t last = number(a.back());
  const int64_t way = last < first ? -1 : 1;
  const int64_t step = a.size() == 3 ? number(a[1]) : way;
  if (way < 0 && step > 0) return Value::string("");
  int64_t stop = last;
  if (__builtin_add_overflow(last, way, &stop)) stop = last;
  ASSIGN_OR_RETURN(const std::vector<int64_t> row, numbers(first, stop, step));
  std::string out;
  for (const int64_t n : row) {
    if (!out.empty()) out += ' ';
    out += std::to_string(n);
  }
  return Value(std::move(out));
}

// Returns what the digits mean as an octal number; 0 if they are not octal.
Outcome to_decimal(Context&, Arguments a) {
  const std::string text = a[0].printed();
  const char* first = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* end = text.data() + text.size();
  int64_t out = 0;
  const auto [at, failure] = std::from_chars(first, end, out, 8);
  return Value::int64(failure == std::errc() && at == end ? out : 0);
}

Outcome add_one(Context& context, Arguments a) {
  const std::vector<Value> both = {a[0], Value::integer(1)};
  return find_function("addf", Dialect::kLoki)->call(context, both);
}
Outcome biggest(Context&, Arguments a) {
  int64_t out = to_integer(a[0]);
  for (const Value& v : a) out = std::max(out, to_integer(v));
  return Value::int64(out);
}

const Function kFunctions[] = {
    {"until", {kInt}, false, until},   {"untilStep", {kInt, kInt, kInt}, false, until_step},
    {"seq", {kInt}, true, seq},        {"toDecimal", {kAny}, false, to_decimal},
    {"add1f", {kAny}, false, add_one}, {"biggest", {kAny, kAny}, true, biggest},
};

}  // namespace

std::span<const Function> sequence_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
