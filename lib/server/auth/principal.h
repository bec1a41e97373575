// Who a request is from, once that is known. A value; copies share the mark that it has ended.
#pragma once

#include <string>
#include <vector>

#include "model/matcher.h"
#include "server/auth/role.h"
#include "server/auth/validity.h"

namespace logsvc::server {

struct Principal {
  enum class How {
    kNobody,    // not known
    kAuthOff,   // no password is asked for
    kSession,   // the page's cookie
    kPassword,  // basic authentication
    kToken,
    kProxy,  // named by a trusted proxy
  };

  How how = How::kNobody;
  Role role = Role::kNobody;
  std::string name;                // the user's or the token's; empty if there is none
  std::string scope;               // a stream selector; empty: every stream
  std::vector<Matcher> scoped_to;  // the same, as matchers that all hold
  std::string address;             // where the request comes from
  Validity validity;               // a live connection ends with it

  bool may(Access access) const { return server::may(role, access); }
  // Whether lines pass the masking rules before it sees them.
  bool masked() const { return role == Role::kSupport; }
  // Whose turn it is in a queue, and whose limits count: the name, else the address.
  const std::string& source() const { return name.empty() ? address : name; }
};

}  // namespace logsvc::server
