// Defines sprig's view of the process and the network: its environment, addresses of hosts.
#include <netdb.h>

#include <cctype>
#include <cstdlib>
#include <vector>

#include "gotext/template/functions.h"
#include "gotext/template/random_bytes.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kString = Parameter::kString;

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}
Outcome env(Context&, Arguments a) { return Value(variable(*a[0].text())); }

// Reads the name behind a $: {name}, one of the shell's own (* # $ @ ! ? - and digits), or letters,
// digits and _. `length` is what it takes of s. Empty with a length: braces that hold no name.
std::string_view variable_name(std::string_view s, size_t& length) {
  constexpr std::string_view kSpecial = "*#$@!?-0123456789";
  const auto special = [&](char c) { return kSpecial.find(c) != std::string_view::npos; };
  length = 0;
  if (s.empty()) return {};
  if (s[0] == '{') {
    const size_t end = s.find('}');
    length = end == std::string_view::npos ? 1 : end + 1;
    return end == std::string_view::npos ? std::string_view() : s.substr(1, end - 1);
  }
  if (special(s[0])) {
    length = 1;
    return s.substr(0, 1);
  }
  while (length < s.size() &&
         (std::isalnum(static_cast<unsigned char>(s[length])) != 0 || s[length] == '_')) {
    ++length;
  }
  return s.substr(0, length);
}

// Expands $name and ${name} as a shell does; a $ without a name stays.
Outcome expand(Context&, Arguments a) {
  const std::string_view s = *a[0].text();
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    if (out.size() > kMaxOutputBytes) return invalid("the result is too long");
    if (s[i] != '$' || i + 1 == s.size()) {
      out += s[i];
      continue;
    }
    size_t length = 0;
    const std::string_view name = variable_name(s.substr(i + 1), length);
    if (length == 0) out += '$';
    if (!name.empty()) out += variable(std::string(name));
    i += length;
  }
  return Value(std::move(out));
}

// Returns any one of the addresses of a host. Waits for the name server.
Outcome host_address(Context&, Arguments a) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string& name = *a[0].text();
  const int failure = ::getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (failure != 0) return invalid("lookup " + name + ": " + ::gai_strerror(failure));
  std::vector<std::string> addresses;
  for (const addrinfo* one = found; one; one = one->ai_next) {
    char text[NI_MAXHOST];
    if (::getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0,
                      NI_NUMERICHOST) == 0) {
      addresses.emplace_back(text);
    }
  }
  ::freeaddrinfo(found);
  if (addresses.empty()) return invalid("lookup " + name + ": no such host");
  ASSIGN_OR_RETURN(const uint64_t chosen, random_below(addresses.size()));
  return Value(addresses[chosen]);
}

const Function kFunctions[] = {
    {"env", {kString}, false, env},
    {"expandenv", {kString}, false, expand},
    {"getHostByName", {kString}, false, host_address},
};

}  // namespace

std::span<const Function> system_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
