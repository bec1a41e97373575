#include "base/base64.h"

#include <doctest/doctest.h>

namespace logsvc {

TEST_SUITE_BEGIN("base");

TEST_CASE("base 64 both ways") {
  // They are from RFC 4648, section 10.
  const std::pair<std::string, std::string> kBoth[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : kBoth) {
    CHECK(encode_base64(bytes) == text);
    CHECK(*decode_base64(text) == bytes);
    CHECK(*decode_any_base64(text) == bytes);
  }
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (size_t n = 0; n <= all.size(); ++n) {
    const std::string part = all.substr(0, n);
    CHECK(*decode_base64(encode_base64(part)) == part);
  }
}

TEST_CASE("what is no base 64 is refused, with the place") {
  const std::pair<std::string, std::string> kBad[] = {
      {"Zg", "0"},    {"Zm9vYg=", "7"}, {"Zg=a", "3"}, {"Zg==a", "4"},
      {"Zm9v=", "4"}, {"Z m9", "1"},    {"Zm-_", "2"}, {"Z===", "1"}};
  for (const auto& [text, at] : kBad) {
    const std::string shown_text(text);
    INFO(shown_text);
    const auto bytes = decode_base64(text);
    REQUIRE(!bytes.ok());
    CHECK(bytes.error().message == "illegal base64 data at input byte " + at);
  }
  CHECK(*decode_base64("Zm\r\n9v\n") == "foo");
}

TEST_CASE("base 64 in either alphabet, padded or not") {
  CHECK(*decode_any_base64("-_-_") == *decode_any_base64("+/+/"));
  CHECK(*decode_any_base64("Zg") == "f");
  CHECK(!decode_any_base64("Z g"));
  CHECK(!decode_any_base64("Zg=a"));
}

TEST_SUITE_END();

}  // namespace logsvc
