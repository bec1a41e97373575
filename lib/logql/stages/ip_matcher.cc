#include "logql/stages/ip_matcher.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "model/label_set.h"

namespace logsvc::logql {
namespace {

constexpr std::string_view kV4 = "0123456789.";
constexpr std::string_view kV6 = "0123456789abcdefABCDEF:.";

bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

// Whether a digit and a point within the next three bytes begin it.
bool hints_v4(std::string_view s) {
  if (s.size() <= 3 || s[0] < '0' || s[0] > '9') return false;
  return s.substr(1, 3).find('.') != std::string_view::npos;
}

// Whether it begins with one to four hex digits and a colon, or two colons and a hex digit.
bool hints_v6(std::string_view s) {
  if (s.size() <= 4) return false;
  if (s[0] == ':') return s[1] == ':' && is_hex(s[2]);
  size_t n = 0;
  while (n < 4 && is_hex(s[n])) ++n;
  return n > 0 && s[n] == ':';
}

}  // namespace

bool IpMatcher::read(std::string_view text, Address& out) {
  const std::string copy(text);
  if (copy.size() > 45 || copy.find('\0') != std::string::npos) return false;
  out = {};
  out.v6 = copy.find(':') != std::string::npos;
  return inet_pton(out.v6 ? AF_INET6 : AF_INET, copy.c_str(), out.bytes.data()) == 1;
}

Result<IpMatcher> IpMatcher::parse(std::string_view pattern) {
  const Error bad = invalid("ip: invalid pattern: " + quote(pattern));
  IpMatcher out;
  if (const size_t dash = pattern.find('-'); dash != std::string_view::npos) {
    if (!read(pattern.substr(0, dash), out.first_) || !read(pattern.substr(dash + 1), out.last_) ||
        out.first_.v6 != out.last_.v6 || out.last_.bytes < out.first_.bytes) {
      return bad;
    }
    return out;
  }
  const size_t slash = pattern.find('/');
  if (!read(pattern.substr(0, slash), out.first_)) return bad;
  out.last_ = out.first_;
  if (slash == std::string_view::npos) return out;
  const std::string_view digits = pattern.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  const unsigned bits = out.first_.v6 ? 128 : 32;
  if (failure != std::errc() || end != digits.data() + digits.size() || prefix > bits) return bad;
  for (unsigned bit = prefix; bit < bits; ++bit) {
    const auto mask = static_cast<uint8_t>(0x80u >> (bit % 8));
    out.first_.bytes[bit / 8] &= static_cast<uint8_t>(~mask);
    out.last_.bytes[bit / 8] |= mask;
  }
  return out;
}

bool IpMatcher::contains(const Address& a) const {
  return a.v6 == first_.v6 && first_.bytes <= a.bytes && a.bytes <= last_.bytes;
}

bool IpMatcher::matches(std::string_view text) const {
  size_t at = 0;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    const bool v4 = hints_v4(rest);
    if (!v4 && !hints_v6(rest)) {
      ++at;
      continue;
    }
    const size_t length = std::min(rest.size(), rest.find_first_not_of(v4 ? kV4 : kV6));
    Address address;
    if (read(rest.substr(0, length), address) && contains(address)) return true;
    at += length + 1;
  }
  return false;
}

}  // namespace logsvc::logql
