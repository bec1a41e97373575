#include "base/shown_url.h"

#include <algorithm>

namespace logsvc {
namespace {

// Returns where the host begins in what follows "://". A password with a / in it is cut off too,
// since a port has nothing but digits.
size_t host_begin(std::string_view rest) {
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t\r\n\"'<>"));
  const std::string_view authority = word.substr(0, word.find_first_of("/?#"));
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) return at + 1;
  const size_t colon = authority.rfind(':');
  const size_t at = word.rfind('@');
  if (colon == std::string_view::npos || at == std::string_view::npos) return 0;
  if (authority.find(']', colon) != std::string_view::npos) return 0;  // an IPv6 address
  const std::string_view port = authority.substr(colon + 1);
  return port.find_first_not_of("0123456789") == std::string_view::npos ? 0 : at + 1;
}

}  // namespace

std::string without_url_secrets(std::string_view text) {
  static constexpr std::string_view kMark = "://";
  std::string out;
  for (size_t at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark)) {
    out += text.substr(0, at + kMark.size());
    text.remove_prefix(at + kMark.size());
    text.remove_prefix(host_begin(text));
  }
  return out += text;
}

}  // namespace logsvc
