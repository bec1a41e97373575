// Provides tokens for OAuth 2's client credentials (RFC 6749, 4.4). A token is requested when there
// is none and kept until it is about to expire. For one thread.
#pragma once

#include <string>

#include "agent/config/http_client_config.h"
#include "base/result.h"
#include "net/connection.h"
#include "net/http_client.h"
#include "os/clock.h"

namespace logsvc::agent {

class TokenSource {
 public:
  // Borrows the clock.
  TokenSource(OAuth2Config config, const Clock& clock);

  // Returns kInvalid if the URL, a certificate or the proxy cannot be used.
  Status check();
  // Returns "Bearer …", the value of an Authorization header. Returns kUnavailable with the token
  // server's answer, and kIo if the file of the secret cannot be read.
  Result<std::string> authorization(const net::WaitLimit& limit);
  // Drops a token that was refused, so that another one is requested.
  void forget() { authorization_.clear(); }

 private:
  enum class SecretIn { kHeader, kBody };
  Result<net::HttpAnswer> ask(SecretIn where, const std::string& secret,
                              const net::WaitLimit& limit);
  Status take(const net::HttpAnswer& answer);

  const OAuth2Config config_;
  const Clock& clock_;
  net::HttpClient client_;
  SecretIn secret_in_ = SecretIn::kHeader;  // the way that the server accepted last
  std::string authorization_;               // empty: none
  int64_t expires_ns_ = 0;                  // in Clock::steady_ns
};

}  // namespace logsvc::agent
