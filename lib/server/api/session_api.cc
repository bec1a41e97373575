#include "server/api/session_api.h"

#include <nlohmann/json.hpp>

#include "server/api/json_body.h"
#include "server/auth/principal_event.h"
#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

using nlohmann::json;
using Verdict = Authenticator::Verdict;

const char* how_text(Principal::How how) {
  switch (how) {
    case Principal::How::kNobody:
      return "";
    case Principal::How::kAuthOff:
      return "off";
    case Principal::How::kSession:
      return "session";
    case Principal::How::kPassword:
      return "password";
    case Principal::How::kToken:
      return "token";
    case Principal::How::kProxy:
      return "proxy";
  }
  return "";
}

json rights_of(const Principal& principal) {
  json out = json::array();
  const std::pair<Access, const char*> kRights[] = {{Access::kRead, "read"},
                                                    {Access::kExport, "export"},
                                                    {Access::kOperate, "operate"},
                                                    {Access::kAdmin, "admin"},
                                                    {Access::kSelf, "self"}};
  for (const auto& [access, name] : kRights) {
    const bool named = access != Access::kSelf || !principal.name.empty();
    if (named && principal.may(access)) out.push_back(name);
  }
  return out;
}

// Whether nobody has chosen a password yet: the page then names the one user there is.
bool is_first_run(const AccessBook* book) {
  if (!book) return false;
  const AccessList list = book->list();
  return list.users.size() == 1 && list.users.front().must_change;
}

json methods_of(const Authenticator& auth) {
  json out = json::array();
  if (auth.off()) return out;
  if (auth.ways().password) out.push_back("password");
  if (auth.ways().oidc) out.push_back("oidc");
  if (auth.ways().proxy) out.push_back("proxy");
  return out;
}

Error only_users() {
  return {ErrorCode::kNotFound, "only a user with a password here has one to change\n"};
}

}  // namespace

void SessionApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"POST", "/api/login", "api_login", A::kOpen, handler(this, &SessionApi::log_in),
              Route::Body::kLogin});
  routes.add({"POST", "/api/logout", "api_logout", A::kOpen, handler(this, &SessionApi::log_out),
              Route::Body::kLogin});
  routes.add({"GET", "/api/session", "api_session", A::kOpen, handler(this, &SessionApi::session)});
  routes.add({"POST", "/api/password", "api_password", A::kSelf,
              handler(this, &SessionApi::change_password), Route::Body::kLogin});
  routes.add({"GET", "/api/sessions", "api_sessions", A::kSelf,
              handler(this, &SessionApi::list_sessions)});
  routes.add({"POST", "/api/sessions/end", "api_sessions_end", A::kSelf,
              handler(this, &SessionApi::end_sessions), Route::Body::kLogin});
}

void SessionApi::log_in(const http::Request& request, http::Response& response) {
  const json body = json::parse(request.body, nullptr, false);
  const bool complete = body.is_object() && body.contains("password") &&
                        body["password"].is_string() && body.value("user", json("")).is_string();
  if (!complete) {
    return send_text(response, 400, "expected {\"user\": \"…\", \"password\": \"…\"}\n");
  }
  if (auth_.off()) return send_json(response, "{\"loggedIn\":true}\n");
  const std::string user = body.value("user", std::string());
  const auto checked = auth_.check_password(request, user, body["password"].get<std::string>());
  if (checked.verdict == Verdict::kLimited) {
    logins_.throttled(checked.principal.address, user);
    return send_error(response, {ErrorCode::kLimit, "too many wrong passwords; wait a minute"});
  }
  auto subject = auth_.subject_of(user);
  if (checked.verdict != Verdict::kAllowed || !subject) {
    guard_.count_wrong(checked.principal.address, user);
    return send_text(response, 401, "wrong user or password\n");
  }
  logins_.logged_in(checked.principal);
  response.set_header("Set-Cookie", auth_.open_session(request, std::move(*subject)));
  send_json(response, "{\"loggedIn\":true}\n");
}

void SessionApi::log_out(const http::Request& request, http::Response& response) {
  const auto out = auth_.log_out(request);
  if (out.principal.how == Principal::How::kSession) logins_.logged_out(out.principal);
  response.set_header("Set-Cookie", out.cookie);
  send_json(response, "{\"loggedIn\":false}\n");
}

