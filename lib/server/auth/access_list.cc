#include "server/auth/access_list.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "logql/engine.h"
#include "server/auth/password_hash.h"

namespace logsvc::server {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr size_t kMaxNameBytes = 64;
constexpr size_t kMinPassword = 8;
constexpr size_t kMaxPassword = 1024;
constexpr size_t kMaxScopeBytes = 4096;
constexpr size_t kIdBytes = 4;

Error damaged(const std::string& why) { return {ErrorCode::kCorrupt, why}; }

Result<std::string> text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::string();
  if (!found->is_string()) return damaged(std::string(key) + " is not a text");
  return found->get<std::string>();
}

Result<Timestamp> time_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return Timestamp(0);
  if (!found->is_number_integer()) return damaged(std::string(key) + " is not a whole number");
  return found->get<Timestamp>();
}

Result<Role> role_of(const json& object) {
  ASSIGN_OR_RETURN(const std::string name, text_of(object, "role"));
  const auto role = role_named(name);
  if (!role) return damaged("\"" + name + "\" is not a role");
  return *role;
}

// What users and tokens have in common: name, role, scope and the time they were made.
template <class Entry>
Status read_common(const json& object, Entry& out) {
  if (!object.is_object()) return damaged("an entry is not an object");
  ASSIGN_OR_RETURN(out.name, text_of(object, "name"));
  ASSIGN_OR_RETURN(out.role, role_of(object));
  ASSIGN_OR_RETURN(out.scope, text_of(object, "scope"));
  ASSIGN_OR_RETURN(out.created, time_of(object, "created"));
  RETURN_IF_ERROR(check_name(out.name));
  return check_scope(out.scope);
}

Result<User> read_user(const json& object) {
  User out;
  RETURN_IF_ERROR(read_common(object, out));
  ASSIGN_OR_RETURN(out.password_hash, text_of(object, "password"));
  const auto must = object.find("mustChange");
  out.must_change = must != object.end() && must->is_boolean() && must->get<bool>();
  return out;
}

Result<Token> read_token(const json& object) {
  Token out;
  RETURN_IF_ERROR(read_common(object, out));
  ASSIGN_OR_RETURN(out.id, text_of(object, "id"));
  ASSIGN_OR_RETURN(out.hash, text_of(object, "hash"));
  ASSIGN_OR_RETURN(out.expires, time_of(object, "expires"));
  if (out.id.empty() || out.hash.empty()) return damaged("a token without id or hash");
  return out;
}

Error no_user(std::string_view name) {
  return {ErrorCode::kNotFound, "there is no user \"" + std::string(name) + "\""};
}

// Calls change with the user; the list stays as it was if no admin would be left.
template <class Change>
Status change_user(AccessList& list, std::string_view name, const Change& change) {
  User* user = list.user(name);
  if (!user) return no_user(name);
  const User before = *user;
  change(*user);
  const bool lost_admin = before.role == Role::kAdmin &&
                          std::none_of(list.users.begin(), list.users.end(), [](const User& u) {
                            return u.role == Role::kAdmin && u.scope.empty();
                          });
  if (!lost_admin) return {};
  *user = before;
  return Error{ErrorCode::kInvalid,
               "\"" + std::string(name) + "\" is the last admin; make another one first"};
}

// Reads an array of the object by `read`; at most `most` entries.
template <class Entry, class Read>
Status read_entries(const json& object, const char* key, size_t most, const Read& read,
                    std::vector<Entry>& out) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  if (!found->is_array() || found->size() > most) {
    return damaged(std::string(key) + " is not a list of at most " + std::to_string(most));
  }
  for (const json& one : *found) {
    auto entry = read(one);
    if (!entry.ok()) {
      return damaged(std::string(key) + "[" + std::to_string(out.size()) +
                     "]: " + entry.error().message);
    }
    out.push_back(std::move(*entry));
  }
  return {};
}

