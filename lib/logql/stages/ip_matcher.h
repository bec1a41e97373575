// Finds addresses in text: ip("10.0.0.1"), ip("10.0.0.0/8"), ip("10.0.0.1-10.0.0.9"), also IPv6.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::logql {

class IpMatcher {
 public:
  // kInvalid: ip: invalid pattern: "x".
  static Result<IpMatcher> parse(std::string_view pattern);
  // Whether an address in the text lies in the range; text is scanned as Loki scans it.
  bool matches(std::string_view text) const;

 private:
  struct Address {
    bool v6 = false;
    std::array<uint8_t, 16> bytes{};
  };
  static bool read(std::string_view text, Address& out);
  bool contains(const Address& address) const;
  Address first_, last_;  // both ends included
};

}  // namespace logsvc::logql
