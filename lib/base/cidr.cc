#include "base/cidr.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace logsvc {
namespace {

constexpr unsigned kMappedBits = 96;  // in front of an IPv4 address written as IPv6

// Returns whether the text is a numeric address; v4 says of which kind.
bool read_address(const std::string& text, std::array<uint8_t, 16>& bytes, bool& v4) {
  in_addr four{};
  v4 = inet_pton(AF_INET, text.c_str(), &four) == 1;
  if (v4) {
    bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    std::memcpy(bytes.data() + 12, &four, 4);
    return true;
  }
  return inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

}  // namespace

Result<Cidr> Cidr::parse(std::string_view text) {
  const auto wrong = [&](const char* why) {
    return invalid("\"" + std::string(text) + "\" is not a network like 10.0.0.0/8: " + why);
  };
  const size_t slash = text.find('/');
  Cidr out;
  bool v4 = false;
  if (!read_address(std::string(text.substr(0, slash)), out.bytes_, v4)) {
    return wrong("no IPv4 or IPv6 address in front");
  }
  if (slash == std::string_view::npos) return out;
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (failure != std::errc() || end != digits.data() + digits.size() || bits > (v4 ? 32u : 128u)) {
    return wrong(v4 ? "the prefix is 0 to 32" : "the prefix is 0 to 128");
  }
  out.prefix_ = v4 ? kMappedBits + bits : bits;
  return out;
}

bool Cidr::contains(const std::string& address) const {
  std::array<uint8_t, 16> bytes{};
  bool v4 = false;
  if (!read_address(address, bytes, v4)) return false;
  const unsigned whole = prefix_ / 8, rest = prefix_ % 8;
  if (!std::equal(bytes.begin(), bytes.begin() + whole, bytes_.begin())) return false;
  return rest == 0 || ((bytes[whole] ^ bytes_[whole]) >> (8 - rest)) == 0;
}

Result<std::vector<Cidr>> parse_cidrs(std::string_view list) {
  std::vector<Cidr> out;
  for (size_t at = 0; at < list.size();) {
    const size_t end = std::min(list.find_first_of(", ", at), list.size());
    if (end > at) {
      ASSIGN_OR_RETURN(Cidr one, Cidr::parse(list.substr(at, end - at)));
      out.push_back(one);
    }
    at = end + 1;
  }
  return out;
}

bool contains(const std::vector<Cidr>& networks, const std::string& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const Cidr& one) { return one.contains(address); });
}

}  // namespace logsvc
