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

bool is_same_header(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

std::string basic_authorization(const std::string& user, const std::string& password) {
  return "Basic " + encode_base64(user + ":" + password);
}

}  // namespace logsvc::net
