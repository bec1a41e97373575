// `logsvc user …` and `logsvc token …`: who may log in and who may push, kept in the data
// directory. They work beside a running server, which takes a change within a second. A password or
// token that is made stands alone on stdout; everything else that is said goes to stderr.
#include <iomanip>
#include <iostream>
#include <memory>

#include "base/json_text.h"
#include "commands.h"
#include "exit_codes.h"
#include "os/clock.h"
#include "os/file_system.h"
#include "server/auth/access_book.h"
#include "server/auth/password_hash.h"

namespace logsvc {
namespace {

using server::AccessList;

struct AccessFlags {
  std::string data_dir = "./data";
  std::string name;
  std::string role;
  std::string scope;
  std::string expires;
  bool password_stdin = false;
  bool as_json = false;
};
using Run = int (*)(const AccessFlags&);

int fail(const Error& error) {
  std::cerr << "logsvc: " << error.message << '\n';
  switch (error.code) {
    case ErrorCode::kInvalid:
      return kWrongUsage;
    case ErrorCode::kPermission:
      return kNoPermission;
    case ErrorCode::kCorrupt:
      return kBadConfiguration;
    default:
      return kFailed;
  }
}

Status change(const AccessFlags& flags, const std::function<Status(AccessList&)>& changes) {
  PosixFileSystem files;
  if (!files.exists(flags.data_dir)) {
    return Error{ErrorCode::kNotFound, flags.data_dir +
                                           " does not exist; --data-dir names the "
                                           "directory of the server's data"};
  }
  return server::change_access(files, flags.data_dir, changes);
}

Result<server::Role> role_of(const AccessFlags& flags) {
  const auto role = server::role_named(flags.role);
  if (!role) {
    return invalid("expected the role push, support, viewer, operator or admin, found \"" +
                   flags.role + "\"");
  }
  return *role;
}

struct Password {
  std::string hash;
  std::string generated;  // empty if it was given
};
Result<Password> read_password(const AccessFlags& flags) {
  Password out;
  std::string given;
  if (flags.password_stdin) {
    std::getline(std::cin, given);
    if (given.ends_with('\r')) given.pop_back();
    RETURN_IF_ERROR(server::check_password(given));
  } else {
    given = out.generated = server::generate_password();
  }
  ASSIGN_OR_RETURN(out.hash, server::hash_password(given));
  return out;
}

// Says the secret alone on stdout.
void show(const std::string& secret, const std::string& hint) {
  if (secret.empty()) return;
  std::cerr << hint << " (shown this once):\n";
  std::cout << secret << '\n';
}

std::string shown_time(Timestamp t) { return t == 0 ? "-" : format_rfc3339(t - t % kSecond); }

// Prints {"name": [{…}, …]}, one entry a line.
using Fields = std::vector<std::pair<const char*, std::string>>;
int print_json(const char* name, const std::vector<Fields>& entries) {
  std::string out;
  for (const Fields& fields : entries) {
    out += out.empty() ? "\n  {" : ",\n  {";
    for (const auto& [key, value] : fields) {
      if (&key != &fields.front().first) out += ", ";
      out += std::string("\"") + key + "\": ";
      append_json_string(out, value, JsonEscapes::kNeeded);
    }
    out += '}';
  }
  std::cout << "{\"" << name << "\": [" << out << "\n]}\n";
  return 0;
}

int add_user(const AccessFlags& flags) {
  const auto role = role_of(flags);
  if (!role.ok()) return fail(role.error());
  const auto password = read_password(flags);
  if (!password.ok()) return fail(password.error());
  const Status done = change(flags, [&](AccessList& list) {
    return server::add_user(list, {flags.name, *role, flags.scope, password->hash,
                                   !password->generated.empty(), SystemClock().now()});
  });
  if (!done.ok()) return fail(done.error());
  show(password->generated, "The password of " + flags.name);
  return 0;
}

int change_password(const AccessFlags& flags) {
  const auto password = read_password(flags);
  if (!password.ok()) return fail(password.error());
  const Status done = change(flags, [&](AccessList& list) {
    return server::set_password(list, flags.name, password->hash, !password->generated.empty());
  });
  if (!done.ok()) return fail(done.error());
  show(password->generated, "The new password of " + flags.name);
  return 0;
}

int change_role(const AccessFlags& flags) {
  const auto role = role_of(flags);
  if (!role.ok()) return fail(role.error());
  const Status done =
      change(flags, [&](AccessList& list) { return server::set_role(list, flags.name, *role); });
  return done.ok() ? 0 : fail(done.error());
}

int change_scope(const AccessFlags& flags) {
  const Status done = change(
      flags, [&](AccessList& list) { return server::set_scope(list, flags.name, flags.scope); });
  return done.ok() ? 0 : fail(done.error());
}

int remove_user(const AccessFlags& flags) {
  const Status done =
      change(flags, [&](AccessList& list) { return server::remove_user(list, flags.name); });
  return done.ok() ? 0 : fail(done.error());
}

int list_users(const AccessFlags& flags) {
  PosixFileSystem files;
  const auto list = server::read_access(files, flags.data_dir);
  if (!list.ok()) return fail(list.error());
  std::vector<Fields> users;
  for (const server::User& u : list->users) {
    users.push_back({{"name", u.name},
                     {"role", std::string(role_name(u.role))},
                     {"scope", u.scope},
                     {"created", shown_time(u.created)}});
  }
  if (flags.as_json) return print_json("users", users);
  for (const server::User& u : list->users) {
    std::cout << std::left << std::setw(24) << u.name << ' ' << std::setw(9) << role_name(u.role)
              << ' ' << shown_time(u.created) << ' ' << u.scope << '\n';
  }
  return 0;
}

int create_token(const AccessFlags& flags) {
  const auto role = role_of(flags);
  if (!role.ok()) return fail(role.error());
  const auto lasts = server::token_lifetime(flags.expires);
  if (!lasts.ok()) return fail(lasts.error());
  const server::NewToken made =
      server::make_token(flags.name, *role, flags.scope, SystemClock().now(), *lasts);
  const Status done =
      change(flags, [&](AccessList& list) { return server::add_token(list, made.token); });
  if (!done.ok()) return fail(done.error());
  show(made.text, "The token " + flags.name + ", id " + made.token.id);
  return 0;
}

int revoke_token(const AccessFlags& flags) {
  const Status done =
      change(flags, [&](AccessList& list) { return server::remove_token(list, flags.name); });
  return done.ok() ? 0 : fail(done.error());
}

int list_tokens(const AccessFlags& flags) {
  PosixFileSystem files;
  const auto list = server::read_access(files, flags.data_dir);
  if (!list.ok()) return fail(list.error());
  auto uses = server::read_token_uses(files, flags.data_dir);
  std::vector<Fields> tokens;
  for (const server::Token& t : list->tokens) {
    tokens.push_back({{"id", t.id},
                      {"name", t.name},
                      {"role", std::string(role_name(t.role))},
                      {"scope", t.scope},
                      {"created", shown_time(t.created)},
                      {"expires", shown_time(t.expires)},
                      {"lastUsed", shown_time(uses[t.id])}});
  }
  if (flags.as_json) return print_json("tokens", tokens);
  for (const server::Token& t : list->tokens) {
    std::cout << t.id << ' ' << std::left << std::setw(24) << t.name << ' ' << std::setw(9)
              << role_name(t.role) << " expires " << shown_time(t.expires) << " last used "
              << shown_time(uses[t.id]) << ' ' << t.scope << '\n';
  }
  return 0;
}

// Adds "NAME" below the command; returns it for its own options.
CLI::App& add(CLI::App& parent, const char* name, const char* help,
              const std::shared_ptr<AccessFlags>& flags, int& exit_code, Run run) {
  CLI::App& command = *parent.add_subcommand(name, help);
  command.add_option("--data-dir", flags->data_dir, "The server's data directory")
      ->envname("LOGSVC_DATA_DIR")
      ->capture_default_str();
  command.callback([&exit_code, flags, run] { exit_code = run(*flags); });
  return command;
}

void take_name(CLI::App& command, AccessFlags& flags, const char* help) {
  command.add_option("name", flags.name, help)->required();
}
void take_role(CLI::App& command, AccessFlags& flags) {
  command.add_option("--role", flags.role, "push, support, viewer, operator or admin")->required();
}
void take_scope(CLI::App& command, AccessFlags& flags) {
  command.add_option("--scope", flags.scope, "Stream selector, like {service=~\"ticket-.*\"}");
}
void take_password(CLI::App& command, AccessFlags& flags) {
  command.add_flag("--password-stdin", flags.password_stdin,
                   "Read the password from stdin (default: generate and print one)");
}

}  // namespace

void add_access_commands(CLI::App& app, int& exit_code) {
  const auto flags = std::make_shared<AccessFlags>();
  AccessFlags& f = *flags;
  CLI::App& user = *app.add_subcommand("user", "Who may log in to a server");
  user.require_subcommand(1);
  CLI::App& new_user = add(user, "add", "Add a user", flags, exit_code, add_user);
  take_name(new_user, f, "The new name");
  take_role(new_user, f);
  take_scope(new_user, f);
  take_password(new_user, f);
  CLI::App& passwd = add(user, "passwd", "Change a password; the user's logins end", flags,
                         exit_code, change_password);
  take_name(passwd, f, "Whose");
  take_password(passwd, f);
  CLI::App& role = add(user, "role", "Change a role", flags, exit_code, change_role);
  take_name(role, f, "Whose");
  role.add_option("role", f.role, "push, support, viewer, operator or admin")->required();
  CLI::App& scope = add(user, "scope", "Narrow what a user sees", flags, exit_code, change_scope);
  take_name(scope, f, "Whose");
  scope.add_option("selector", f.scope, "Stream selector; \"\" for every stream")->required();
  take_name(add(user, "remove", "Remove a user", flags, exit_code, remove_user), f, "Whom");
  add(user, "list", "List users", flags, exit_code, list_users)
      .add_flag("--json", f.as_json, "As JSON");

  CLI::App& token = *app.add_subcommand("token", "Tokens that clients and agents use");
  token.require_subcommand(1);
  CLI::App& create =
      add(token, "create", "Make a token and print it", flags, exit_code, create_token);
  create.add_option("--name", f.name, "What it is for")->required();
  take_role(create, f);
  take_scope(create, f);
  create.add_option("--expires", f.expires, "Like 90d (default: never)");
  add(token, "list", "List tokens", flags, exit_code, list_tokens)
      .add_flag("--json", f.as_json, "As JSON");
  take_name(add(token, "revoke", "Revoke a token", flags, exit_code, revoke_token), f,
            "Its id or name");
}

}  // namespace logsvc