void SessionApi::session(const http::Request& request, http::Response& response) {
  const auto checked = auth_.check(request);
  const Principal& p = checked.principal;
  const auto user = auth_.book() ? auth_.book()->user(p.name) : std::nullopt;
  const bool by_password = p.how == Principal::How::kSession || p.how == Principal::How::kPassword;
  const bool must_change = checked.verdict == Verdict::kAllowed
                               ? by_password && user && user->entry.must_change
                               : is_first_run(auth_.book());
  const json out{{"auth", auth_.off() ? "off" : "password"},
                 {"methods", methods_of(auth_)},
                 {"oidcName", auth_.ways().oidc_name},
                 {"loggedIn", checked.verdict == Verdict::kAllowed},
                 {"user", p.name},
                 {"role", role_name(p.role)},
                 {"scope", p.scope},
                 {"may", rights_of(p)},
                 {"masked", p.masked()},
                 {"mustChangePassword", must_change},
                 {"how", how_text(p.how)},
                 {"ingest", guard_.token_needed_to_push() ? "token" : "open"}};
  send_json(response, json_line(out));
}

Status SessionApi::set_own_password(const http::Request& request, http::Response& response,
                                    const Principal& principal) {
  ASSIGN_OR_RETURN(const json body, json_object_of(request));
  ASSIGN_OR_RETURN(const std::string current, needed_text(body, "current"));
  ASSIGN_OR_RETURN(const std::string password, needed_text(body, "password"));
  const bool has_one =
      principal.how == Principal::How::kSession || principal.how == Principal::How::kPassword;
  if (!has_one || !auth_.book() || !auth_.book()->user(principal.name)) return only_users();
  const auto checked = auth_.check_password(request, principal.name, current);
  if (checked.verdict == Verdict::kLimited) {
    logins_.throttled(principal.address, principal.name);
    return Error{ErrorCode::kLimit, "too many wrong passwords; wait a minute\n"};
  }
  if (checked.verdict != Verdict::kAllowed) {
    guard_.count_wrong(principal.address, principal.name);
    return Error{ErrorCode::kPermission, "the current password is wrong\n"};
  }
  RETURN_IF_ERROR(check_password(password));
  ASSIGN_OR_RETURN(std::string hash, hash_password(password));
  RETURN_IF_ERROR(auth_.book()->change([&](AccessList& list) {
    return set_password(list, principal.name, std::move(hash), false);
  }));
  audit_.record(audit_event(AuditKind::kPasswordChanged, principal));
  // All sessions were opened with the old one.
  auth_.sessions()->end_if(principal.name, [](const Session&) { return true; });
  if (principal.how == Principal::How::kSession) {
    if (auto subject = auth_.subject_of(principal.name)) {
      response.set_header("Set-Cookie", auth_.open_session(request, std::move(*subject)));
    }
  }
  return {};
}

void SessionApi::change_password(const http::Request& request, http::Response& response,
                                 const Principal& principal) {
  const Status done = set_own_password(request, response, principal);
  if (!done.ok()) return send_error(response, done.error());
  response.status = 204;
}

void SessionApi::list_sessions(const http::Request& request, http::Response& response,
                               const Principal& principal) {
  json sessions = json::array();
  if (auth_.sessions() && !principal.name.empty()) {
    const std::string current = auth_.session_id(request);
    for (const Session& s : auth_.sessions()->list(principal.name)) {
      sessions.push_back({{"id", s.id},
                          {"createdMs", s.created / kMillisecond},
                          {"lastSeenMs", s.last_seen / kMillisecond},
                          {"address", s.address},
                          {"agent", s.agent},
                          {"current", s.id == current}});
    }
  }
  send_json(response, json_line({{"sessions", std::move(sessions)}}));
}

void SessionApi::end_sessions(const http::Request& request, http::Response& response,
                              const Principal& principal) {
  const auto body = json_object_of(request);
  if (!body.ok()) return send_error(response, body.error());
  const auto id = optional_text(*body, "id");
  if (!id.ok()) return send_error(response, id.error());
  const bool all = body->value("all", json()) == true;
  if (!all && !*id)
    return send_text(response, 400, "expected {\"id\": \"…\"} or {\"all\": true}\n");
  if (!auth_.sessions() || principal.name.empty()) {
    return send_text(response, 404, "there are no sessions\n");
  }
  const std::string current = auth_.session_id(request);
  const size_t ended = auth_.sessions()->end_if(
      principal.name, [&](const Session& s) { return all ? s.id != current : s.id == **id; });
  if (!all && ended == 0) return send_text(response, 404, "there is no such session\n");
  AuditEvent event = audit_event(AuditKind::kSessionEnded, principal);
  event.detail.push_back({"name", principal.name});
  event.detail.push_back({"sessions", static_cast<int64_t>(ended)});
  audit_.record(event);
  response.status = 204;
}

}  // namespace logsvc::server
