#include "masking/rules_reader.h"

#include <doctest/doctest.h>

#include <fstream>

#include "support/temp_dir.h"

namespace logsvc::masking {
namespace {

using namespace logsvc::testing;

const std::vector<config::SettingSpec> kSpecs = {
    {.name = "masking", .help = "", .default_value = "all", .structured = true}};

// Returns the rules that a file gives, or what is wrong with them.
struct Outcome {
  Maskers maskers;
  std::string fault;
  std::string described;

  explicit Outcome(const std::string& yaml, std::map<std::string, std::string> flags = {},
                   Reader reader = Reader::kServer) {
    const TempDir dir;
    const std::string path = dir.path() + "/s.yaml";
    std::ofstream(path) << yaml;
    const auto none = [](const std::string&) { return std::optional<std::string>(); };
    const auto settings = config::Settings::resolve(kSpecs, flags, none, path);
    if (!settings.ok()) {
      fault = settings.error().message.substr(dir.path().size() + 1);
      return;
    }
    described = settings->describe();
    auto made = read_maskers(*settings, "masking", reader);
    if (made.ok()) {
      maskers = std::move(*made);
    } else {
      fault = made.error().message;
      for (size_t at; (at = fault.find(dir.path() + "/")) != std::string::npos;)
        fault.erase(at, dir.path().size() + 1);
    }
  }

  std::string names() const {
    std::string out;
    if (!maskers.all) return "none: " + fault;
    for (const Rule& rule : maskers.all->rules()) out += (out.empty() ? "" : " ") + rule.name;
    return out;
  }
};

}  // namespace

TEST_SUITE("masking") {
  TEST_CASE("rules come by name from files and flags") {
    CHECK(Outcome("").names() == "card rrn phone email account token");
    CHECK(Outcome("masking: [card, email]\n").names() == "card email");
    CHECK(Outcome("masking: card, email\n").names() == "card email");
    CHECK(Outcome("masking: off\n").names() == "");
    CHECK(Outcome("masking: []\n").names() == "");
    CHECK(Outcome("masking: [card]\n", {{"masking", "rrn,phone"}}).names() == "rrn phone");
    CHECK(Outcome("masking: [card]\n", {{"masking", "all"}}).names() ==
          "card rrn phone email account token");
    CHECK(Outcome("", {{"masking", "[card, {name: pin, pattern: '[0-9]{4}'}]"}}).names() ==
          "card pin");
  }

  TEST_CASE("rules have more to say in a list of maps") {
    const Outcome out(
        "masking:\n"
        "- card\n"
        "- {rule: rrn, at: ingest, replacement: '******-*******'}\n"
        "- name: seat\n  pattern: seat=(\\w)\\w+\n  replacement: seat=$1*\n"
        "- {name: pin, pattern: '[0-9]{4}', at: support}\n");
    REQUIRE(out.names() == "card rrn seat pin");
    CHECK(out.maskers.at_ingest == std::vector<bool>{false, true, false, false});
    std::string line;
    REQUIRE(out.maskers.all->mask("seat=A12 1234 900101-1234568", line));
    CHECK(line == "seat=A* <pin> ******-*******");
    REQUIRE(out.maskers.ingest);
    CHECK_FALSE(out.maskers.ingest->mask("4111111111111111 seat=A12", line));
    REQUIRE(out.maskers.ingest->mask("900101-1234568", line));
    CHECK(line == "******-*******");
    CHECK(out.described.find("masking: [card, {rule: rrn, at: ingest") != std::string::npos);
  }

  TEST_CASE("faults name the file, the line, the column and the nearest word") {
    CHECK(Outcome("masking:\n- crad\n").fault ==
          "s.yaml:2:3: masking: there is no rule \"crad\"; did you mean card?");
    CHECK(Outcome("masking:\n- {rule: emial}\n").fault ==
          "s.yaml:2:10: masking: there is no rule \"emial\"; did you mean email?");
    CHECK(Outcome("masking: [x]\n").fault ==
          "s.yaml:1:11: masking: there is no rule \"x\"; there are card, rrn, phone, email, "
          "account, token");
    CHECK(Outcome("masking:\n- {name: a, pattern: '('}\n").fault ==
          "s.yaml:2:22: masking: rule a: error parsing regexp: missing closing ): `(`");
    CHECK(Outcome("masking:\n- {name: a, patern: x}\n").fault.find("did you mean pattern?") !=
          std::string::npos);
    CHECK(Outcome("masking:\n- {rule: card, at: ingset}\n").fault ==
          "s.yaml:2:20: masking: at: expected support or ingest, found \"ingset\"");
    CHECK(Outcome("masking:\n- {rule: card, at: ingest}\n", {}, Reader::kAgent).fault ==
          "s.yaml:2:20: masking: at is the server's: an agent hides everything before it is sent");
    CHECK(Outcome("masking: [card, card]\n").fault ==
          "s.yaml:1:17: masking: rule card is there twice");
    CHECK(Outcome("masking:\n- {pattern: x}\n").fault ==
          "s.yaml:2:13: masking: a pattern needs a name");
    CHECK(Outcome("masking:\n- {rule: card, pattern: x}\n").fault ==
          "s.yaml:2:10: masking: a built-in rule has neither name nor pattern");
    CHECK(Outcome("masking:\n- {}\n").fault ==
          "s.yaml:2:3: masking: a rule needs rule, or name and pattern");
    CHECK(Outcome("masking:\n-\n").fault.find("a rule is empty") != std::string::npos);
    CHECK(Outcome("masking: {rule: card}\n").fault.find("masking: expected a value") !=
          std::string::npos);
    // All of them are named.
    CHECK(Outcome("masking: [a, b]\n").fault.find("\"b\"") != std::string::npos);
    CHECK(Outcome("", {{"masking", "crad"}}).fault.find("--masking: ") == 0);
    CHECK(Outcome("", {{"masking", "crad"}}).fault.find("did you mean card?") != std::string::npos);
    CHECK(Outcome("", {{"masking", "[card"}}).fault.find("--masking: ") == 0);
  }
}

}  // namespace logsvc::masking
