// Headers of HTTP requests. Pure functions, safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace logsvc::net {

struct Header {
  std::string name, value;
};
using Headers = std::vector<Header>;

// The line of a header with its line end, without control characters of name and value: one
// header stays one line.
std::string header_line(std::string_view name, std::string_view value);

// Whether two names are those of one header.
bool is_same_header(std::string_view a, std::string_view b);

// The value of an Authorization header.
std::string basic_authorization(const std::string& user, const std::string& password);

}  // namespace logsvc::net
