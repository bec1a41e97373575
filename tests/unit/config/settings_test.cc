#include "config/settings.h"

#include <doctest/doctest.h>

#include <fstream>

#include "support/temp_dir.h"

namespace logsvc::config {
namespace {

const std::vector<SettingSpec> kSpecs = {
    {"data-dir", "where", "./data", {}, false},
    {"retention", "how long", "336h", {}, false},
    {"memory", "how much", "128MB", {}, false},
    {"admin-password", "secret", "", {}, true},
};

// A settings file, which is removed with this object.
class SettingsFile {
 public:
  explicit SettingsFile(const std::string& text) { std::ofstream(path_) << text; }
  const std::string& path() const { return path_; }

 private:
  const testing::TempDir dir_;
  const std::string path_ = dir_.path() + "/server.yaml";
};

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
  const SettingsFile file("data_dir: /file\nretention: 1d\nmemory: ${M:-64MB}\n");
  const auto s = Settings::resolve(kSpecs, {{"data-dir", "/flag"}},
                                   fixed({{"LOGSVC_DATA_DIR", "/env"}, {"LOGSVC_RETENTION", "2d"}}),
                                   file.path());
  REQUIRE(s.ok());
  CHECK(s->text("data-dir") == "/flag");
  CHECK(*s->duration("retention") == 48 * kHour);
  CHECK(*s->bytes("memory") == 64u << 20);
  CHECK(s->is_set("memory"));
  CHECK(!s->is_set("admin-password"));
}

TEST_CASE("what is wrong in a file is told with line and column") {
  // Returns the message without the path of the file.
  const auto fault = [](const std::string& text) {
    const SettingsFile file(text);
    const auto s = Settings::resolve(kSpecs, {}, fixed({}), file.path(), {"pipeline"});
    if (s.ok()) return std::string("none");
    const std::string& message = s.error().message;
    REQUIRE(message.starts_with(file.path() + ":"));
    return message.substr(file.path().size() + 1);
  };
  CHECK(fault("data_dir: x\nretenton: 1d\n") ==
        "2:1: retenton: unknown key; did you mean retention?");
  CHECK(fault("pipelin: []\n") == "1:1: pipelin: unknown key; did you mean pipeline?");
  CHECK(fault("data_dir: x\n\n  # indented\ndata_dir: y\n") == "4:1: data_dir: given twice");
  CHECK(fault("{data_dir: x, nothing_like_it: y}") == "1:15: nothing_like_it: unknown key");
  CHECK(fault("memory:\n  soft: 1MB\n") == "2:3: memory: expected a value, found a map");
  CHECK(fault("memory: [1, [2]]\n") ==
        "1:13: memory: expected a list of values, found a list in it");
  CHECK(fault("- data_dir\n") == "1:1: expected `key: value` lines, found a list");
  CHECK(fault("data_dir\n") == "1:1: expected `key: value` lines, found \"data_dir\"");
  CHECK(fault("data_dir: x\nmemory: a: b\n") == "2:10: illegal map value");
  CHECK(fault("").starts_with("none"));
  CHECK(fault("pipeline:\n  any: [1, {a: b}]\ndata_dir:\n") == "none");
}

TEST_CASE("a bad value says where it came from") {
  const SettingsFile file("data_dir: x\nretention: soon\n");
  const auto s = Settings::resolve(kSpecs, {}, fixed({}), file.path());
  REQUIRE(s.ok());
  CHECK(s->duration("retention").error().message ==
        file.path() +
            ":2:1: retention: not a valid duration: \"soon\" (try 30s, 5m, 336h, 14d, or 0)");
}

TEST_CASE("a list in a file is joined with commas, nothing is an empty text") {
  const SettingsFile file("data_dir: [a, 2, 'c d']\nmemory:\n");
  const auto s = Settings::resolve(kSpecs, {}, fixed({}), file.path());
  REQUIRE(s.ok());
  CHECK(s->text("data-dir") == "a,2,c d");
  CHECK(s->text("memory").empty());
}

TEST_CASE("a secret may come from a file and is not described") {
  const SettingsFile file("hunter2\n");
  const auto s =
      Settings::resolve(kSpecs, {}, fixed({{"LOGSVC_ADMIN_PASSWORD_FILE", file.path()}}), "");
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
