#include "agent/credentials/authorization.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace logsvc::agent {
namespace {

// Returns an empty text if there are no credentials.
Result<std::string> authorization_of(const HttpClientConfig& config) {
  if (const auto& basic = config.basic_auth) {
    ASSIGN_OR_RETURN(const std::string user, secret_text(basic->username));
    ASSIGN_OR_RETURN(const std::string password, secret_text(basic->password));
    return net::basic_authorization(user, password);
  }
  if (const auto& other = config.authorization) {
    ASSIGN_OR_RETURN(const std::string credentials, secret_text(other->credentials));
    return other->type + " " + credentials;
  }
  return std::string();
}

}  // namespace

Result<std::string> secret_text(const SecretText& from) {
  if (from.file.empty()) return from.text;
  std::ifstream in(from.file);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in)
    return Error{ErrorCode::kIo, from.file + ": cannot read the secret: " + std::strerror(errno)};
  const char* const kBlank = " \t\r\n";
  text.erase(0, std::min(text.find_first_not_of(kBlank), text.size()));
  text.erase(text.find_last_not_of(kBlank) + 1);
  if (text.find_first_of("\r\n") != std::string::npos)
    return Error{ErrorCode::kIo, from.file + ": a secret is one line"};
  return text;
}

bool has_own_authorization(const HttpClientConfig& config) {
  return std::any_of(config.headers.begin(), config.headers.end(), [](const Label& header) {
    return net::is_same_header(header.name, "Authorization");
  });
}

Result<net::Headers> own_headers(const HttpClientConfig& config) {
  net::Headers out;
  for (const Label& header : config.headers) {
    if (net::is_same_header(header.name, "Host")) continue;
    out.push_back({header.name, header.value});
  }
  if (has_own_authorization(config)) return out;
  ASSIGN_OR_RETURN(const std::string authorization, authorization_of(config));
  if (!authorization.empty()) out.push_back({"Authorization", authorization});
  return out;
}

}  // namespace logsvc::agent
