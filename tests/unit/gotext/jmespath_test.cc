#include <doctest/doctest.h>

#include "gotext/jmespath/expression.h"

namespace logsvc::jmespath {
namespace {

// Returns the result as JSON, or the fault.
std::string search(const std::string& expression, const std::string& json) {
  extract::JsonTree tree;
  REQUIRE(tree.parse(json));
  const auto parsed = Expression::parse(expression);
  if (!parsed.ok()) return parsed.error().message;
  const auto found = parsed->search(Value(Value::Place{&tree, 0}));
  if (!found.ok()) return found.error().message;
  std::string out;
  found->append_json(out);
  return out;
}

const std::string kPeople = R"({"people":[{"n":"ann","a":30},{"n":"bob","a":20},{"n":"cy"}]})";

}  // namespace

TEST_SUITE_BEGIN("gotext");

TEST_CASE("JMESPath: paths, projections, slices") {
  CHECK(search("a.b[1].c", R"({"a":{"b":[0,{"c":"x"}]}})") == "\"x\"");
  CHECK(search("people[*].a", kPeople) == "[30,20]");
  CHECK(search("people[].n | [-1]", kPeople) == "\"cy\"");
  CHECK(search("people[::-1].n", kPeople) == R"(["cy","bob","ann"])");
  CHECK(search("people[1:].n", kPeople) == R"(["bob","cy"])");
  CHECK(search("[0:5:2]", "[1,2,3,4,5,6]") == "[1,3,5]");
  CHECK(search("*.x", R"({"p":{"x":1},"q":{"x":2},"r":3})") == "[1,2]");
  CHECK(search("[][]", "[[1,[2]],[3]]") == "[1,2,3]");
  CHECK(search("\"a-b\".\"c.d\"", R"({"a-b":{"c.d":true}})") == "true");
  CHECK(search("missing.deeper[0]", "{}") == "null");
  CHECK(search("@", R"({"a":1,"a":2})") == R"({"a":2})");
}

TEST_CASE("JMESPath: filters, logic, comparisons") {
  CHECK(search("people[?a > `25`].n", kPeople) == R"(["ann"])");
  CHECK(search("people[?a].n | length(@)", kPeople) == "2");
  CHECK(search("people[?!a].n", kPeople) == R"(["cy"])");
  CHECK(search("people[?n == 'bob' || n == 'cy'].n", kPeople) == R"(["bob","cy"])");
  CHECK(search("(a || b) && c", R"({"b":1,"c":"z"})") == "\"z\"");
  CHECK(search("a < b", R"({"a":"x","b":"y"})") == "null");
  CHECK(search("{x: a, y: [b, `null`]}", R"({"a":1.0,"b":1e3})") == R"({"x":1,"y":[1000,null]})");
}

TEST_CASE("JMESPath: functions") {
  CHECK(search("sort_by(people[?a], &a)[0].n", kPeople) == "\"bob\"");
  CHECK(search("max_by(people[?a], &a).n", kPeople) == "\"ann\"");
  CHECK(search("map(&n, people)", kPeople) == R"(["ann","bob","cy"])");
  CHECK(search("sum(@)", "[1,2.5]") == "3.5");
  CHECK(search("avg(@)", "[]") == "null");
  CHECK(search("join(', ', @)", R"(["a","b"])") == "\"a, b\"");
  CHECK(search("reverse('héy')", "1") == "\"yéh\"");
  CHECK(search("length('héy')", "1") == "3");
  CHECK(search("to_string(@)", R"({"a":"<"})") == R"("{\"a\":\"\\u003c\"}")");
  CHECK(search("to_number('1.5')", "1") == "1.5");
  CHECK(search("merge(@, {b: `2`})", R"({"a":1,"b":1})") == R"({"a":1,"b":2})");
  CHECK(search("type(@)", "null") == "\"null\"");
  CHECK(search("length(@)", "1") == "invalid type for length(): number");
}

TEST_CASE("JMESPath: what does not parse") {
  for (const char* bad : {"", "a.", "a[", "a[?", "b['x']", "{a: }", "a b", "foo(", "nofunc(@)",
                          "[::0]", "'open", "`{`", "a..b", "&", "@.", "a[1:2:3:4]"}) {
    CHECK_MESSAGE(!Expression::parse(bad).ok(), bad);
  }
  CHECK(!Expression::parse(std::string(5000, '(')).ok());
}

TEST_CASE("JSON: strict, and read by place") {
  extract::JsonTree tree;
  for (const char* good : {"{}", " [1, -0.5e+3, \"\\u00e9\", {\"a\":[]}] ", "null", "\"x\"", "0"}) {
    CHECK_MESSAGE(tree.parse(good), good);
  }
  for (const char* bad :
       {"", "{", "[1,]", "{\"a\":1,}", "{a:1}", "01", "1.", "\"\x01\"", "\"\\x\"", "{\"a\"}",
        "[1 2]", "nul", "{} x", "-", "[,1]", "{\"a\":,}", "\"\\u12\""}) {
    CHECK_MESSAGE(!tree.parse(bad), bad);
  }
  REQUIRE(tree.parse(R"({"a":{"b":1},"c":"\u00e9","a":2})"));
  CHECK(tree.number(tree.member(0, "a")) == 2);
  std::string text;
  tree.append_string(tree.member(0, "c"), text);
  CHECK(text == "é");
  CHECK(tree.member(0, "b") == 0);
}

TEST_SUITE_END();

}  // namespace logsvc::jmespath
