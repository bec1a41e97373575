// Takes URLs apart and puts them together, as Go's net/url does.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::tmpl {

// Is a value. All parts but the query are decoded.
struct Url {
  std::string scheme;
  std::string opaque;  // instead of host and path: mailto:somebody
  std::optional<std::string> user, password;
  std::string host;  // with its port
  std::string path, query, fragment;

  // Errors are Go's: parse "…": ….
  static Result<Url> parse(std::string_view text);
  std::string printed() const;
  std::string user_information() const;  // user:password, encoded
  std::string host_name() const;         // without port and brackets
};

}  // namespace logsvc::tmpl
