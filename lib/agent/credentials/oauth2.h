// The tokens of OAuth 2's client credentials (RFC 6749, 4.4): asked for when none is known, kept
// until they are about to expire. For one thread.
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

  // kInvalid if the URL, a certificate or the proxy cannot be used.
  Status check();
  // "Bearer …", the value of an Authorization header. kUnavailable with what the server of tokens
  // answered; kIo if the file of the secret cannot be read.
  Result<std::string> authorization(const net::WaitLimit& limit);
  // The token was refused: another one is asked for.
  void forget() { authorization_.clear(); }

 private:
  enum class SecretIn { kHeader, kBody };
  Result<net::HttpAnswer> ask(SecretIn where, const std::string& secret,
                              const net::WaitLimit& limit);
  Status take(const net::HttpAnswer& answer);

  const OAuth2Config config_;
  const Clock& clock_;
  net::HttpClient client_;
  SecretIn secret_in_ = SecretIn::kHeader;  // what the server took last
  std::string authorization_;               // empty: none
  int64_t expires_ns_ = 0;                  // of Clock::steady_ns
};

}  // namespace logsvc::agent