bool is_name_byte(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || std::string_view(".@_+-").find(c) != std::string_view::npos ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

User* AccessList::user(std::string_view name) {
  const auto found =
      std::find_if(users.begin(), users.end(), [&](const User& u) { return u.name == name; });
  return found == users.end() ? nullptr : &*found;
}
const User* AccessList::user(std::string_view name) const {
  return const_cast<AccessList*>(this)->user(name);
}

const Token* AccessList::token(std::string_view id_or_name) const {
  const Token* by_name = nullptr;
  for (const Token& one : tokens) {
    if (one.id == id_or_name) return &one;
    if (one.name != id_or_name) continue;
    if (by_name) return nullptr;
    by_name = &one;
  }
  return by_name;
}

Result<AccessList> parse_access_list(const std::string& text) {
  if (text.size() > AccessList::kMaxFileBytes) return damaged("the file is too large");
  const json all = json::parse(text, nullptr, false);
  if (!all.is_object()) return damaged("it is not JSON");
  const auto version = all.find("version");
  if (version == all.end() || *version != kVersion) {
    return damaged("its version is not " + std::to_string(kVersion));
  }
  AccessList out;
  RETURN_IF_ERROR(read_entries(all, "users", AccessList::kMaxUsers, read_user, out.users));
  RETURN_IF_ERROR(read_entries(all, "tokens", AccessList::kMaxTokens, read_token, out.tokens));
  for (const User& user : out.users) {
    if (out.user(user.name) != &user) return damaged("two users are called \"" + user.name + "\"");
  }
  return out;
}

std::string access_list_text(const AccessList& list) {
  json users = json::array(), tokens = json::array();
  for (const User& u : list.users) {
    users.push_back({{"name", u.name},
                     {"role", role_name(u.role)},
                     {"scope", u.scope},
                     {"password", u.password_hash},
                     {"mustChange", u.must_change},
                     {"created", u.created}});
  }
  for (const Token& t : list.tokens) {
    tokens.push_back({{"id", t.id},
                      {"name", t.name},
                      {"role", role_name(t.role)},
                      {"scope", t.scope},
                      {"hash", t.hash},
                      {"created", t.created},
                      {"expires", t.expires}});
  }
  return json{{"version", kVersion}, {"users", users}, {"tokens", tokens}}.dump(1) + "\n";
}

Status check_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) {
    return invalid("a name has 1 to " + std::to_string(kMaxNameBytes) + " bytes");
  }
  if (looks_like_token(name)) return invalid("a name does not begin with lsv_");
  if (!is_utf8(name) || !std::all_of(name.begin(), name.end(), is_name_byte)) {
    return invalid("a name has letters, digits and .@_+- only");
  }
  return {};
}

Status check_scope(std::string_view scope) {
  if (scope.empty()) return {};
  if (scope.size() > kMaxScopeBytes) return invalid("the scope is too long");
  const auto matchers = logql::parse_selector(std::string(scope), true);
  if (!matchers.ok()) return invalid("scope: " + matchers.error().message);
  if (matchers->empty()) return invalid("scope: {} is every stream; leave it out instead");
  return {};
}

Status check_password(std::string_view password) {
  if (password.size() < kMinPassword) {
    return invalid("a password has at least " + std::to_string(kMinPassword) + " characters");
  }
  if (password.size() > kMaxPassword) return invalid("the password is too long");
  return {};
}

Status add_user(AccessList& list, User user) {
  RETURN_IF_ERROR(check_name(user.name));
  RETURN_IF_ERROR(check_scope(user.scope));
  if (list.user(user.name)) {
    return Error{ErrorCode::kInvalid, "there is a user \"" + user.name + "\" already"};
  }
  if (list.users.size() >= AccessList::kMaxUsers) {
    return Error{ErrorCode::kLimit, "there are too many users"};
  }
  list.users.push_back(std::move(user));
  return {};
}

Status remove_user(AccessList& list, std::string_view name) {
  // As somebody without a role it is no admin any more, which is refused for the last one.
  RETURN_IF_ERROR(change_user(list, name, [](User& user) { user.role = Role::kNobody; }));
  std::erase_if(list.users, [&](const User& user) { return user.name == name; });
  return {};
}

Status set_role(AccessList& list, std::string_view name, Role role) {
  return change_user(list, name, [&](User& user) { user.role = role; });
}

Status set_scope(AccessList& list, std::string_view name, std::string scope) {
  RETURN_IF_ERROR(check_scope(scope));
  return change_user(list, name, [&](User& user) { user.scope = std::move(scope); });
}

Status set_password(AccessList& list, std::string_view name, std::string hash, bool must_change) {
  return change_user(list, name, [&](User& user) {
    user.password_hash = std::move(hash);
    user.must_change = must_change;
  });
}

Status add_token(AccessList& list, Token token) {
  RETURN_IF_ERROR(check_name(token.name));
  RETURN_IF_ERROR(check_scope(token.scope));
  if (token.role == Role::kPush && !token.scope.empty()) {
    return invalid("a push token reads nothing, so it takes no scope");
  }
  if (list.tokens.size() >= AccessList::kMaxTokens) {
    return Error{ErrorCode::kLimit, "there are too many tokens; revoke some"};
  }
  list.tokens.push_back(std::move(token));
  return {};
}

Status remove_token(AccessList& list, std::string_view id_or_name) {
  const Token* token = list.token(id_or_name);
  if (!token) {
    return Error{ErrorCode::kNotFound, "there is no token \"" + std::string(id_or_name) +
                                           "\" (or several have this name: use the id)"};
  }
  list.tokens.erase(list.tokens.begin() + (token - list.tokens.data()));
  return {};
}

Result<Duration> token_lifetime(const std::string& text) {
  if (text.empty() || text == "0" || text == "never") return Duration(0);
  auto lasts = parse_duration(text);
  if (!lasts.ok()) return invalid("expires: " + lasts.error().message);
  if (*lasts <= 0) return invalid("expires: \"" + text + "\" is over already");
  return lasts;
}

NewToken make_token(std::string name, Role role, std::string scope, Timestamp now, Duration lasts) {
  NewToken out;
  out.text = generate_token();
  out.token = {random_hex(kIdBytes),
               std::move(name),
               role,
               std::move(scope),
               secret_hash(out.text),
               now,
               lasts > 0 ? add_saturated(now, lasts) : 0};
  return out;
}

}  // namespace logsvc::server
