// A network of addresses: "10.0.0.0/8", "2001:db8::/32", or a single address. A value.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace logsvc {

class Cidr {
 public:
  // kInvalid says what is wrong. Bits behind the prefix are ignored.
  static Result<Cidr> parse(std::string_view text);
  // Whether the numeric address is in it. An IPv4 address written as IPv6 (::ffff:1.2.3.4) counts
  // as the IPv4 one.
  bool contains(const std::string& address) const;

 private:
  std::array<uint8_t, 16> bytes_{};  // IPv4 as ::ffff:a.b.c.d
  unsigned prefix_ = 128;            // of the 128 bits
};

// Reads "a,b c"; empty parts are left out.
Result<std::vector<Cidr>> parse_cidrs(std::string_view list);
bool contains(const std::vector<Cidr>& networks, const std::string& address);

}  // namespace logsvc
