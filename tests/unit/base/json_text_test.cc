#include "base/json_text.h"

#include <doctest/doctest.h>

#include <random>

#include "base/utf8.h"

namespace logsvc {
namespace {

std::string json(std::string_view text, JsonEscapes escapes = JsonEscapes::kNeeded) {
  std::string out;
  append_json_string(out, text, escapes);
  return out;
}

// Returns the right result, made one character at a time.
std::string slowly(std::string_view text, JsonEscapes escapes) {
  const bool html = escapes == JsonEscapes::kHtml || escapes == JsonEscapes::kGo;
  std::string out = "\"";
  while (!text.empty()) {
    const size_t n = utf8_length(text);
    const std::string_view c = text.substr(0, n ? n : 1);
    char hex[8];
    std::snprintf(hex, sizeof hex, "\\u%04x", static_cast<unsigned char>(c[0]));
    if (n == 0) {
      out += escapes == JsonEscapes::kGo ? "\\ufffd" : "\xEF\xBF\xBD";
    } else if (c == "\"" || c == "\\") {
      out += "\\" + std::string(c);
    } else if (c == "\n" || c == "\r" || c == "\t") {
      out += c == "\n" ? "\\n" : c == "\r" ? "\\r" : "\\t";
    } else if (escapes == JsonEscapes::kShort && (c == "\b" || c == "\f")) {
      out += c == "\b" ? "\\b" : "\\f";
    } else if (n == 1 && (c[0] < ' ' || (html && (c == "<" || c == ">" || c == "&")))) {
      out += hex;
    } else if (html && (c == "\xE2\x80\xA8" || c == "\xE2\x80\xA9")) {
      out += c == "\xE2\x80\xA8" ? "\\u2028" : "\\u2029";
    } else {
      out += c;
    }
    text.remove_prefix(c.size());
  }
  return out + "\"";
}

}  // namespace

TEST_SUITE_BEGIN("base");

TEST_CASE("JSON strings escape what must be, and mend bytes that are no UTF-8") {
  CHECK(json("") == R"("")");
  CHECK(json("a\"\\\n\x01") == R"("a\"\\\n\u0001")");
  CHECK(json("<b>&", JsonEscapes::kHtml) == R"("\u003cb\u003e\u0026")");
  CHECK(json("<b>") == "\"<b>\"");
  CHECK(json("\xED\x95\x9C\xFF") == "\"\xED\x95\x9C\xEF\xBF\xBD\"");
  CHECK(json("\xFF", JsonEscapes::kGo) == R"("\ufffd")");
  CHECK(json("\xE2\x80\xA8", JsonEscapes::kHtml) == R"("\u2028")");
}

TEST_CASE("JSON strings: each byte at each place of a word, and random ones, as written slowly") {
  for (const auto escapes :
       {JsonEscapes::kNeeded, JsonEscapes::kShort, JsonEscapes::kHtml, JsonEscapes::kGo}) {
    for (int byte = 0; byte < 256; ++byte) {
      for (size_t at = 0; at < 17; ++at) {
        std::string text(17, 'x');
        text[at] = static_cast<char>(byte);
        REQUIRE(json(text, escapes) == slowly(text, escapes));
      }
    }
    std::mt19937 random(7);
    static constexpr std::string_view kParts[] = {
        "\"",
        "\\",
        "\n",
        "<",
        "&",
        "\xED\x95\x9C",
        "\xE2\x80\xA9",
        "\xF0\x9F\x8E\xAB",
        "\xC0",
        "\x7F",
        "\x1F",
        "plain",
        "a longer piece of a line that needs nothing at all"};
    for (int i = 0; i < 500; ++i) {
      std::string text;
      for (size_t n = random() % 80; n > 0; --n) text += kParts[random() % std::size(kParts)];
      REQUIRE(json(text, escapes) == slowly(text, escapes));
    }
  }
}

TEST_SUITE_END();

}  // namespace logsvc
