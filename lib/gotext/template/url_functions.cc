// Defines sprig's URLs as maps of their parts.
#include "gotext/template/collections.h"
#include "gotext/template/functions.h"
#include "gotext/template/url.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kAny = Parameter::kAny;
constexpr Parameter kString = Parameter::kString;

Outcome parse(Context&, Arguments a) {
  const auto url = Url::parse(*a[0].text());
  if (!url.ok()) return invalid("unable to parse url: " + url.error().message);
  Map out;
  out.emplace("scheme", Value(url->scheme));
  out.emplace("opaque", Value(url->opaque));
  out.emplace("userinfo", Value(url->user_information()));
  out.emplace("host", Value(url->host));
  out.emplace("hostname", Value(url->host_name()));
  out.emplace("path", Value(url->path));
  out.emplace("query", Value(url->query));
  out.emplace("fragment", Value(url->fragment));
  return map_of(std::move(out));
}

// Returns a part of the map as a text; empty if it is missing.
Result<std::string> part(const Map& parts, const char* name) {
  const auto found = parts.find(name);
  if (found == parts.end()) return std::string();
  if (const auto* text = found->second.text()) return *text;
  return invalid(std::string("unable to parse ") + name + " key, must be of type string, but " +
                 kind_name(found->second) + " found");
}
Outcome join(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const Map* parts, map_in(a[0]));
  Url url;
  ASSIGN_OR_RETURN(const std::string user, part(*parts, "userinfo"));
  if (!user.empty()) {
    const auto with_user = Url::parse("proto://" + user + "@host");
    if (!with_user.ok()) {
      return invalid("unable to parse userinfo in dict: " + with_user.error().message);
    }
    url = *with_user;
  }
  ASSIGN_OR_RETURN(url.scheme, part(*parts, "scheme"));
  ASSIGN_OR_RETURN(url.host, part(*parts, "host"));
  ASSIGN_OR_RETURN(url.path, part(*parts, "path"));
  ASSIGN_OR_RETURN(url.query, part(*parts, "query"));
  ASSIGN_OR_RETURN(url.opaque, part(*parts, "opaque"));
  ASSIGN_OR_RETURN(url.fragment, part(*parts, "fragment"));
  return Value(url.printed());
}

const Function kFunctions[] = {
    {"urlParse", {kString}, false, parse},
    {"urlJoin", {kAny}, false, join},
};

}  // namespace

std::span<const Function> url_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
