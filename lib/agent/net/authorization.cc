#include "agent/net/authorization.h"

#include <httplib.h>

#include <fstream>

namespace logsvc::agent {
namespace {

// The first line of the file, if it is one.
std::string secret(const SecretText& from) {
  if (from.file.empty()) return from.text;
  std::ifstream in(from.file);
  std::string line;
  std::getline(in, line);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

}  // namespace

std::string authorization_of(const HttpClientConfig& config) {
  if (const auto& basic = config.basic_auth) {
    return httplib::make_basic_authentication_header(secret(basic->username),
                                                     secret(basic->password))
        .second;
  }
  if (const auto& other = config.authorization)
    return other->type + " " + secret(other->credentials);
  return "";
}

}  // namespace logsvc::agent
