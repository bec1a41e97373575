#include "masking/masker.h"

#include <doctest/doctest.h>

#include <random>

namespace logsvc::masking {
namespace {

std::shared_ptr<const Masker> compiled(std::vector<Rule> rules) {
  auto out = Masker::compile(std::move(rules));
  REQUIRE_MESSAGE(out.ok(), (out.ok() ? "" : out.error().message));
  return *out;
}

Rule own(std::string name, std::string pattern, std::string replacement) {
  return {std::move(name), std::nullopt, std::move(pattern), std::move(replacement)};
}

std::string masked(const Masker& masker, const std::string& line) {
  std::string out;
  return masker.mask(line, out) ? out : line;
}

}  // namespace

TEST_SUITE("masking") {
  TEST_CASE("a line without secrets leaves the text it would be written to alone") {
    std::string out = "as before";
    CHECK_FALSE(Masker::of_built_ins()->mask("nothing 2026-11-30T19:07:05.123Z", out));
    CHECK(out == "as before");
    CHECK_FALSE(compiled({})->mask("4111111111111111", out));
    CHECK(out == "as before");
  }

  TEST_CASE("only the rules that are there hide") {
    const auto card = compiled({*built_in_rule("card")});
    CHECK(masked(*card, "4111111111111111 kim@example.com 01012345678") ==
          "<card> kim@example.com 01012345678");
    CHECK(masked(*compiled({*built_in_rule("email")}), "4111111111111111 kim@example.com") ==
          "4111111111111111 <email>");
    CHECK_FALSE(built_in_rule("cards"));
  }

  TEST_CASE("a secret is found wherever it stands in the line") {
    const auto masker = Masker::of_built_ins();
    for (const std::string secret :
         {"4111111111111111", "010-1234-5678", "kim@example.com", "900101-1234568",
          "110-123-456789", "+82 10 1234 5678", "eyJhbGciOiJI.eyJzdWIiOiIx.abc"}) {
      for (size_t before = 0; before < 140; ++before) {
        for (const size_t after : {0u, 1u, 63u, 64u, 65u}) {
          const std::string line =
              std::string(before, '.') + ' ' + secret + std::string(after, ' ');
          const std::string got = masked(*masker, line);
          INFO(line);
          CHECK(got.find(secret) == std::string::npos);
          CHECK(got.starts_with(std::string(before, '.') + " <"));
          CHECK(got.ends_with(">" + std::string(after, ' ')));
        }
      }
    }
  }

  TEST_CASE("an own pattern replaces, with groups too") {
    const auto seat = compiled({own("seat", R"(seat=(\w)\d+)", "seat=${1}*")});
    CHECK(masked(*seat, "seat=A12 seat=B7 chair=C3") == "seat=A* seat=B* chair=C3");
    CHECK(seat->count(0) == 2);
    const auto fixed = compiled({own("pin", "(?i)pin[:=] *\\d+", "<pin>")});
    CHECK(masked(*fixed, "PIN: 1234") == "<pin>");
    CHECK(masked(*fixed, "bad \xFF pin=1") == "bad \xFF <pin>");
  }

  TEST_CASE("in JSON an own replacement is escaped, and no escape is cut") {
    const auto quote = compiled({own("word", "secret", "\"x\"")});
    CHECK(masked(*quote, R"({"m":"a secret"})") == R"({"m":"a \"x\""})");
    CHECK(masked(*quote, "a secret") == "a \"x\"");
    const auto letter = compiled({own("letter", "n\\w+", "<n>")});
    CHECK(masked(*letter, R"({"m":"a\nbc"})") == R"({"m":"a<n>"})");
    const auto digits = compiled({own("digits", "d0", "<d>")});
    CHECK(masked(*digits, R"({"m":"\u00d00"})") == R"({"m":"<d>0"})");
    const auto pair = compiled({own("pair", R"("pin":"[^"]*")", R"("pin":"<pin>")")});
    CHECK(masked(*pair, R"({"pin":"12","a":1})") == R"({"pin":"<pin>","a":1})");
    const auto number = compiled({own("number", "12", "<n>")});
    CHECK(masked(*number, R"({"a":-1125,"b":[3,12.5]})") == R"({"a":"<n>","b":[3,"<n>"]})");
  }

  TEST_CASE("overlapping hits are hidden together by the leftmost, longest, first") {
    const auto both = compiled({own("b", "bcd", "<b>"), own("a", "abc", "<a>")});
    CHECK(masked(*both, "xabcdx") == "x<a>x");
    const auto longer = compiled({own("short", "ab", "<s>"), own("long", "abc", "<l>")});
    CHECK(masked(*longer, "abcd") == "<l>d");
    const auto same = compiled({own("one", "abc", "<1>"), own("two", "ab.", "<2>")});
    CHECK(masked(*same, "abc") == "<1>");
    CHECK(same->count(0) == 1);
    CHECK(same->count(1) == 0);
  }

  TEST_CASE("find says where, and does not count") {
    const auto masker = Masker::of_built_ins();
    const auto hits = masker->find("a 010-1234-5678 kim@x.com");
    REQUIRE(hits.size() == 2);
    CHECK(hits[0].begin == 2);
    CHECK(hits[0].end == 15);
    CHECK(masker->rules()[hits[0].rule].name == "phone");
    CHECK(hits[1].begin == 16);
    CHECK(hits[1].end == 25);
    CHECK(masker->count(hits[0].rule) == 0);
  }

  TEST_CASE("rules that cannot be are refused") {
    const auto refused = [](std::vector<Rule> rules) {
      const auto out = Masker::compile(std::move(rules));
      return out.ok() ? "" : out.error().message;
    };
    CHECK(refused({own("a", "(", "x")}) == "rule a: error parsing regexp: missing closing ): `(`");
    CHECK(refused({own("a", "x*", "y")}) == "rule a: the pattern matches the empty text");
    CHECK(refused({own("a", "x", "y"), own("a", "z", "y")}) == "rule a is there twice");
    CHECK(refused({own("A b", "x", "y")}).find("found \"A b\"") != std::string::npos);
    CHECK(refused({own("a", std::string(2001, 'x'), "y")}).find("2000") != std::string::npos);
    CHECK(refused({own("a", "x", std::string(257, 'y'))}).find("256") != std::string::npos);
    std::vector<Rule> many;
    for (int i = 0; i < 101; ++i) many.push_back(own("r" + std::to_string(i), "x", "y"));
    CHECK(refused(std::move(many)).find("100") != std::string::npos);
  }

  TEST_CASE("what a line becomes is bounded") {
    const auto grow = compiled({own("grow", "x", std::string(256, 'y'))});
    std::string out;
    REQUIRE(grow->mask(std::string(100'000, 'x'), out));
    CHECK(out.size() <= Masker::kLongestText + 300);
    CHECK(out.find('x') == std::string::npos);
  }

  TEST_CASE("may_touch knows the texts that only masking brings") {
    const auto masker = Masker::of_built_ins();
    for (const char* needle : {"<card>", "<", ">", "card", "CARD", "is <ca", "ard> x",
                               "a <phone> b", "\":\"", "\"", "ne", "\"<ca", "mail>\""}) {
      INFO(needle);
      CHECK(masker->may_touch(needle));
    }
    for (const char* needle : {"", "user_1", "level", "010-1234-5678", "cards", "a card b"}) {
      INFO(needle);
      CHECK_FALSE(masker->may_touch(needle));
    }
    CHECK_FALSE(compiled({})->may_touch("<card>"));
    CHECK(compiled({own("g", "(a)b", "$1")})->may_touch("zzz"));
    CHECK(compiled({own("e", "ab", "")})->may_touch("zzz"));
  }

  TEST_CASE("may_touch holds for random texts of masked lines") {
    const auto masker = Masker::of_built_ins();
    const std::string line =
        R"({"m":"kim@x.com paid 4111111111111111","tel":"010-1234-5678","card":4111111111111111})";
    const std::string out = masked(*masker, line);
    for (size_t at = 0; at < out.size(); ++at) {
      for (size_t n = 1; at + n <= out.size(); ++n) {
        const std::string needle = out.substr(at, n);
        if (line.find(needle) != std::string::npos) continue;
        INFO(needle);
        CHECK(masker->may_touch(needle));
      }
    }
  }

  TEST_CASE("random lines: masking twice is masking once, and pieces come out as they went in") {
    const auto masker = Masker::of_built_ins();
    const std::vector<std::string> pieces = {"4111111111111111",
                                             "010-1234-5678",
                                             "kim@x.com",
                                             "900101-1234568",
                                             "110-123-456789",
                                             "1588-1234",
                                             "+82 10 1234 5678",
                                             "Bearer abcdefghijklmnop1",
                                             "2026-11-30T19:07:05.123Z",
                                             "1764529625123",
                                             "-",
                                             " ",
                                             ".",
                                             "\\n",
                                             "\"",
                                             "{",
                                             ":",
                                             "가",
                                             "0",
                                             "12",
                                             "a",
                                             "_",
                                             "@",
                                             "+",
                                             "계좌 ",
                                             "1234567890",
                                             "02",
                                             ")",
                                             "(",
                                             "%40",
                                             "\\u002d",
                                             "\xEF\xBC\x90",
                                             "Authorization: "};
    std::mt19937 random(7);
    for (int i = 0; i < 20'000; ++i) {
      std::string line;
      for (size_t n = random() % 8; n > 0; --n) line += pieces[random() % pieces.size()];
      const std::string once = masked(*masker, line);
      INFO(line);
      INFO(once);
      CHECK(masked(*masker, once) == once);
      CHECK((once == line) == masker->find(line).empty());
    }
  }
}

}  // namespace logsvc::masking
