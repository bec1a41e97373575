// Defines sprig's functions for paths, as Go's package path has them, and related ones.
#include <algorithm>
#include <filesystem>

#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kString = Parameter::kString;

// Returns the shortest path to the same place; "." for none.
std::string cleaned(const std::string& path) {
  const std::string normal = std::filesystem::path(path).lexically_normal().string();
  std::string out(path.starts_with('/') ? "/" : "");
  out += std::string_view(normal).substr(std::min(normal.find_first_not_of('/'), normal.size()));
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out.empty() ? "." : out;
}

Outcome base(Context&, Arguments a) {
  std::string path = *a[0].text();
  if (path.empty()) return Value::string(".");
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (path == "/") return Value(std::move(path));
  return Value(path.substr(path.rfind('/') + 1));
}
Outcome dir(Context&, Arguments a) {
  const std::string& path = *a[0].text();
  return Value(cleaned(path.substr(0, path.rfind('/') + 1)));
}
Outcome clean(Context&, Arguments a) { return Value(cleaned(*a[0].text())); }
Outcome ext(Context&, Arguments a) {
  const std::string& path = *a[0].text();
  const std::string name = path.substr(path.rfind('/') + 1);
  const size_t dot = name.rfind('.');
  return Value(dot == std::string::npos ? std::string() : name.substr(dot));
}
Outcome is_absolute(Context&, Arguments a) { return Value(a[0].text()->starts_with('/')); }

Outcome quote_meta(Context&, Arguments a) {
  std::string out;
  for (const char c : *a[0].text()) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return Value(std::move(out));
}

const Function kFunctions[] = {
    {"base", {kString}, false, base},
    {"dir", {kString}, false, dir},
    {"clean", {kString}, false, clean},
    {"ext", {kString}, false, ext},
    {"isAbs", {kString}, false, is_absolute},
    {"osBase", {kString}, false, base},
    {"osDir", {kString}, false, dir},
    {"osClean", {kString}, false, clean},
    {"osExt", {kString}, false, ext},
    {"osIsAbs", {kString}, false, is_absolute},
    {"regexQuoteMeta", {kString}, false, quote_meta},
};

}  // namespace

std::span<const Function> path_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
