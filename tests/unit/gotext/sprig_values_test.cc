#include <cstdlib>
#include <regex>

#include "sprig_test.h"

namespace logsvc::tmpl {
namespace {

bool matches(const std::string& call, const char* form) {
  CAPTURE(call);
  return std::regex_match(sprig("{{ " + call + " }}"), std::regex(form));
}

}  // namespace

TEST_SUITE("gotext") {
  TEST_CASE("sprig: rows of numbers") {
    check_calls({
        {"seq 5", "1 2 3 4 5"},
        {"seq -5", "1 0 -1 -2 -3 -4 -5"},
        {"seq 0", "1 0"},
        {"seq 0 4", "0 1 2 3 4"},
        {"seq 0 -4", "0 -1 -2 -3 -4"},
        {"seq 0 1 3", "0 1 2 3"},
        {"seq 0 3 10", "0 3 6 9"},
        {"seq 3 3 2", ""},
        {"seq 3 -3 2", "3"},
        {"seq", ""},
        {"seq 0 1 2 3", ""},
        {"until 5", "[0 1 2 3 4]"},
        {"until -3", "[0 -1 -2]"},
        {"until 0", "[]"},
        {"untilStep 3 6 1", "[3 4 5]"},
        {"untilStep 0 -10 -2", "[0 -2 -4 -6 -8]"},
        {"untilStep 3 0 1", "[]"},
        {"untilStep 3 99 0", "[]"},
        {"untilStep 3 99 -1", "[]"},
        {"untilStep 3 0 0", "[]"},
        {"untilStep 9223372036854775000 9223372036854775807 500",
         "[9223372036854775000 9223372036854775500]"},
        {"until 1000000000", "error calling until: more than 10000 numbers"},
        {"seq 9223372036854775807", "error calling seq: more than 10000 numbers"},
        {"len (until 10000)", "10000"},
    });
  }

  TEST_CASE("sprig: arithmetic") {
    check_calls({
        {"biggest 1 2 345 `400` 7", "400"},
        {"max 345", "345"},
        {"min 3 1 2", "1"},
        {"maxf 1 345.7 5", "345.7"},
        {"minf 1.4 2", "1.4"},
        {"add1f 3.4", "4.4"},
        {"add1 3", "4"},
        {"toDecimal `777`", "511"},
        {"toDecimal 755", "493"},
        {"toDecimal `9`", "0"},
        {"round 123.5555 3", "123.556"},
    });
  }

  TEST_CASE("sprig: dates") {
    const std::string t = "(toDate `2006-01-02 15:04:05 -0700` `2019-06-13 20:39:39 +0000`)";
    check_calls({
        {"htmlDateInZone " + t + " `UTC`", "2019-06-13"},
        {"htmlDateInZone " + t + " `Asia/Seoul`", "2019-06-14"},
        {"htmlDateInZone 1560458379 `UTC`", "2019-06-13"},
        {"(htmlDate " + t + ") | len", "10"},
        {"dateInZone `02 Jan 06 15:04 -0700` (int64 1560458379) `UTC`", "13 Jun 19 20:39 +0000"},
        {"date_in_zone `02 Jan 06 15:04 -0700` " + t + " `foobar`", "13 Jun 19 20:39 +0000"},
        {"(dateModify `24h` " + t + ").UTC.Format `2006-01-02 15`", "2019-06-14 20"},
        {"(date_modify `-1h30m` " + t + ").UTC.Format `15:04`", "19:09"},
        {"(dateModify `1f` " + t + ").UTC.Format `15:04`", "20:39"},
        {"(mustDateModify `1s` " + t + ").UTC.Format `05`", "40"},
        {"must_date_modify `1f` " + t,
         "error calling must_date_modify: time: unknown unit \"f\" in duration \"1f\""},
        {"(mustToDate `2006-01-02` `2017-12-31`).Year", "2017"},
        {"(toDate `2006-01-02` `never`).Year", "1"},
        {"mustToDate `2006` `x`",
         "error calling mustToDate: parsing time \"x\" as \"2006\": it does not follow the layout"},
        {"dateInZone `2006` `text` `UTC` | len", "4"},
    });
    CHECK(sprig("{{ ago (dateModify `-125s` now) }}") == "2m5s");
    CHECK(sprig("{{ ago (dateModify `5s` now) }}") == "-5s");
  }

  TEST_CASE("sprig: durations") {
    check_calls({
        {"duration `61`", "1m1s"},
        {"duration `93784`", "26h3m4s"},
        {"duration (int64 90)", "1m30s"},
        {"duration 90", "0s"},
        {"duration `x`", "0s"},
        {"durationRound `2h5s`", "2h"},
        {"durationRound `24h5s`", "1d"},
        {"durationRound `2400h5s`", "3mo"},
        {"durationRound `-48h1m`", "2d"},
        {"durationRound `1h`", "60m"},
        {"durationRound `1s`", "0s"},
        {"durationRound (int64 5000000000)", "5s"},
        {"durationRound `x`", "0s"},
        {"durationRound (dateModify `-50h` now)", "2d"},
    });
  }

  TEST_CASE("sprig: semantic versions") {
    const std::string v = "(semver `v1.2.3-beta.1+c0ff33`)";
    check_calls({
        {"semver `v1.2`", "1.2.0"},
        {v, "1.2.3-beta.1+c0ff33"},
        {v + ".Original", "v1.2.3-beta.1+c0ff33"},
        {v + ".Major", "1"},
        {v + ".Minor", "2"},
        {v + ".Patch", "3"},
        {v + ".Prerelease", "beta.1"},
        {v + ".Metadata", "c0ff33"},
        {v + ".IncPatch", "1.2.3"},
        {"(semver `1.2.3`).IncPatch", "1.2.4"},
        {v + ".IncMinor", "1.3.0"},
        {v + ".IncMajor", "2.0.0"},
        {"semver `1.2.3` | (semver `1.2.3`).Compare", "0"},
        {"semver `1.2.3` | (semver `1.3.3`).Compare", "1"},
        {"semver `1.4.3` | (semver `1.2.3`).Compare", "-1"},
        {"(semver `1.0.0-9`).LessThan (semver `1.0.0-10`)", "true"},
        {"(semver `1.0.0-alpha`).LessThan (semver `1.0.0`)", "true"},
        {"(semver `1.0.0-alpha.1`).GreaterThan (semver `1.0.0-alpha`)", "true"},
        {"(semver `1.0.0-1`).LessThan (semver `1.0.0-a`)", "true"},
        {"(semver `1.0.0+a`).Equal (semver `1.0.0+b`)", "true"},
        {"semver `x`", "error calling semver: invalid semantic version"},
        {"semver `1.2.3.4`", "error calling semver: invalid semantic version"},
        {"semver `01.2`", "error calling semver: invalid semantic version"},
        {"semver `1.2.3-`", "error calling semver: invalid semantic version"},
        {"semver `1.2.3-01`", "error calling semver: invalid semantic version"},
        {v + ".Compare `1`", "can't handle `1` for arg of type *semver.Version"},
    });
  }

  TEST_CASE("sprig: ranges of versions") {
    struct Case {
      const char *range, *version;
      bool in;
    };
    const Case cases[] = {
        {"=2.0", "2.0.1", true},
        {"=2.0.0", "1.2.3", false},
        {"4.1", "4.1.0", true},
        {"!=4.1.0", "4.1.0", false},
        {"!=4.1", "4.1.1", false},
        {"!=4.1", "5.1.0", true},
        {"!=4.1", "5.1.0-alpha.1", false},
        {"!=4.1-alpha", "4.1.0", true},
        {"!=4.1-alpha", "4.1.1-alpha", false},
        {"!=4.x", "4.1.0", false},
        {"!=4.1.x", "4.2.0", true},
        {"<11", "11.1.0", false},
        {"<1.1", "0.1.0", true},
        {"<=11", "11.2.3", true},
        {"<=11", "12.2.3", false},
        {"<=1.1", "1.1.1", true},
        {"<=1.1", "1.2.3", false},
        {">1.1", "1.1.0", false},
        {">1.1", "4.1.0", true},
        {">11", "11.1.0", false},
        {">11.1", "11.2.1", true},
        {">0", "1", true},
        {">0", "0", false},
        {">0-0", "0.0.1-alpha", false},
        {">0.0.0-0", "0.0.0-alpha", true},
        {">1.2.3-alpha.1", "1.2.3-alpha.2", true},
        {">=11.1", "11.0.2", false},
        {">=0", "0.0.1-alpha", false},
        {">=0-0", "0.0.1-alpha", true},
        {"=>1.1", "1.1.0", true},
        {"=<1.1", "1.1.9", true},
        {"*", "4.5.6", true},
        {"*", "1.2.3-alpha.1", false},
        {"*-0", "1.2.3-alpha.1", true},
        {"2.*", "2.1.1", true},
        {"2.1.*", "2.2.1", false},
        {"2", "3.4.5", false},
        {"0.x.x", "1.2.3", false},
        {"~1.2.3", "1.2.4", true},
        {"~1.2.3", "1.3.4", false},
        {"~>1.2", "1.2.4", true},
        {"~1", "2.3.4", false},
        {"~0.0.0", "1.2.3", true},
        {"~*", "2.1.1", true},
        {"~1.2.3-beta.2", "1.2.4-beta.2", true},
        {"^1.2.0", "1.2.3", true},
        {"^1.2.0", "2.2.3", false},
        {"^1.2.3", "1.2.1", false},
        {"^1.2.0", "1.2.1-alpha.1", false},
        {"^1.2.0-alpha.0", "1.2.1-alpha.1", true},
        {"^0.2.3", "0.2.5", true},
        {"^0.2.3", "0.5.6", false},
        {"^0.0.3", "0.0.4", false},
        {"^0.0", "0.0.3", true},
        {"^0.0", "0.1.4", false},
        {"^0", "0.2.3", true},
        {"^0.0.0", "1.2.3", false},
        {">1.1, <2", "1.2.1", true},
        {">1.1 <2", "1.1.1", false},
        {">=1.1, <2, !=1.2.3 || > 3", "4.1.2", true},
        {">=1.1    < 2    != 1.2.3", "1.2.3", false},
        {">= 1.0.0  <= 2.0.0-beta", "1.0.1-beta", true},
        {">= 1.0.0  <= 2.0.0-beta || > 3", "3.0.1-beta", false},
        {"1.1 - 2", "1.1.1", true},
        {"1.5.0 - 4.5", "3.7.0", true},
        {"1.1-3", "4.3.2", false},
        {"1.0.0 - 2.0.0, <=2.0.0", "1.5.0", true},
        {"12.3.34 ~1.2.3", "1.2.3", false},
    };
    for (const Case& c : cases) {
      CAPTURE(c.range);
      CAPTURE(c.version);
      CHECK(sprig(std::string("{{ semverCompare `") + c.range + "` `" + c.version + "` }}") ==
            (c.in ? "true" : "false"));
    }
    for (const char* range : {"foo", ">= bar", "BAR >= 1.2.3", "12.3.4.1234", "12.3.34~ 1.2.3", "",
                              "1 ||", "v1.2.3-beta.01", ">1 - 2"}) {
      CAPTURE(range);
      const std::string text = sprig(std::string("{{ semverCompare `") + range + "` `1` }}");
      CHECK(text.find("error calling semverCompare: ") == 0);
    }
    CHECK(sprig("{{ semverCompare `1.2.0` `bad` }}") ==
          "error calling semverCompare: invalid semantic version");
  }

  TEST_CASE("sprig: URLs") {
    const auto parts = [](const std::string& url) {
      return sprig("{{ $u := urlParse `" + url +
                   "` }}{{ range $k, $v := $u }}{{ if $v }}{{ $k }}={{ $v }};{{ end }}{{ end }}");
    };
    CHECK(parts("proto://auth@host:80/path?query#fragment") ==
          "fragment=fragment;host=host:80;hostname=host;path=/path;query=query;scheme=proto;"
          "userinfo=auth;");
    CHECK(parts("something") == "path=something;");
    CHECK(parts("proto://user:passwor%20d@host:80/path") ==
          "host=host:80;hostname=host;path=/path;scheme=proto;userinfo=user:passwor%20d;");
    CHECK(parts("proto://host:80/pa%20th?key=val%20ue") ==
          "host=host:80;hostname=host;path=/pa th;query=key=val%20ue;scheme=proto;");
    CHECK(parts("mailto:somebody") == "opaque=somebody;scheme=mailto;");
    CHECK(parts("HTTP://[::1]:80/") == "host=[::1]:80;hostname=::1;path=/;scheme=http;");
    for (const char* url :
         {"proto://auth@host:80/path?query#fragment", "something", "mailto:somebody",
          "proto://user:passwor%20d@host:80/path", "proto://host:80/pa%20th?key=val%20ue"}) {
      CHECK(sprig(std::string("{{ urlParse `") + url + "` | urlJoin }}") == url);
    }
    check_calls({
        {"urlJoin (dict `fragment` `f` `host` `host:80` `path` `/path` `query` `q` `scheme` "
         "`proto`)",
         "proto://host:80/path?q#f"},
        {"urlJoin (dict `host` `h` `path` `p` `scheme` `proto` `userinfo` `ASDJ`)",
         "proto://ASDJ@h/p"},
        {"urlJoin (dict `path` `a:b`)", "./a:b"},
        {"urlJoin (dict `host` 1)",
         "error calling urlJoin: unable to parse host key, must be of type string, but int found"},
        {"urlParse `http://h:x/`",
         "error calling urlParse: unable to parse url: parse \"http://h:x/\": invalid port "
         "\":x\" after host"},
        {"urlParse `1:2`",
         "error calling urlParse: unable to parse url: parse \"1:2\": first path segment in URL "
         "cannot contain colon"},
        {"urlParse `/%zz`",
         "error calling urlParse: unable to parse url: parse \"/%zz\": invalid URL escape \"%zz\""},
    });
  }

  TEST_CASE("sprig: random texts and numbers") {
    CHECK(matches("randAlphaNum 50", "[0-9A-Za-z]{50}"));
    CHECK(matches("randAlpha 50", "[A-Za-z]{50}"));
    CHECK(matches("randNumeric 50", "[0-9]{50}"));
    CHECK(matches("randAscii 50", "[ -~]{50}"));
    CHECK(matches("randAlpha 0", ""));
    CHECK(matches("randAlpha -1", ""));
    CHECK(matches("randBytes 12", "[A-Za-z0-9+/]{16}"));
    CHECK(matches("randInt 10 11", "10"));
    CHECK(matches("randInt -3 3", "-[123]|[012]"));
    CHECK(matches("uuidv4", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    CHECK(sprig("{{ uuidv4 }}") != sprig("{{ uuidv4 }}"));
    CHECK(matches("shuffle `가나` | len", "6"));
    CHECK(matches("shuffle `aaa`", "aaa"));
    check_calls({
        {"randInt 3 3", "error calling randInt: invalid argument to Intn"},
        {"randAlphaNum 999999999", "error calling randAlphaNum: the result is too long"},
        {"randBytes 999999999", "error calling randBytes: the result is too long"},
        {"randBytes -1", "error calling randBytes: runtime error: makeslice: len out of range"},
    });
  }

  TEST_CASE("sprig: the environment and the network") {
    ::setenv("LOGSVC_SPRIG", "bar", 1);
    check_calls({
        {"env `LOGSVC_SPRIG`", "bar"},
        {"env `LOGSVC_SPRIG_NONE`", ""},
        {"expandenv `Hello $LOGSVC_SPRIG`", "Hello bar"},
        {"expandenv `${LOGSVC_SPRIG}s, $LOGSVC_SPRIG-s`", "bars, bar-s"},
        {"expandenv `$LOGSVC_SPRIG_NONE.$1.$`", "..$"},
        {"expandenv `$ 5 ${}x ${a`", "$ 5 x a"},
        {"getHostByName `127.0.0.1`", "127.0.0.1"},
    });
    CHECK(sprig("{{ getHostByName `` }}").find("error calling getHostByName: lookup") == 0);
  }

  TEST_CASE("sprig: passwords and ciphers") {
    const std::string who = " `password` `user` `example.com`";
    check_calls({
        {"derivePassword 1 `long`" + who, "ZedaFaxcZaso9*"},
        {"derivePassword 2 `long`" + who, "Fovi2@JifpTupx"},
        {"derivePassword 1 `maximum`" + who, "pf4zS1LjCg&LjhsZ7T2~"},
        {"derivePassword 1 `medium`" + who, "ZedJuz8$"},
        {"derivePassword 1 `basic`" + who, "pIS54PLs"},
        {"derivePassword 1 `short`" + who, "Zed5"},
        {"derivePassword 1 `pin`" + who, "6685"},
        {"derivePassword 1 `other`" + who, "cannot find password template other"},
        {"encryptAES `secretkey` `plaintext` | decryptAES `secretkey`", "plaintext"},
        {"encryptAES `k` `sixteen bytes !!` | decryptAES `k`", "sixteen bytes !!"},
        {"encryptAES `k` ``", ""},
        {"decryptAES `secretkey` `30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=`", "plaintext"},
        {"decryptAES `k` `AAAA`", "error calling decryptAES: crypto/cipher: input not full blocks"},
        {"decryptAES `k` `?`", "error calling decryptAES: illegal base64 data at input byte 0"},
        {"htpasswd `me` `secret` `sha`", "me:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="},
        {"htpasswd `m:e` `secret` `sha`", "invalid username: m:e"},
    });
  }

  TEST_CASE("sprig: what a pipeline does not make says so") {
    for (const char* call :
         {"bcrypt `a`", "htpasswd `a` `b` `bcrypt`", "genPrivateKey `rsa`", "genCA `a` 1",
          "genCAWithKey `a` 1 `k`", "buildCustomCert `a` `b`", "genSelfSignedCert `a` nil nil 1",
          "genSelfSignedCertWithKey `a` nil nil 1 `k`", "genSignedCert `a` nil nil 1 nil",
          "genSignedCertWithKey `a` nil nil 1 nil `k`"}) {
      CAPTURE(call);
      const std::string text = sprig(std::string("{{ ") + call + " }}");
      CHECK(text.find("cannot be made in a pipeline of logs") != std::string::npos);
    }
  }
}

}  // namespace logsvc::tmpl
