#include "sprig_test.h"

namespace logsvc::tmpl {

TEST_SUITE("gotext") {
  TEST_CASE("sprig: snakecase and kebabcase") {
    const Calls cases = {
        {"FirstName", "first_name"},
        {"HTTPServer", "http_server"},
        {"_camelCase", "_camel_case"},
        {"NoHTTPS", "no_https"},
        {"GO_PATH", "go_path"},
        {"GO PATH", "go_path"},
        {"GO-PATH", "go_path"},
        {"Wi_thF", "wi_th_f"},
        {"_AnotherTES_TCaseP", "_another_tes_t_case_p"},
        {"_HELLO_WORLD_", "_hello_world_"},
        {"HELLO____WORLD", "hello____world"},
        {"TW", "tw"},
        {"_C", "_c"},
        {"http2xx", "http_2xx"},
        {"HTTP2XX", "http2_xx"},
        {"HTTP20xOK", "http_20x_ok"},
        {"HTTP20xStatus", "http_20x_status"},
        {"HTTP-20xStatus", "http_20x_status"},
        {"a", "a"},
        {"Duration2m3s", "duration_2m3s"},
        {"Bld4Floor3rd", "bld4_floor_3rd"},
        {" _-_ ", "_____"},
        {"a1b2c3d", "a_1b2c3d"},
        {"A//B%%2c", "a//b%%2c"},
        {"HTTP状态码404/502Error", "http_状态码404/502_error"},
        {"中文(字符)", "中文(字符)"},
        {"混合ABCWords与123数字456", "混合_abc_words_与123_数字456"},
        {"  sentence case  ", "__sentence_case__"},
        {"FROM CamelCase to snake/kebab-case", "from_camel_case_to_snake/kebab_case"},
        {"abc_123_def", "abc_123_def"},
        {"", ""},
    };
    for (const auto& one : cases) {
      const auto& text = one.first;
      const auto& wanted = one.second;
      CAPTURE(text);
      CHECK(sprig("{{ snakecase `" + text + "` }}") == wanted);
      std::string kebab = wanted;
      std::replace(kebab.begin(), kebab.end(), '_', '-');
      CHECK(sprig("{{ kebabcase `" + text + "` }}") == kebab);
    }
  }

  TEST_CASE("sprig: camelcase, swapcase, initials") {
    check_calls({
        {"camelcase `http_server`", "HttpServer"},
        {"camelcase `_camel_case`", "_CamelCase"},
        {"camelcase `no_https`", "NoHttps"},
        {"camelcase `_complex__case_`", "_Complex_Case_"},
        {"camelcase ` complex -case `", " Complex Case "},
        {"camelcase `all`", "All"},
        {"camelcase `GOLANG_IS_GREAT`", "GOLANGISGREAT"},
        {"camelcase `a`", "A"},
        {"camelcase `好`", "好"},
        {"camelcase `__`", "__"},
        {"camelcase ``", ""},
        {"swapcase `This Is A.Test`", "tHIS iS a.tEST"},
        {"swapcase `ÄöΞ`", "äÖξ"},
        {"initials `First Try`", "FT"},
        {"initials `  one\ttwo 셋`", "ot셋"},
        {"initials ``", ""},
        {"trimall `$` `$5.00$`", "5.00"},
        {"plural `1 char` `chars` 3", "chars"},
        {"nospace `h e l l o `", "hello"},
        {"hello", "Hello!"},
    });
  }

  TEST_CASE("sprig: wrap, wrapWith, abbrevboth") {
    check_calls({
        {"wrap 5 `Hello World`", "Hello\nWorld"},
        {"wrap 0 `a b`", "a\nb"},
        {"wrap 5 `averylongword and on`", "averylongword\nand\non"},
        {"wrap 5 `averylongword`", "averylongword"},
        {"wrap 7 `   a   b   c`", "a   b  \nc"},
        {"wrap 5 ``", ""},
        {"wrapWith 5 `\t` `Hello World`", "Hello\tWorld"},
        {"wrapWith 4 `|` `abcdefghij kl`", "abcd|efgh|ij|kl"},
        {"wrapWith 5 `` `Hello World`", "Hello\nWorld"},
        {"abbrevboth 5 10 `1234 5678 9123`", "...5678..."},
        {"abbrevboth 1 9 `1234 5678 9123`", "1234 5..."},
        {"abbrevboth 99 9 `1234 5678 9123`", "...8 9123"},
        {"abbrevboth 5 3 `1234 5678 9123`", "1234 5678 9123"},
        {"abbrevboth 5 6 `1234 5678 9123`", "1234 5678 9123"},
        {"abbrev 5 `hello world`", "he..."},
    });
  }

  TEST_CASE("sprig: base 32 and base 64") {
    check_calls({
        {"b32enc `coffee`", "MNXWMZTFMU======"},
        {"b32dec `MNXWMZTFMU======`", "coffee"},
        {"b32enc ``", ""},
        {"b32dec (b32enc `a`)", "a"},
        {"b32dec (b32enc `abcde`)", "abcde"},
        {"b32dec `MNXW MZ`", "illegal base32 data at input byte 4"},
        {"b32dec `MNXWMZTFMU`", "illegal base32 data at input byte 8"},
        {"b64enc `coffee`", "Y29mZmVl"},
        {"b64enc `coff`", "Y29mZg=="},
        {"b64dec `Y29mZg==`", "coff"},
        {"b64dec `Y29mZg`", "illegal base64 data at input byte 4"},
    });
  }

  TEST_CASE("sprig: regular expressions that are broken") {
    CHECK(sprig("{{ regexMatch `(` `a` }}") == "false");
    CHECK(sprig("{{ mustRegexMatch `(` `a` }}").find("error calling mustRegexMatch") == 0);
  }
}

}  // namespace logsvc::tmpl
