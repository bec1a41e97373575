#include "server/api/users_api.h"

#include <nlohmann/json.hpp>

#include "server/api/json_body.h"
#include "server/auth/access_changes.h"
#include "server/auth/principal_event.h"
#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

using nlohmann::json;

// The second part of /api/users/{name}/log-out or the last of /api/users/{name}.
std::string name_of(const http::Request& request) {
  std::string_view rest = std::string_view(request.path).substr(std::string_view("/api/").size());
  rest = rest.substr(rest.find('/') + 1);
  return std::string(rest.substr(0, rest.find('/')));
}

Result<Role> read_role(const std::string& name) {
  const auto role = role_named(name);
  if (!role) {
    return invalid("role: expected push, support, viewer, operator or admin, found \"" + name +
                   "\"\n");
  }
  return *role;
}

// A password as it is to be kept.
struct MadePassword {
  std::string hash;
  std::string generated;  // to be shown once
};
Result<MadePassword> make_password(const std::string& given) {
  MadePassword out;
  if (given.empty()) out.generated = generate_password();
  if (!given.empty()) RETURN_IF_ERROR(check_password(given));
  ASSIGN_OR_RETURN(out.hash, hash_password(given.empty() ? out.generated : given));
  return out;
}

void send(http::Response& response, const Result<std::string>& body) {
  if (!body.ok()) return send_error(response, body.error());
  response.set_header("Cache-Control", "no-store");
  send_json(response, *body);
}

void send(http::Response& response, const Status& done) {
  if (!done.ok()) return send_error(response, done.error());
  response.status = 204;
}

}  // namespace

void UsersApi::add_to(Routes& routes) {
  using A = Access;
  const auto row = [&](const char* methods, const char* path, const char* name, auto method) {
    routes.add({methods, path, name, A::kAdmin, handler(this, method), Route::Body::kSmall});
  };
  row("GET", "/api/users", "api_users", &UsersApi::list_users);
  row("POST", "/api/users", "api_users", &UsersApi::add_user);
  row("POST", "/api/users/{name}", "api_users_name", &UsersApi::change_user);
  row("DELETE", "/api/users/{name}", "api_users_name", &UsersApi::remove_user);
  row("POST", "/api/users/{name}/log-out", "api_users_log_out", &UsersApi::log_out_user);
  row("GET", "/api/tokens", "api_tokens", &UsersApi::list_tokens);
  row("POST", "/api/tokens", "api_tokens", &UsersApi::add_token);
  row("DELETE", "/api/tokens/{id}", "api_tokens_id", &UsersApi::remove_token);
}

Result<AccessBook*> UsersApi::book() {
  if (auth_.book()) return auth_.book();
  return Error{ErrorCode::kNotFound, "there are no users while --auth is off\n"};
}

Status UsersApi::change(const Principal& by, const std::function<Status(AccessList&)>& change) {
  ASSIGN_OR_RETURN(AccessBook* const users, book());
  AccessList before, after;
  RETURN_IF_ERROR(users->change([&](AccessList& list) -> Status {
    before = list;
    RETURN_IF_ERROR(change(list));
    after = list;
    return {};
  }));
  for (AuditEvent& one : access_changes(before, after)) {
    AuditEvent event = audit_event(one.kind, by);
    event.detail.insert(event.detail.end(), one.detail.begin(), one.detail.end());
    audit_.record(event);
  }
  return {};
}

void UsersApi::list_users(const http::Request&, http::Response& response) {
  const auto users = book();
  if (!users.ok()) return send_error(response, users.error());
  std::map<std::string, std::vector<Session>> sessions;
  for (Session& s : auth_.sessions()->list("")) sessions[s.subject.user].push_back(std::move(s));
  json out = json::array();
  for (const User& user : (*users)->list().users) {
    const auto& own = sessions[user.name];
    Timestamp last = 0;
    for (const Session& s : own) last = std::max(last, s.created);
    out.push_back({{"name", user.name},
                   {"role", role_name(user.role)},
                   {"scope", user.scope},
                   {"createdMs", user.created / kMillisecond},
                   {"lastLoginMs", last / kMillisecond},
                   {"sessions", own.size()},
                   {"mustChangePassword", user.must_change}});
  }
  send_json(response, json_line({{"users", std::move(out)}}));
}

Result<std::string> UsersApi::add_user_of(const http::Request& request, const Principal& by) {
  RETURN_IF_ERROR(book());
  ASSIGN_OR_RETURN(const json body, json_object_of(request));
  User user;
  ASSIGN_OR_RETURN(user.name, needed_text(body, "name"));
  ASSIGN_OR_RETURN(const std::string role, needed_text(body, "role"));
  ASSIGN_OR_RETURN(user.role, read_role(role));
  ASSIGN_OR_RETURN(const auto scope, optional_text(body, "scope"));
  ASSIGN_OR_RETURN(const auto password, optional_text(body, "password"));
  RETURN_IF_ERROR(check_name(user.name));
  ASSIGN_OR_RETURN(const MadePassword made, make_password(password.value_or("")));
  user.scope = scope.value_or("");
  user.password_hash = made.hash;
  user.must_change = !made.generated.empty();
  user.created = clock_.now();
  RETURN_IF_ERROR(change(by, [&](AccessList& list) { return server::add_user(list, user); }));
  json out{{"name", user.name}};
  if (!made.generated.empty()) out["password"] = made.generated;
  return json_line(out);
}

