#include "base/percent_encoding.h"

#include <doctest/doctest.h>

namespace logsvc {

TEST_SUITE_BEGIN("base");

TEST_CASE("percent encoding both ways") {
  CHECK(percent_encode("a-Z_0.~ +/&=%\n\xff") == "a-Z_0.~%20%2B%2F%26%3D%25%0A%FF");
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  CHECK(percent_decode(percent_encode(all)) == all);
  CHECK(percent_decode("p%40ss%3a%2") == "p@ss:%2");
  CHECK(percent_decode("%zz%4") == "%zz%4");
  CHECK(percent_decode("%") == "%");
}

TEST_SUITE_END();

}  // namespace logsvc
