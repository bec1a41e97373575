#include "config/settings.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>

namespace logsvc::config {
namespace {

const std::vector<SettingSpec> kSpecs = {
    {"data-dir", "where", "./data", {}, false},
    {"retention", "how long", "336h", {}, false},
    {"memory", "how much", "128MB", {}, false},
    {"admin-password", "secret", "", {}, true},
};

std::string write_file(const std::string& text) {
  const std::string path = std::string(std::tmpnam(nullptr)) + ".yaml";
  std::ofstream(path) << text;
  return path;
}

Environment fixed(std::map<std::string, std::string> values) {
  return [values](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return {};
    return found->second;
  };
}

}  // namespace

TEST_SUITE_BEGIN("config");

TEST_CASE("flag beats environment beats file beats default") {
  const std::string file = write_file("data_dir: /file\nretention: 1d\nmemory: ${M:-64MB}\n");
  const auto s =
      Settings::resolve(kSpecs, {{"data-dir", "/flag"}},
                        fixed({{"LOGSVC_DATA_DIR", "/env"}, {"LOGSVC_RETENTION", "2d"}}), file);
  REQUIRE(s.ok());
  CHECK(s->text("data-dir") == "/flag");
  CHECK(*s->duration("retention") == 48 * kHour);
  CHECK(*s->bytes("memory") == 64u << 20);
  CHECK(s->is_set("memory"));
  CHECK(!s->is_set("admin-password"));
}

TEST_CASE("an unknown key names file, line and the nearest key") {
  const std::string file = write_file("data_dir: x\nretenton: 1d\n");
  const auto s = Settings::resolve(kSpecs, {}, fixed({}), file);
  REQUIRE(!s.ok());
  CHECK(s.error().message == file + ":2: retenton: unknown key; did you mean retention?");
}

TEST_CASE("a bad value says where it came from") {
  const std::string file = write_file("retention: soon\n");
  const auto s = Settings::resolve(kSpecs, {}, fixed({}), file);
  REQUIRE(s.ok());
  CHECK(s->duration("retention").error().message.find(file + ":1: retention: ") == 0);
}

TEST_CASE("a secret may come from a file and is not described") {
  const std::string file = write_file("hunter2\n");
  const auto s = Settings::resolve(kSpecs, {}, fixed({{"LOGSVC_ADMIN_PASSWORD_FILE", file}}), "");
  REQUIRE(s.ok());
  CHECK(s->text("admin-password") == "hunter2");
  CHECK(s->describe().find("hunter2") == std::string::npos);
}

TEST_CASE("listen addresses") {
  CHECK(parse_listen_address("127.0.0.1:3100")->is_loopback());
  CHECK(!parse_listen_address(":3100")->is_loopback());
  CHECK(parse_listen_address("[::1]:3100")->host == "::1");
  CHECK(!parse_listen_address("3100").ok());
  CHECK(!parse_listen_address("a:70000").ok());
}

TEST_SUITE_END();

}  // namespace logsvc::config
