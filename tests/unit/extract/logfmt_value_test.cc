#include <doctest/doctest.h>

#include "extract/logfmt_fields.h"

namespace logsvc::extract {
namespace {

std::string unquoted(const std::string& written) {
  std::string buffer;
  // This copy has no spare bytes, so that reading beyond its end is noticed.
  const std::vector<char> exact(written.begin(), written.end());
  return std::string(logfmt_value({exact.data(), exact.size()}, true, buffer));
}

}  // namespace

TEST_SUITE_BEGIN("extract");

TEST_CASE("logfmt: what stands in quotes, unescaped") {
  CHECK(unquoted("") == "");
  CHECK(unquoted(R"(a \"b\" \\ \n)") == "a \"b\" \\ \n");
  CHECK(unquoted(R"(\u00e9 \ud83d\ude00)") == "\u00e9 \U0001F600");
  CHECK(unquoted(R"(\ud83d \ude00 \ud83d\u0041)") == "\uFFFD \uFFFD \uFFFDA");
  CHECK(unquoted("\xFF") == "\uFFFD");
}

TEST_CASE("logfmt: an escape that is none, or is cut anywhere, stays as it is written") {
  for (const std::string text : {"\\", "a\\", "\\x", "\\u", "\\u12", "\\u123", "\\u12g4 z"}) {
    CHECK(unquoted(text) == text);
  }
  const std::string whole = R"(\ud83d\ude00)";
  for (size_t n = 0; n < whole.size(); ++n) {
    const std::string cut = whole.substr(0, n);
    CHECK(unquoted(cut) == (n < 6 ? cut : "\uFFFD" + cut.substr(6)));
  }
}

TEST_SUITE_END();

}  // namespace logsvc::extract
