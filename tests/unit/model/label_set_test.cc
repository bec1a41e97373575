#include "model/label_set.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "model/matcher.h"

namespace logsvc {

TEST_SUITE_BEGIN("model");

TEST_CASE("label sets are sorted, drop empty values and compare by content") {
  const LabelSet a = LabelSet::from({{"b", "2"}, {"a", "1"}, {"c", ""}});
  CHECK(a.to_string() == R"({a="1", b="2"})");
  CHECK(a == LabelSet::from({{"a", "1"}, {"b", "2"}}));
  CHECK(a.hash() == LabelSet::from({{"a", "1"}, {"b", "2"}}).hash());
  CHECK(a.get("b") == "2");
  CHECK(a.get("zz").empty());
  CHECK(LabelSet() == LabelSet::from({}));
}

TEST_CASE("label text in Loki's forms is read") {
  CHECK(LabelSet::parse(R"({a="b",c="d"})")->to_string() == R"({a="b", c="d"})");
  CHECK(LabelSet::parse(R"( { a = "b" , } )")->to_string() == R"({a="b"})");
  CHECK(LabelSet::parse("{}")->empty());
  CHECK(LabelSet::parse("")->empty());
  CHECK(LabelSet::parse(R"(foo{a="b"})")->to_string() == R"({__name__="foo", a="b"})");
  CHECK(LabelSet::parse(R"({a="x\n\"\u00e9\x41\101"})")->get("a") ==
        "x\n\"\xC3\xA9"
        "AA");
  CHECK(LabelSet::parse("{a=`\\n`}")->get("a") == "\\n");
}

TEST_CASE("bad label text is refused with line and column") {
  const auto message = [](const char* text) { return LabelSet::parse(text).error().message; };
  CHECK(message(R"({a-b="1"})") == "1:3: parse error: unexpected character inside braces: '-'");
  CHECK(message(R"({1a="1"})") == "1:2: parse error: unexpected character inside braces: '1'");
  CHECK(message(R"({a="b")") == "1:7: parse error: unexpected end of input inside braces");
  CHECK(message(R"({a="1", a="2"})") == R"(stream '{a="1", a="2"}' has duplicate label name: 'a')");
  CHECK(!LabelSet::parse(R"({a="b"} x)").ok());
  CHECK(!LabelSet::parse(R"({a="b)").ok());
}

TEST_CASE("quoting round-trips any bytes") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  const LabelSet set = LabelSet::from({{"a", bytes}});
  CHECK(LabelSet::parse(set.to_string())->get("a") == bytes);
}

TEST_CASE("matchers are anchored and see an absent label as empty") {
  const LabelSet set = LabelSet::from({{"app", "api\nserver"}});
  const auto matches = [&](MatchType type, const char* name, const char* value) {
    const std::vector<Matcher> m = {*Matcher::make(type, name, value)};
    return matches_all(m, set);
  };
  CHECK(matches(MatchType::kRegex, "app", "api.server"));
  CHECK(!matches(MatchType::kRegex, "app", "api"));
  CHECK(matches(MatchType::kEqual, "none", ""));
  CHECK(matches(MatchType::kNotRegex, "none", ".+"));
  CHECK(Matcher::make(MatchType::kRegex, "a", "(").error().message ==
        "error parsing regexp: missing closing ): `(`");
}

TEST_CASE("labels in any order are sorted by name, of equal names the last one counts") {
  std::mt19937 random(1);
  for (const size_t count : {0, 1, 2, 5, 31, 32, 33, 60}) {
    for (int round = 0; round < 50; ++round) {
      Labels given;
      std::map<std::string, std::string> expected;
      for (size_t i = 0; i < count; ++i) {
        const Label label{"n" + std::to_string(random() % (2 * count)),
                          random() % 5 ? std::to_string(random() % 10) : ""};
        given.push_back(label);
        expected[label.name] = label.value;
      }
      if (round % 5 == 0) std::sort(given.begin(), given.end());
      if (round % 5 == 0) {
        for (const Label& label : given) expected[label.name] = label.value;
      }
      std::erase_if(expected, [](const auto& label) { return label.second.empty(); });
      Labels sorted;
      for (const auto& [name, value] : expected) sorted.push_back({name, value});
      CHECK(LabelSet::from(given).labels() == sorted);
    }
  }
}

TEST_CASE("quoting as Go does, character by character") {
  CHECK(quote("") == "\"\"");
  CHECK(quote("plain text") == "\"plain text\"");
  CHECK(quote("\"\\\a\b\f\n\r\t\v") == R"("\"\\\a\b\f\n\r\t\v")");
  CHECK(quote(std::string_view("a\0b\x01\x7F", 5)) == R"("a\x00b\x01\x7f")");
  CHECK(quote("\xC3\xA4 \xC3 \xFF") == "\"\xC3\xA4 \\xc3 \\xff\"");
}

TEST_SUITE_END();

}  // namespace logsvc
