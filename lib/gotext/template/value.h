// Holds values of the template language as Go's text/template does: what fields, constants and
// functions give. It is a value; lists and maps share their storage.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "gotext/template/version.h"
#include "gotext/time/go_time.h"
#include "model/label_set.h"

namespace logsvc::tmpl {

class Value;
using List = std::vector<Value>;
using Map = std::map<std::string, Value, std::less<>>;

// Stands for Go's integer types that functions and methods give and take; they do not mix in calls.
struct Integer {
  enum class Type { kInt, kInt64, kByte, kDuration, kMonth, kWeekday };
  int64_t number = 0;
  Type type = Type::kInt;

  // Returns whether it prints as words: time.Month, time.Weekday and time.Duration.
  bool has_words() const { return type >= Type::kDuration; }
  std::string words() const;
};

class Value {
 public:
  using State =
      std::variant<std::monostate, bool, Integer, double, std::string, GoTime,
                   std::shared_ptr<const List>, std::shared_ptr<const Map>,
                   std::shared_ptr<const Labels>, TimeZone, std::shared_ptr<const Version>>;

  Value() = default;  // nil
  template <typename T>
  explicit Value(T state) : state_(std::move(state)) {}
  static Value integer(int64_t v) { return Value(Integer{v, Integer::Type::kInt}); }
  static Value int64(int64_t v) { return Value(Integer{v, Integer::Type::kInt64}); }
  static Value duration(Duration v) { return Value(Integer{v, Integer::Type::kDuration}); }
  static Value string(std::string_view v) { return Value(std::string(v)); }

  bool is_nil() const { return std::holds_alternative<std::monostate>(state_); }
  template <typename T>
  const T* as() const {
    return std::get_if<T>(&state_);
  }
  const std::string* text() const { return as<std::string>(); }
  const List* list() const { return pointee<List>(); }
  const Map* map() const { return pointee<Map>(); }
  const Labels* labels() const { return pointee<Labels>(); }  // sorted by name
  const Version* version() const { return pointee<Version>(); }

  // Returns Go's name of the type: string, int, map[string]string.
  const char* type_name() const;
  // Returns what `if` makes of it.
  bool is_true() const;
  // Prints it as fmt's %v does; nil inside lists and maps is <nil>.
  void print(std::string& out) const;
  std::string printed() const {
    std::string out;
    print(out);
    return out;
  }

 private:
  template <typename T>
  const T* pointee() const {
    const auto* p = std::get_if<std::shared_ptr<const T>>(&state_);
    return p ? p->get() : nullptr;
  }
  State state_;
};

// Writes the shortest form of Go's %g: 123456, 1.5e+06, +Inf, NaN.
std::string format_float(double v);

}  // namespace logsvc::tmpl
