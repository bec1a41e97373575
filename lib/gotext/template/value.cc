#include "gotext/template/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace logsvc::tmpl {
namespace {

struct Truth {
  bool operator()(std::monostate) const { return false; }
  bool operator()(bool v) const { return v; }
  bool operator()(const Integer& v) const { return v.number != 0; }
  bool operator()(double v) const { return v != 0; }
  bool operator()(const std::string& v) const { return !v.empty(); }
  bool operator()(const GoTime&) const { return true; }
  bool operator()(const TimeZone&) const { return true; }
  bool operator()(const std::shared_ptr<const Version>&) const { return true; }
  template <typename T>
  bool operator()(const std::shared_ptr<const T>& v) const {
    return !v->empty();
  }
};

struct Print {
  std::string& out;

  void operator()(std::monostate) const { out += "<nil>"; }
  void operator()(bool v) const { out += v ? "true" : "false"; }
  void operator()(const Integer& v) const { out += v.words(); }
  void operator()(double v) const { out += format_float(v); }
  void operator()(const std::string& v) const { out += v; }
  void operator()(const GoTime& v) const { out += v.printed(); }
  void operator()(const TimeZone& v) const { out += v.name(); }
  void operator()(const std::shared_ptr<const Version>& v) const { out += v->printed(); }
  void operator()(const std::shared_ptr<const List>& v) const {
    out += '[';
    for (size_t i = 0; i < v->size(); ++i) {
      if (i > 0) out += ' ';
      (*v)[i].print(out);
    }
    out += ']';
  }
  void operator()(const std::shared_ptr<const Map>& v) const {
    out += "map[";
    bool first = true;
    for (const auto& [key, value] : *v) {
      if (!first) out += ' ';
      first = false;
      out += key + ":";
      value.print(out);
    }
    out += ']';
  }
  void operator()(const std::shared_ptr<const Labels>& v) const {
    out += "map[";
    for (size_t i = 0; i < v->size(); ++i) {
      if (i > 0) out += ' ';
      out += (*v)[i].name + ":" + (*v)[i].value;
    }
    out += ']';
  }
};

}  // namespace

std::string Integer::words() const {
  switch (type) {
    case Type::kDuration:
      return format_go_duration(number);
    case Type::kMonth:
      if (number >= 1 && number <= 12) return kMonthNames[number - 1];
      return "%!Month(" + std::to_string(number) + ")";
    case Type::kWeekday:
      if (number >= 0 && number <= 6) return kWeekDayNames[number];
      return "%!Weekday(" + std::to_string(number) + ")";
    default:
      return std::to_string(number);
  }
}

const char* Value::type_name() const {
  static constexpr const char* kIntegers[] = {"int",           "int64",      "uint8",
                                              "time.Duration", "time.Month", "time.Weekday"};
  static constexpr const char* kNames[] = {"nil",
                                           "bool",
                                           "int",
                                           "float64",
                                           "string",
                                           "time.Time",
                                           "[]interface {}",
                                           "map[string]interface {}",
                                           "map[string]string",
                                           "*time.Location",
                                           "*semver.Version"};
  if (const auto* i = as<Integer>()) return kIntegers[static_cast<size_t>(i->type)];
  return kNames[state_.index()];
}

bool Value::is_true() const { return std::visit(Truth{}, state_); }

void Value::print(std::string& out) const { std::visit(Print{out}, state_); }

std::string format_float(double v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
  char buffer[400];
  const auto scientific =
      std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::scientific);
  const std::string text(buffer, scientific.ptr);
  const size_t e = text.find('e');
  const int exponent = std::stoi(text.substr(e + 1));
  if (v != 0 && (exponent < -4 || exponent >= 6)) {
    return text;
  }
  const auto fixed = std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::fixed);
  return {buffer, fixed.ptr};
}

}  // namespace logsvc::tmpl