Result<std::string> UsersApi::change_user_of(const http::Request& request, const Principal& by) {
  RETURN_IF_ERROR(book());
  ASSIGN_OR_RETURN(const json body, json_object_of(request));
  const std::string name = name_of(request);
  ASSIGN_OR_RETURN(const auto role_text, optional_text(body, "role"));
  ASSIGN_OR_RETURN(const auto scope, optional_text(body, "scope"));
  ASSIGN_OR_RETURN(const auto password, optional_text(body, "password"));
  Role role = Role::kNobody;
  if (role_text) {
    ASSIGN_OR_RETURN(role, read_role(*role_text));
  }
  MadePassword made;
  if (password) {
    ASSIGN_OR_RETURN(made, make_password(*password));
  }
  RETURN_IF_ERROR(change(by, [&](AccessList& list) -> Status {
    if (!list.user(name)) return Error{ErrorCode::kNotFound, "there is no user \"" + name + "\""};
    if (role_text) RETURN_IF_ERROR(set_role(list, name, role));
    if (scope) RETURN_IF_ERROR(set_scope(list, name, *scope));
    if (password) return set_password(list, name, made.hash, !made.generated.empty());
    return {};
  }));
  if (password) auth_.sessions()->end_if(name, [](const Session&) { return true; });
  json out = json::object();
  if (!made.generated.empty()) out["password"] = made.generated;
  return json_line(out);
}

void UsersApi::add_user(const http::Request& request, http::Response& response,
                        const Principal& by) {
  send(response, add_user_of(request, by));
}
void UsersApi::change_user(const http::Request& request, http::Response& response,
                           const Principal& by) {
  send(response, change_user_of(request, by));
}

void UsersApi::remove_user(const http::Request& request, http::Response& response,
                           const Principal& by) {
  const std::string name = name_of(request);
  const Status done = change(by, [&](AccessList& list) { return server::remove_user(list, name); });
  if (done.ok()) auth_.sessions()->end_if(name, [](const Session&) { return true; });
  send(response, done);
}

void UsersApi::log_out_user(const http::Request& request, http::Response& response,
                            const Principal& by) {
  const auto users = book();
  if (!users.ok()) return send_error(response, users.error());
  const std::string name = name_of(request);
  const size_t ended = auth_.sessions()->end_if(name, [](const Session&) { return true; });
  if (ended == 0 && !(*users)->user(name)) {
    return send_text(response, 404, "there is no user \"" + name + "\"\n");
  }
  AuditEvent event = audit_event(AuditKind::kSessionEnded, by);
  event.detail.push_back({"name", name});
  event.detail.push_back({"sessions", static_cast<int64_t>(ended)});
  audit_.record(event);
  response.status = 204;
}

void UsersApi::list_tokens(const http::Request&, http::Response& response) {
  const auto users = book();
  if (!users.ok()) return send_error(response, users.error());
  const Timestamp now = clock_.now();
  json out = json::array();
  for (const Token& token : (*users)->list().tokens) {
    out.push_back({{"id", token.id},
                   {"name", token.name},
                   {"role", role_name(token.role)},
                   {"scope", token.scope},
                   {"createdMs", token.created / kMillisecond},
                   {"expiresMs", token.expires / kMillisecond},
                   {"lastUsedMs", (*users)->last_use(token.id) / kMillisecond},
                   {"expired", token.expires > 0 && token.expires <= now}});
  }
  send_json(response, json_line({{"tokens", std::move(out)}}));
}

Result<std::string> UsersApi::add_token_of(const http::Request& request, const Principal& by) {
  RETURN_IF_ERROR(book());
  ASSIGN_OR_RETURN(const json body, json_object_of(request));
  ASSIGN_OR_RETURN(const std::string name, needed_text(body, "name"));
  ASSIGN_OR_RETURN(const std::string role_text, needed_text(body, "role"));
  ASSIGN_OR_RETURN(const Role role, read_role(role_text));
  ASSIGN_OR_RETURN(const auto scope, optional_text(body, "scope"));
  ASSIGN_OR_RETURN(const auto expires, optional_text(body, "expires"));
  ASSIGN_OR_RETURN(const Duration lasts, token_lifetime(expires.value_or("")));
  const NewToken made = make_token(name, role, scope.value_or(""), clock_.now(), lasts);
  RETURN_IF_ERROR(
      change(by, [&](AccessList& list) { return server::add_token(list, made.token); }));
  return json_line({{"id", made.token.id}, {"name", name}, {"token", made.text}});
}

void UsersApi::add_token(const http::Request& request, http::Response& response,
                         const Principal& by) {
  send(response, add_token_of(request, by));
}

void UsersApi::remove_token(const http::Request& request, http::Response& response,
                            const Principal& by) {
  const std::string id = name_of(request);
  send(response, change(by, [&](AccessList& list) { return server::remove_token(list, id); }));
}

}  // namespace logsvc::server
