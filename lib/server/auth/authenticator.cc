#include "server/auth/authenticator.h"

namespace logsvc::server {
namespace {

constexpr const char* kFirstUser = "admin";  // whoever names none
constexpr size_t kMaxPassword = 1024;

// A session is the user's as long as his password is the one it was opened with.
std::string stamp_of(const User& user) { return secret_hash(user.password_hash); }

template <class Entry>
Principal principal_of(Principal::How how, const AccessBook::Known<Entry>& known,
                       Validity validity) {
  Principal out;
  out.how = how;
  out.role = known.entry.role;
  out.name = known.entry.name;
  out.scope = known.entry.scope;
  out.scoped_to = known.scoped_to;
  out.validity = std::move(validity);
  return out;
}

}  // namespace

Authenticator::Authenticator(bool off, std::unique_ptr<AccessBook> book,
                             std::unique_ptr<SessionStore> sessions, ClientOrigin origin,
                             const Clock& clock, LoginWays ways)
    : off_(off),
      book_(std::move(book)),
      sessions_(std::move(sessions)),
      origin_(std::move(origin)),
      clock_(clock),
      ways_(std::move(ways)),
      throttle_(clock) {}

Authenticator::Checked Authenticator::check(const http::Request& request) {
  if (off_) {
    Checked out;
    out.verdict = Verdict::kAllowed;
    out.principal.how = Principal::How::kAuthOff;
    out.principal.role = Role::kAdmin;
    out.principal.address = origin_.address(request);
    return out;
  }
  if (auto user = by_proxy(request)) {
    user->address = origin_.address(request);
    return {Verdict::kAllowed, std::move(*user)};
  }
  if (auto session = by_session(request)) {
    session->address = origin_.address(request);
    return {Verdict::kAllowed, std::move(*session)};
  }
  const Credentials given = credentials_of(request);
  if (given.bearer || looks_like_token(given.secret)) return check_token(request);
  if (given.secret.empty()) {
    Checked out;
    out.principal.address = origin_.address(request);
    return out;
  }
  return check_password(request, given.user, given.secret);
}

std::optional<Principal> Authenticator::by_proxy(const http::Request& request) const {
  const auto named = ways_.proxy ? ways_.proxy->user_of(request, origin_) : std::nullopt;
  if (!named) return std::nullopt;
  if (const auto user = book_ ? book_->user(named->name) : std::nullopt) {
    return principal_of(Principal::How::kProxy, *user, Validity(user->ended));
  }
  Principal out;
  out.how = Principal::How::kProxy;
  out.role = named->role.value_or(Role::kNobody);
  out.name = named->name;
  return out;
}

std::optional<Principal> Authenticator::by_session(const http::Request& request) {
  if (!sessions_) return std::nullopt;
  const auto session = sessions_->find(session_token_of(request, origin_.secure(request)));
  if (!session) return std::nullopt;
  const SessionSubject& subject = session->subject;
  const auto user = book_->user(subject.user);
  if (user && (subject.stamp.empty() || subject.stamp == stamp_of(user->entry))) {
    return principal_of(Principal::How::kSession, *user, Validity(session->ended, user->ended));
  }
  // Somebody whom only his identity provider knows.
  if (user || !subject.stamp.empty()) return std::nullopt;
  Principal out;
  out.how = Principal::How::kSession;
  out.role = subject.role;
  out.name = subject.user;
  out.validity = Validity(session->ended);
  return out;
}

Authenticator::Checked Authenticator::check_token(const http::Request& request) {
  Checked out;
  out.principal.address = origin_.address(request);
  const Credentials given = credentials_of(request);
  if (!book_ || !looks_like_token(given.secret)) {
    if (given.bearer) out.verdict = Verdict::kWrong;
    return out;
  }
  const auto token = book_->token_of(given.secret);
  const bool expired = token && token->entry.expires > 0 && token->entry.expires <= clock_.now();
  out.verdict = token && !expired ? Verdict::kAllowed : Verdict::kWrong;
  if (out.verdict != Verdict::kAllowed) return out;
  const std::string address = std::move(out.principal.address);
  out.principal = principal_of(Principal::How::kToken, *token, Validity(token->ended));
  out.principal.address = address;
  return out;
}

Authenticator::Checked Authenticator::check_password(const http::Request& request,
                                                     const std::string& user,
                                                     const std::string& password) {
  Checked out;
  out.principal.address = origin_.address(request);
  if (!book_ || !ways_.password || password.empty() || password.size() > kMaxPassword) {
    out.verdict = Verdict::kWrong;
    return out;
  }
  const std::string& name = user.empty() ? kFirstUser : user;
  out.verdict = try_password(out.principal.address, name, password);
  if (out.verdict != Verdict::kAllowed) return out;
  const auto known = book_->user(name);
  if (!known) {
    out.verdict = Verdict::kWrong;
    return out;
  }
  const std::string address = std::move(out.principal.address);
  out.principal = principal_of(Principal::How::kPassword, *known, Validity(known->ended));
  out.principal.address = address;
  return out;
}

Authenticator::Verdict Authenticator::try_password(const std::string& address,
                                                   const std::string& user,
                                                   const std::string& password) {
  const auto known = book_->user(user);
  const std::string hash = known ? known->entry.password_hash : "";
  if (!hash.empty() && passwords_.is_known(user, hash, password)) return Verdict::kAllowed;
  if (!throttle_.begin(address, user)) return Verdict::kLimited;
  const auto right = passwords_.verify(user, hash, password);
  if (!right.ok()) {
    throttle_.take_back(address, user);
    return Verdict::kLimited;
  }
  if (!*right) return Verdict::kWrong;
  throttle_.succeed(address, user);
  return Verdict::kAllowed;
}

std::string Authenticator::open_session(const http::Request& request, SessionSubject subject) {
  const bool secure = origin_.secure(request);
  if (!sessions_) return session_cookie("", 0, secure);
  // A cookie that somebody else put into this browser must not become the user's.
  sessions_->end(session_token_of(request, secure));
  const std::string token =
      sessions_->open(std::move(subject), origin_.address(request), request.header("User-Agent"));
  return session_cookie(token, sessions_->rules().length, secure);
}

std::optional<SessionSubject> Authenticator::subject_of(const std::string& user) const {
  const auto known = book_ ? book_->user(user.empty() ? kFirstUser : user) : std::nullopt;
  if (!known) return std::nullopt;
  return SessionSubject{known->entry.name, known->entry.role, stamp_of(known->entry)};
}

Authenticator::LoggedOut Authenticator::log_out(const http::Request& request) {
  const bool secure = origin_.secure(request);
  LoggedOut out{session_cookie("", 0, secure), by_session(request).value_or(Principal())};
  out.principal.address = origin_.address(request);
  if (sessions_) sessions_->end(session_token_of(request, secure));
  return out;
}

std::string Authenticator::session_id(const http::Request& request) {
  if (!sessions_) return "";
  const auto session = sessions_->find(session_token_of(request, origin_.secure(request)));
  return session ? session->id : "";
}

void Authenticator::refresh() {
  if (!book_) return;
  book_->refresh();
  sessions_->refresh();
}

}  // namespace logsvc::server
