// Tests what a compiled pipeline tells a source about the entries that pass it.
#include <doctest/doctest.h>

#include "logql/stages/pipeline.h"
#include "logql/syntax/parser.h"

namespace logsvc::logql {
namespace {

Pipeline pipeline(const std::string& stages) {
  auto parsed = parse("{a=\"b\"} " + stages);
  REQUIRE(parsed.ok());
  auto out = Pipeline::compile(std::get<LogExpr>((*parsed)->node).stages);
  REQUIRE(out.ok());
  return std::move(*out);
}

std::string describe(const LinePredicate& test) {
  if (test.kind == LinePredicate::Kind::kContains) return "'" + test.text + "'";
  std::string out = test.kind == LinePredicate::Kind::kAllOf   ? "all("
                    : test.kind == LinePredicate::Kind::kAnyOf ? "any("
                                                               : "none(";
  for (const LinePredicate& part : test.parts) out += describe(part);
  return out + ")";
}
std::string lines(const std::string& stages) {
  const Pipeline p = pipeline(stages);
  return describe(p.lines()) + (p.lines_exact() ? "!" : "");
}

// Returns the names of the fields that are tested, and their parsers.
std::string fields(const std::string& stages) {
  const Pipeline p = pipeline(stages);
  if (p.fields().empty()) return "";
  const FieldParser& parser = p.parser();
  std::string out = parser.kind == FieldParser::Kind::kJson ? "json" : "logfmt";
  if (parser.strict) out += " strict";
  if (parser.keep_empty) out += " keep_empty";
  for (const FieldPredicate& test : p.fields()) out += " " + test.name;
  return out;
}

}  // namespace

TEST_CASE("a pattern filter tells the texts that its lines have, and never that they suffice") {
  CHECK(lines("|> \"<_>status=500<_>\"") == "all('status=500')");
  CHECK(lines("|> \"GET <_> took <_>ms\"") == "all(all('GET '' took ''ms'))");
  CHECK(lines("|> \"<_>a<_>\" or \"b<_>c\"") == "all(any('a'all('b''c')))");
  CHECK(lines("|= \"x\" |> \"<_>a<_>\"") == "all('x''a')");
  CHECK(lines("|> \"<_>\"") == "all()");
  CHECK(lines("|> \"\" or \"a<_>\"") == "all()");  // the empty line passes too
  CHECK(lines("!> \"<_>a<_>\"") == "all()");       // a line with an a may pass
}

TEST_CASE("label filters behind a parser that a source knows tell of its fields") {
  CHECK(fields("| logfmt | status >= 500") == "logfmt status");
  CHECK(fields("| logfmt --strict --keep-empty | a=\"b\" | c > 3s") ==
        "logfmt strict keep_empty a c");
  CHECK(fields("| json | status >= 500 and ms < 3") == "json status ms");
  CHECK(fields("| logfmt | json | status >= 500").empty());
  CHECK(fields("| logfmt x=\"status\" | x >= 500").empty());
  CHECK(fields("| line_format \"a=1\" | logfmt | a = 1").empty());
  CHECK(fields("| logfmt | label_format a=b | a = 1").empty());
  CHECK(fields("| pattern \"<a> <_>\" | a = 1").empty());
}

}  // namespace logsvc::logql
