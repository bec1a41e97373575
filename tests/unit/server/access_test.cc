#include <doctest/doctest.h>

#include "base/cidr.h"
#include "server/auth/access_book.h"
#include "server/auth/password_hash.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;

struct World {
  TempDir dir;
  PosixFileSystem files;
  FakeClock clock;
  std::string said;
  Diagnostics diagnostics{clock, LogLevel::kInfo, LogFormat::kLogfmt,
                          [this](std::string_view line) { said += line; }};

  AccessBook::Opened open(const std::string& password = "", bool make_admin = true) {
    auto out = AccessBook::open(files, dir.path(), {password, make_admin}, clock, diagnostics);
    if (!out.ok()) FAIL(out.error().message);
    return std::move(*out);
  }
  std::string path(const char* name = "access.json") const { return dir.path() + "/" + name; }
  void write(const std::string& text, const char* name = "access.json") {
    if (const Status done = files.replace(path(name), text); !done.ok()) FAIL(done.error().message);
  }
};

bool opens(const User& user, const std::string& password) {
  return *PasswordChecker().verify(user.name, user.password_hash, password);
}

User user_called(const std::string& name, Role role) { return {name, role, "", "x", false, 0}; }

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("networks of addresses") {
  const auto in = [](const char* network, const char* address) {
    return Cidr::parse(network)->contains(address);
  };
  CHECK(in("10.0.0.0/8", "10.255.0.1"));
  CHECK_FALSE(in("10.0.0.0/8", "11.0.0.1"));
  CHECK(in("10.1.2.3", "10.1.2.3"));
  CHECK_FALSE(in("10.1.2.3", "10.1.2.4"));
  CHECK(in("10.1.2.128/25", "10.1.2.200"));
  CHECK_FALSE(in("10.1.2.128/25", "10.1.2.100"));
  CHECK(in("0.0.0.0/0", "1.2.3.4"));
  CHECK_FALSE(in("0.0.0.0/0", "2001:db8::1"));
  CHECK(in("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(in("2001:db8::/33", "2001:db8:8000::1"));
  CHECK(in("10.0.0.0/8", "::ffff:10.1.1.1"));
  CHECK_FALSE(in("10.0.0.0/8", "10.0.0.1.evil"));
  for (const char* wrong : {"", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8x", "10.0.0/8",
                            "host", "10.0.0.0/-1"}) {
    CHECK_MESSAGE(!Cidr::parse(wrong).ok(), wrong);
  }
  CHECK(parse_cidrs("10.0.0.0/8, ::1,")->size() == 2);
  CHECK_FALSE(parse_cidrs("10.0.0.0/8;::1").ok());
}

TEST_CASE("a file of users and tokens reads as it was written") {
  AccessList list;
  CHECK(add_user(list, user_called("admin", Role::kAdmin)).ok());
  CHECK(add_user(list, {"김철수", Role::kSupport, "{service=~\"ticket-.*\"}", "h", true, 7}).ok());
  NewToken token = make_token("queue-instance", Role::kPush, "", 5 * kSecond, kDay);
  CHECK(add_token(list, token.token).ok());
  const auto read = parse_access_list(access_list_text(list));
  REQUIRE(read.ok());
  CHECK(read->users == list.users);
  CHECK(read->tokens == list.tokens);
  CHECK(token.text.starts_with("lsv_"));
  CHECK(access_list_text(list).find(token.text) == std::string::npos);
}

TEST_CASE("a damaged file says what is wrong, at whatever byte it is cut") {
  AccessList list;
  CHECK(add_user(list, user_called("admin", Role::kAdmin)).ok());
  const std::string text = access_list_text(list);
  for (size_t cut = 0; cut + 2 < text.size(); ++cut) {
    CHECK_FALSE(parse_access_list(text.substr(0, cut)).ok());
  }
  for (const char* wrong :
       {"[]", "{}", R"({"version":2})", R"({"version":1,"users":{}})",
        R"({"version":1,"users":[1]})", R"({"version":1,"users":[{"name":"a","role":"king"}]})",
        R"({"version":1,"users":[{"name":"a b","role":"admin"}]})",
        R"({"version":1,"users":[{"name":"a","role":"admin","scope":"{"}]})",
        R"({"version":1,"users":[{"name":"a","role":"admin"},{"name":"a","role":"viewer"}]})",
        R"({"version":1,"tokens":[{"name":"a","role":"push"}]})"}) {
    CHECK_MESSAGE(!parse_access_list(wrong).ok(), wrong);
  }
}

TEST_CASE("names, scopes and passwords that are not fit") {
  for (const char* wrong : {"", "a b", "a:b", "lsv_x", "a/b", "\xff", "a\n"}) {
    CHECK_MESSAGE(!check_name(wrong).ok(), wrong);
  }
  CHECK_FALSE(check_name(std::string(65, 'a')).ok());
  CHECK(check_name("kim@example.com").ok());
  CHECK(check_scope("").ok());
  CHECK(check_scope("{level!=\"debug\"}").ok());
  for (const char* wrong : {"{}", "{a=}", "x", "{a=\"b\"} |= \"c\""}) {
    CHECK_MESSAGE(!check_scope(wrong).ok(), wrong);
  }
  CHECK_FALSE(check_password("1234567").ok());
  CHECK(check_password("12345678").ok());
}

TEST_CASE("the last admin stays") {
  AccessList list;
  CHECK(add_user(list, user_called("a", Role::kAdmin)).ok());
  CHECK(add_user(list, user_called("b", Role::kViewer)).ok());
  CHECK_FALSE(add_user(list, user_called("b", Role::kViewer)).ok());
  CHECK_FALSE(remove_user(list, "a").ok());
  CHECK_FALSE(set_role(list, "a", Role::kOperator).ok());
  CHECK_FALSE(set_scope(list, "a", "{x=\"y\"}").ok());
  CHECK(list.user("a")->role == Role::kAdmin);
  CHECK(set_role(list, "b", Role::kAdmin).ok());
  CHECK(remove_user(list, "a").ok());
  CHECK(remove_user(list, "nobody").error().code == ErrorCode::kNotFound);
}

TEST_CASE("tokens: revoked by id, or by a name that only one has") {
  AccessList list;
  const NewToken one = make_token("agent", Role::kPush, "", 0, 0);
  const NewToken two = make_token("agent", Role::kPush, "", 0, 0);
  CHECK(add_token(list, one.token).ok());
  CHECK(add_token(list, two.token).ok());
  CHECK_FALSE(remove_token(list, "agent").ok());
  CHECK(remove_token(list, one.token.id).ok());
  CHECK(remove_token(list, "agent").ok());
  CHECK(list.tokens.empty());
  CHECK_FALSE(add_token(list, make_token("p", Role::kPush, "{a=\"b\"}", 0, 0).token).ok());
  CHECK(*token_lifetime("90d") == 90 * kDay);
  CHECK(*token_lifetime("") == 0);
  CHECK_FALSE(token_lifetime("-1h").ok());
  CHECK_FALSE(token_lifetime("soon").ok());
}

TEST_CASE("first start: a password is generated once, and has to be changed") {
  World w;
  const auto first = w.open();
  CHECK(first.generated.size() == 20);
  const auto admin = first.book->user("admin");
  REQUIRE(admin);
  CHECK(opens(admin->entry, first.generated));
  CHECK(admin->entry.must_change);
  CHECK(w.open().generated.empty());
}

TEST_CASE("the password of earlier versions goes on") {
  World w;
  w.write(*hash_password("of-before") + "\n", "admin-password");
  const auto opened = w.open();
  CHECK(opened.generated.empty());
  CHECK(opens(opened.book->user("admin")->entry, "of-before"));
  CHECK_FALSE(w.files.exists(w.path("admin-password")));
}

TEST_CASE("a password of the settings replaces the stored one, and keeps what is already right") {
  World w;
  w.open("given-one");
  const std::string hash = w.open("given-one").book->user("admin")->entry.password_hash;
  CHECK(w.open("given-one").book->user("admin")->entry.password_hash == hash);
  const auto other = w.open("given-two");
  CHECK(opens(other.book->user("admin")->entry, "given-two"));
  CHECK_FALSE(other.book->user("admin")->entry.must_change);
}

TEST_CASE("a damaged file is kept aside, and nobody gets in until a password is set") {
  World w;
  w.write("{\"version\":1,\"users\":[");
  {
    const auto closed = w.open();
    CHECK(closed.generated.empty());
    CHECK(closed.book->list().users.empty());
  }
  CHECK(w.said.find("damaged") != std::string::npos);
  CHECK(w.said.find("access.json.damaged-") != std::string::npos);
  // Nor does another start make a password that anybody did not set.
  CHECK(w.open().generated.empty());
  CHECK(opens(w.open("from-environment").book->user("admin")->entry, "from-environment"));
  const auto names = w.files.list(w.dir.path());
  CHECK(std::any_of(names->begin(), names->end(), [](const std::string& name) {
    return name.starts_with("access.json.damaged-");
  }));
}

TEST_CASE("what a command changes beside a running server is taken, and ends what it changes") {
  World w;
  const auto opened = w.open("given-one");
  AccessBook& book = *opened.book;
  NewToken made = make_token("agent", Role::kPush, "", w.clock.now(), 0);
  CHECK(change_access(w.files, w.dir.path(), [&](AccessList& list) -> Status {
          RETURN_IF_ERROR(add_token(list, made.token));
          return add_user(list, user_called("kim", Role::kViewer));
        }).ok());
  CHECK_FALSE(book.user("kim"));
  book.refresh();
  const auto kim = book.user("kim");
  const auto admin = book.user("admin");
  const auto token = book.token_of(made.text);
  REQUIRE(kim);
  REQUIRE(token);
  CHECK(book.last_use(made.token.id) == w.clock.now());
  CHECK_FALSE(book.token_of(made.text + "x"));
  CHECK(change_access(w.files, w.dir.path(), [&](AccessList& list) -> Status {
          RETURN_IF_ERROR(remove_token(list, "agent"));
          return set_role(list, "kim", Role::kOperator);
        }).ok());
  book.refresh();
  CHECK(kim->ended->load());
  CHECK(token->ended->load());
  CHECK_FALSE(admin->ended->load());
  CHECK_FALSE(book.user("kim")->ended->load());
  CHECK_FALSE(book.token_of(made.text));
}

TEST_CASE("a file that gets damaged beside a running server changes nothing, and is said once") {
  World w;
  const auto opened = w.open("given-one");
  w.write("{");
  opened.book->refresh();
  opened.book->refresh();
  CHECK(opened.book->user("admin"));
  CHECK(w.said.find("it changes nothing") == w.said.rfind("it changes nothing"));
  CHECK_FALSE(opened.book->change([](AccessList&) { return Status(); }).ok());
}

TEST_CASE("tokens end live connections when they expire; their last use outlasts a restart") {
  World w;
  NewToken made = make_token("reader", Role::kViewer, "", w.clock.now(), kHour);
  {
    const auto opened = w.open("given-one");
    CHECK(opened.book->change([&](AccessList& list) { return add_token(list, made.token); }).ok());
    const auto token = opened.book->token_of(made.text);
    w.clock.advance(59 * kMinute);
    opened.book->refresh();
    CHECK_FALSE(token->ended->load());
    w.clock.advance(2 * kMinute);
    opened.book->refresh();
    CHECK(token->ended->load());
  }
  CHECK(w.open().book->last_use(made.token.id) > 0);
}

TEST_SUITE_END();

}  // namespace logsvc::server
