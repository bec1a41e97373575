#include "client/words.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace logsvc::client {

TEST_SUITE("client") {
  TEST_CASE("words or LogQL, by the table that the page holds too") {
    std::ifstream table(LOGSVC_SOURCE_DIR "/tests/words/words_or_logql.txt");
    int cases = 0;
    for (std::string line; std::getline(table, line);) {
      if (line.empty() || line[0] == '#') continue;
      const size_t blank = line.find(' ');
      const std::string text = nlohmann::json::parse(line.substr(blank + 1));
      CAPTURE(text);
      CHECK(is_logql(text) == (line.substr(0, blank) == "logql"));
      ++cases;
    }
    CHECK(cases > 60);
  }

  TEST_CASE("words are looked for everywhere, LogQL stays") {
    CHECK(words_to_query(" user_id_123 ") == "{service_name=~\".+\"} |= \"user_id_123\"");
    CHECK(words_to_query("a \"b\"") == "{service_name=~\".+\"} |= \"a \\\"b\\\"\"");
    CHECK(words_to_query("two\nlines\\") == "{service_name=~\".+\"} |= \"two\\nlines\\\\\"");
    CHECK(words_to_query("rate limit") == "{service_name=~\".+\"} |= \"rate limit\"");
    CHECK(words_to_query(" {a=\"b\"}\n") == "{a=\"b\"}");
    CHECK(words_to_query("  ").empty());
  }
}

}  // namespace logsvc::client
