#include "net/headers.h"

#include <algorithm>

#include "base/any_case.h"
#include "base/base64.h"

namespace logsvc::net {
namespace {

void append_printable(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= ' ' && c != 0x7f) out += c;
  }
}

}  // namespace

std::string header_line(std::string_view name, std::string_view value) {
  std::string out;
  append_printable(out, name);
  out += ": ";
  append_printable(out, value);
  return out + "\r\n";
}

bool is_same_header(std::string_view a, std::string_view b) { return same_any_case(a, b); }

bool has_header(const Headers& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const Header& header) { return is_same_header(header.name, name); });
}

std::string request_head(std::string_view method, std::string_view target, std::string_view host,
                         const Headers& headers) {
  std::string out;
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  out += header_line("Host", host);
  for (const Header& header : headers) out += header_line(header.name, header.value);
  return out + "\r\n";
}

std::string basic_authorization(const std::string& user, const std::string& password) {
  return "Basic " + encode_base64(user + ":" + password);
}

}  // namespace logsvc::net
