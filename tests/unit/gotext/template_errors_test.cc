// Tests what cannot be parsed, and where, with cases of Go's text/template/parse.
#include <doctest/doctest.h>

#include "gotext/template/template.h"

namespace logsvc::tmpl {
namespace {

std::string parse_error(const char* text) {
  const auto parsed = Template::parse("t", text, Dialect::kPromtail);
  return parsed.ok() ? "parses" : parsed.error().message;
}

std::string render_error(const char* text) {
  auto parsed = Template::parse("line", text);
  if (!parsed.ok()) return parsed.error().message;
  std::string out;
  const Status status =
      parsed->render(0, "line", std::make_shared<const Labels>(Labels{{"x", "y"}}), out);
  return status.ok() ? out : status.error().message;
}

}  // namespace

TEST_SUITE("gotext") {
  TEST_CASE("templates: errors say the line") {
    CHECK(parse_error("line1\n{{") == "template: t:2: unclosed action");
    CHECK(parse_error("line1\n{{define `x`}}line2\n{{") == "template: t:3: unclosed action");
    CHECK(parse_error("line1\n{{\"x\"\n\"y\"\n") ==
          "template: t:4: unclosed action started at t:2");
    CHECK(parse_error("{{\n\n\n\n\n") == "template: t:6: unclosed action started at t:1");
    CHECK(parse_error("a\n{{ .x\n | `y }}") ==
          "template: t:3: unterminated raw quoted string in action started at t:2");
    CHECK(parse_error("line1\n{{\nnosuch\n}}") == "template: t:3: function \"nosuch\" not defined");
    CHECK(parse_error("{{ $v := `\n` }} {{") == "template: t:2: unclosed action");
    CHECK(parse_error("{{/*\nhello\n}}") == "template: t:1: unclosed comment");
    CHECK(parse_error("a\n\n{{if .x}}b{{end}}{{end}}") == "template: t:3: unexpected {{end}}");
  }

  TEST_CASE("templates: what is wrong") {
    const std::pair<const char*, const char*> kErrors[] = {
        {"{{nosuch}}", "function \"nosuch\" not defined"},
        {"{{/*}}", "unclosed comment"},
        {"{{/* x */ }}", "comment ends before closing delimiter"},
        {"{{.X (1 2 3}}", "unclosed left paren"},
        {"{{.X 1 2 3 ) }}", "unexpected right paren"},
        {"{{(.X 1 2 3", "unclosed action"},
        {"{{`x`3}}", "unexpected \"3\" in operand"},
        {"{{a#}}", "bad character U+0023 '#'"},
        {"{{\x01}}", "unrecognized character in action: U+0001 '\x01'"},
        {"{{'a}}", "unterminated character constant"},
        {"{{\"a}}", "unterminated quoted string"},
        {"{{`a}}", "unterminated raw quoted string"},
        {"{{0xi}}", "bad number syntax: \"0xi\""},
        {"{{define `a`}}a{{end}}{{define `a`}}b{{end}}",
         "template: multiple definition of template \"a\""},
        {"{{range .X}}", "unexpected EOF"},
        {"{{$x := 23}}{{with $x.y := 3}}{{$x 23}}{{end}}", "unexpected \":=\" in operand"},
        {"{{$a,$b,$c := 23}}", "too many declarations in command"},
        {"{{range $u,$v,$w := .x}}{{end}}", "too many declarations in range"},
        {"{{$a}}", "undefined variable \"$a\""},
        {"{{if $x := 1}}{{end}}{{$x}}", "undefined variable \"$x\""},
        {"{{true.any}}", "unexpected . after term \"true\""},
        {"{{3.any}}", "bad number syntax: \"3.any\""},
        {"{{nil.any}}", "unexpected . after term \"nil\""},
        {"{{ ( ) }}", "missing value for parenthesized pipeline"},
        {"{{}}", "missing value for command"},
        {"{{if}}{{end}}", "missing value for if"},
        {"{{range $k}}{{end}}", "undefined variable \"$k\""},
        {"{{range $k, $v}}{{end}}", "undefined variable \"$v\""},
        {"{{range $k,}}{{end}}", "missing value for range"},
        {"{{range $k, $v := }}{{end}}", "missing value for range"},
        {"{{range $k, .}}{{end}}", "range can only initialize variables"},
        {"{{range $k, 123 := .}}{{end}}", "range can only initialize variables"},
        {"{{break}}", "{{break}} outside {{range}}"},
        {"{{range .}}{{end}}{{continue}}", "{{continue}} outside {{range}}"},
        {"{{range .}}{{break 20}}{{end}}", "unexpected \"20\" in {{break}}"},
        {"{{else}}", "unexpected {{else}}"},
        {"{{if .X}}a{{else}}b{{else}}c{{end}}", "expected end; found {{else}}"},
        {"{{.x | 1}}", "non executable command in pipeline stage 2"},
        {"{{.x | | .y}}", "unexpected \"|\" in command"},
        {"{{: }}", "expected :="},
        {"{{template foo}}", "unexpected \"foo\" in template clause"},
        {"{{define foo}}{{end}}", "unexpected \"foo\" in define clause"},
    };
    for (const auto& [text, error] : kErrors) {
      const std::string shown_text(text);
      CAPTURE(shown_text);
      CHECK(parse_error(text) == std::string("template: t:1: ") + error);
    }
  }

  TEST_CASE("templates: of two definitions one may be empty") {
    const auto rendered = [](const char* text) { return render_error(text); };
    CHECK(rendered("{{define `a`}} {{end}}{{define `a`}}b{{end}}{{template `a`}}") == "b");
    CHECK(rendered("{{define `a`}}b{{end}}{{define `a`}}\n{{end}}{{template `a`}}") == "b");
  }

  TEST_CASE("templates: failures say line and column") {
    CHECK(render_error("{{substr 5 10 `abc`}}")
              .starts_with("template: line:1:2: executing \"line\" at <substr 5 10 `abc`>: error "
                           "calling substr: "));
    CHECK(render_error("one\ntwo {{ .x }} {{ substr 5 10 .x }}")
              .starts_with("template: line:2:16: executing \"line\" at <substr 5 10 .x>: "));
    CHECK(
        render_error("{{ .x }}\n\n{{- template `none` }}") ==
        "template: line:3:13: executing \"line\" at <{{template \"none\"}}>: template \"none\" not "
        "defined");
    CHECK(render_error("{{ .x.y }}")
              .starts_with("template: line:1:5: executing \"line\" at <.x.y>: can't evaluate field "
                           "y in type string"));
  }

  TEST_CASE("templates: blanks are trimmed where markers say so") {
    CHECK(render_error("a {{- .x -}} b") == "ayb");
    CHECK(render_error("a {{-3}} b") == "a -3 b");
    CHECK(render_error("a \n\t{{- /* note */ -}}\n b") == "ab");
    CHECK(render_error("{{ .x -}} \n{{- .x }}") == "yy");
    CHECK(render_error("{{/* note */}}a") == "a");
    CHECK(render_error("{{\"{{\"}}}}") == "{{}}");
    CHECK(render_error("a {{- `x` -}}") == "ax");
  }
}

}  // namespace logsvc::tmpl
