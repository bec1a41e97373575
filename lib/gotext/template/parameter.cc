#include "gotext/template/functions.h"

namespace logsvc::tmpl {

const char* parameter_name(Parameter p) {
  static constexpr const char* kNames[] = {"interface {}",   "string",         "int",
                                           "float64",        "time.Time",      "time.Duration",
                                           "*time.Location", "*semver.Version"};
  return kNames[static_cast<size_t>(p)];
}

bool fits(const Value& v, Parameter p) {
  switch (p) {
    case Parameter::kAny:
      return true;
    case Parameter::kString:
      return v.text() != nullptr;
    case Parameter::kInt:
      return v.as<Integer>() && v.as<Integer>()->type == Integer::Type::kInt;
    case Parameter::kFloat:
      return v.as<double>() != nullptr;
    case Parameter::kTime:
      return v.as<GoTime>() != nullptr;
    case Parameter::kDuration:
      return v.as<Integer>() && v.as<Integer>()->type == Integer::Type::kDuration;
    case Parameter::kLocation:
      return v.as<TimeZone>() != nullptr;
    case Parameter::kVersion:
      return v.version() != nullptr;
  }
  return false;
}

}  // namespace logsvc::tmpl
