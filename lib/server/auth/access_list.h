// Users and tokens as DIR/access.json (0600) keeps them, and the changes that are made to them. The
// server and `logsvc user|token` beside it use the same functions; values, without threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "server/auth/role.h"

namespace logsvc::server {

struct User {
  std::string name;
  Role role = Role::kViewer;
  std::string scope;          // a stream selector; empty: every stream
  std::string password_hash;  // Argon2id; empty: no password opens it
  bool must_change = false;   // the password was generated, and the page asks for another
  Timestamp created = 0;

  bool operator==(const User&) const = default;
};

struct Token {
  std::string id;  // 8 hexadecimal digits
  std::string name;
  Role role = Role::kPush;
  std::string scope;
  std::string hash;
  Timestamp created = 0;
  Timestamp expires = 0;  // 0: never

  bool operator==(const Token&) const = default;
};

struct AccessList {
  static constexpr size_t kMaxUsers = 1000;
  static constexpr size_t kMaxTokens = 1000;
  static constexpr size_t kMaxFileBytes = 4u << 20;

  std::vector<User> users;
  std::vector<Token> tokens;

  User* user(std::string_view name);
  const User* user(std::string_view name) const;
  // By its id, or by its name if only one has it.
  const Token* token(std::string_view id_or_name) const;
};

// kCorrupt says what is wrong with the text.
Result<AccessList> parse_access_list(const std::string& text);
std::string access_list_text(const AccessList& list);

// A name is 1 to 64 letters, digits and .@_+- (any script), and does not begin with "lsv_".
Status check_name(std::string_view name);
// A scope is empty or a stream selector with at least one matcher.
Status check_scope(std::string_view scope);
Status check_password(std::string_view password);

// The changes. kInvalid: a value is not fit, it exists already, or no admin would be left;
// kNotFound; kLimit: too many. Passwords come hashed, so that no lock is held meanwhile.
Status add_user(AccessList& list, User user);
Status remove_user(AccessList& list, std::string_view name);
Status set_role(AccessList& list, std::string_view name, Role role);
Status set_scope(AccessList& list, std::string_view name, std::string scope);
Status set_password(AccessList& list, std::string_view name, std::string hash, bool must_change);
Status add_token(AccessList& list, Token token);
Status remove_token(AccessList& list, std::string_view id_or_name);

struct NewToken {
  Token token;
  std::string text;  // shown once
};
// lasts: 0 for ever.
// Reads "90d", "720h"; nothing, "0" or "never" is for ever.
Result<Duration> token_lifetime(const std::string& text);
NewToken make_token(std::string name, Role role, std::string scope, Timestamp now, Duration lasts);

}  // namespace logsvc::server
