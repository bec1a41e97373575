// Defines sprig's semantic versions, and the methods that Go gives to one in a template.
#include "gotext/template/functions.h"
#include "gotext/template/version.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kString = Parameter::kString;
constexpr Parameter kVersion = Parameter::kVersion;

Value value_of(Version v) { return Value(std::make_shared<const Version>(std::move(v))); }
Value number(uint64_t n) { return Value::int64(static_cast<int64_t>(n)); }

Outcome semver(Context&, Arguments a) {
  ASSIGN_OR_RETURN(Version out, Version::parse(*a[0].text()));
  return value_of(std::move(out));
}
Outcome semver_compare(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const VersionRange range, VersionRange::parse(*a[0].text()));
  ASSIGN_OR_RETURN(const Version version, Version::parse(*a[1].text()));
  return Value(range.contains(version));
}

const Function kFunctions[] = {
    {"semver", {kString}, false, semver},
    {"semverCompare", {kString, kString}, false, semver_compare},
};

int compared(const Value& v, Arguments a) { return v.version()->compare(*a[0].version()); }

// Returns the next release; a prerelease keeps the patch number.
Version next_patch(const Version& v) {
  Version out{v.major, v.minor, v.patch, "", "", ""};
  if (v.prerelease.empty()) ++out.patch;
  return out;
}
Outcome next(Version v) {
  v.original = v.printed();
  return value_of(std::move(v));
}

const Method kMethods[] = {
    {"Major", {}, [](const Value& v, Arguments) -> Outcome { return number(v.version()->major); }},
    {"Minor", {}, [](const Value& v, Arguments) -> Outcome { return number(v.version()->minor); }},
    {"Patch", {}, [](const Value& v, Arguments) -> Outcome { return number(v.version()->patch); }},
    {"Prerelease",
     {},
     [](const Value& v, Arguments) -> Outcome { return Value(v.version()->prerelease); }},
    {"Metadata",
     {},
     [](const Value& v, Arguments) -> Outcome { return Value(v.version()->metadata); }},
    {"Original",
     {},
     [](const Value& v, Arguments) -> Outcome { return Value(v.version()->original); }},
    {"String", {}, [](const Value& v, Arguments) -> Outcome { return Value(v.printed()); }},
    {"IncMajor",
     {},
     [](const Value& v, Arguments) -> Outcome {
       return next({v.version()->major + 1, 0, 0, "", "", ""});
     }},
    {"IncMinor",
     {},
     [](const Value& v, Arguments) -> Outcome {
       return next({v.version()->major, v.version()->minor + 1, 0, "", "", ""});
     }},
    {"IncPatch",
     {},
     [](const Value& v, Arguments) -> Outcome { return next(next_patch(*v.version())); }},
    {"Compare",
     {kVersion},
     [](const Value& v, Arguments a) -> Outcome { return Value::integer(compared(v, a)); }},
    {"Equal",
     {kVersion},
     [](const Value& v, Arguments a) -> Outcome { return Value(compared(v, a) == 0); }},
    {"LessThan",
     {kVersion},
     [](const Value& v, Arguments a) -> Outcome { return Value(compared(v, a) < 0); }},
    {"LessThanEqual",
     {kVersion},
     [](const Value& v, Arguments a) -> Outcome { return Value(compared(v, a) <= 0); }},
    {"GreaterThan",
     {kVersion},
     [](const Value& v, Arguments a) -> Outcome { return Value(compared(v, a) > 0); }},
    {"GreaterThanEqual",
     {kVersion},
     [](const Value& v, Arguments a) -> Outcome { return Value(compared(v, a) >= 0); }},
};

}  // namespace

std::span<const Function> semver_functions() { return kFunctions; }
std::span<const Method> version_methods() { return kMethods; }

}  // namespace logsvc::tmpl
