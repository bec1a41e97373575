#include "base/json_cursor.h"

#include <doctest/doctest.h>

#include <string>

namespace logsvc {
namespace {

// Reads the value that comes next, and notes what it was.
bool read(JsonCursor& json, std::string& out) {
  JsonScalar scalar;
  const char c = json.ahead();
  if (c == '{') {
    json.open();
    out += '{';
    while (json.next_member(scalar)) {
      out += std::string(scalar.text) + ':';
      if (!read(json, out)) return false;
      out += ' ';
    }
    out += '}';
  } else if (c == '[') {
    json.open();
    out += '[';
    while (json.next_item()) {
      if (!read(json, out)) return false;
      out += ' ';
    }
    out += ']';
  } else {
    if (!json.scalar(scalar)) return false;
    out += std::to_string(static_cast<int>(scalar.kind)) + (scalar.escaped ? "!" : "=");
    out += scalar.text;
  }
  return !json.failed();
}

// Returns what was read, or the place of the fault.
std::string outcome(std::string_view text, size_t max_depth = JsonCursor::kMostDepth) {
  JsonCursor json(text, max_depth);
  std::string out;
  if (read(json, out) && json.finish()) return out;
  return "fault at " + std::to_string(json.at());
}

}  // namespace

TEST_SUITE_BEGIN("base");

TEST_CASE("JSON is read value by value") {
  CHECK(outcome(" null ") == "0=null");
  CHECK(outcome("[true,false , -1.5e+3]") == "[2=true 1=false 3=-1.5e+3 ]");
  CHECK(outcome(R"({ "a" : "b" ,"c":{},"d":[[]] })") == "{a:4=b c:{} d:[[] ] }");
  CHECK(outcome(R"("\u00e9 \" \\ and some more text")") == R"(4!\u00e9 \" \\ and some more text)");
  CHECK(outcome("\"\xff bytes that are no UTF-8\"") == "4=\xff bytes that are no UTF-8");
}

TEST_CASE("what is no JSON is refused, and its place is known") {
  CHECK(outcome("") == "fault at 0");
  CHECK(outcome("[1,]") == "fault at 3");
  CHECK(outcome("[1 2]") == "fault at 3");
  CHECK(outcome("[1}") == "fault at 2");
  CHECK(outcome("[1") == "fault at 2");
  CHECK(outcome(R"({"a":1,})") == "fault at 7");
  CHECK(outcome(R"({"a" 1})") == "fault at 5");
  CHECK(outcome(R"({a:1})") == "fault at 1");
  CHECK(outcome("nul") == "fault at 0");
  CHECK(outcome("1 2") == "fault at 2");
  CHECK(outcome("01") == "fault at 1");
  CHECK(outcome("1.") == "fault at 2");
  CHECK(outcome("-") == "fault at 1");
  CHECK(outcome("1e") == "fault at 2");
  CHECK(outcome(R"("a\x")") == "fault at 3");
  CHECK(outcome(R"("a\u12"4")") == "fault at 6");
  CHECK(outcome("\"a\nb\"") == "fault at 2");
  CHECK(outcome("\"open") == "fault at 5");
  CHECK(outcome("\"open\\") == "fault at 6");
}

TEST_CASE("every control character is found at every place of a word") {
  for (size_t before = 0; before < 20; ++before) {
    for (int c = 0; c < 256; ++c) {
      std::string inside = std::string(before, 'x') + static_cast<char>(c) + std::string(12, 'y');
      const std::string text = '"' + inside + '"';
      JsonCursor json(text);
      JsonScalar scalar;
      const bool good = json.scalar(scalar);
      if (c == '"') {
        CHECK(scalar.text == std::string(before, 'x'));
      } else {
        CHECK(good == (c >= ' ' && c != '\\'));
        if (!good) CHECK(json.at() == before + 1 + (c == '\\'));
        if (good) CHECK(scalar.text == inside);
      }
    }
  }
}

TEST_CASE("nesting is bounded") {
  CHECK(outcome("[[[]]]", 3) == "[[[] ] ]");
  CHECK(outcome("[[[[]]]]", 3) == "fault at 3");
  const std::string deep(JsonCursor::kMostDepth + 1, '[');
  JsonCursor json(deep);
  while (json.open()) {
  }
  CHECK(json.depth() == JsonCursor::kMostDepth);
  CHECK(json.failed());
}

TEST_CASE("as written, values end where they seem to") {
  JsonCursor json(R"({"a":[{"]":1}]] 'it\'s',x}y)");
  JsonCursor copy = json;
  CHECK(copy.block());
  CHECK(copy.now() == 'y');
  JsonCursor open(R"({"}":{})");
  CHECK(!open.block());
  CHECK(open.at() == 0);
  json.skip();
  std::string_view inside;
  CHECK(json.quoted(inside));
  CHECK(inside == "a");
  CHECK(json.take(':'));
  const size_t list = json.at();
  CHECK(json.block());
  CHECK(json.since(list) == R"([{"]":1}])");
  CHECK(json.word().empty());
  CHECK(json.take(']'));
  json.skip_blanks();
  CHECK(!json.quoted(inside));
  CHECK(json.quoted(inside, '\''));
  CHECK(inside == R"(it\'s)");
  CHECK(json.take(','));
  CHECK(json.word() == "x");
  CHECK(json.now() == '}');
}

TEST_CASE("the quote that closes is not an escaped one") {
  CHECK(find_closing_quote(R"(ab")", 0) == 2);
  CHECK(find_closing_quote(R"(a\"b")", 0) == 4);
  CHECK(find_closing_quote(R"(a\\"b")", 0) == 3);
  CHECK(find_closing_quote(R"(\\\"")", 2) == 4);
  CHECK(find_closing_quote(R"(a\")", 0) == std::string_view::npos);
  CHECK(find_closing_quote("", 0) == std::string_view::npos);
}

TEST_SUITE_END();

}  // namespace logsvc
