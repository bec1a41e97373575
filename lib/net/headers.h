// Writes the headers of HTTP requests. Pure functions, safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace logsvc::net {

struct Header {
  std::string name, value;
};
using Headers = std::vector<Header>;

// Writes the line of a header with its line end. Control characters of name and value are left out,
// so that one header stays one line.
std::string header_line(std::string_view name, std::string_view value);

// Whether two names are the same header's, and whether there is a header of the name.
bool is_same_header(std::string_view a, std::string_view b);
bool has_header(const Headers& headers, std::string_view name);

// Writes a request up to its body: target as it stands in the request line, host as in Host. No
// header can begin another line.
std::string request_head(std::string_view method, std::string_view target, std::string_view host,
                         const Headers& headers);

// Makes the value of an Authorization header.
std::string basic_authorization(const std::string& user, const std::string& password);

}  // namespace logsvc::net
