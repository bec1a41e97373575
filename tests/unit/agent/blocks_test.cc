// Tests which plain lines form one entry, language by language.
#include <doctest/doctest.h>

#include "support/pipeline_lines.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;

struct Block {
  std::string level;  // empty: none
  std::vector<std::string> lines;
};

// Each block must come out as one entry with its level.
void check_blocks(const std::vector<Block>& blocks) {
  TestJob job("auto: true");
  REQUIRE_MESSAGE(job.job, job.fault);
  std::vector<std::string> lines;
  for (const Block& block : blocks)
    lines.insert(lines.end(), block.lines.begin(), block.lines.end());
  const auto got = job.run({{"__meta_docker_container_name", "/app"}}, lines);
  REQUIRE(got.size() == blocks.size());
  for (size_t i = 0; i < got.size(); ++i) {
    std::string text;
    for (const std::string& line : blocks[i].lines) text += (text.empty() ? "" : "\\n") + line;
    CHECK_MESSAGE(got[i].ends_with("} " + text) == true, got[i]);
    const bool has_level = got[i].find(" level=\"" + blocks[i].level + "\"") != std::string::npos;
    CHECK_MESSAGE(has_level == !blocks[i].level.empty(), got[i]);
    if (blocks[i].level.empty()) CHECK(got[i].find(" level=") == std::string::npos);
  }
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("what Rust prints when it dies is one entry: panics, backtraces, chains of anyhow") {
  check_blocks({
      {"", {"starting"}},
      {"error",
       {"thread 'main' panicked at src/main.rs:2:5:",
        "index out of bounds: the len is 3 but the index is 99",
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace"}},
      {"error",
       {"thread 'tokio-runtime-worker' (4711) panicked at 'boom', src/main.rs:9:5",
        "stack backtrace:", "   0: rust_begin_unwind",
        "             at /rustc/abc/library/std/src/panicking.rs:645:5",
        "   1: core::panicking::panic_fmt",
        "note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace."}},
      {"error",
       {"Error: failed to read config", "", "Caused by:", "    0: could not open file",
        "    1: No such file or directory (os error 2)", "",
        "Stack backtrace:", "   0: anyhow::error::f", "             at ./src/main.rs:3:1"}},
      {"", {"started again"}},
  });
}

TEST_CASE("PHP's, Monolog's and Laravel's stack traces are one entry with their head") {
  check_blocks({
      {"fatal",
       {"PHP Fatal error:  Uncaught RuntimeException: boom in /app/x.php:3",
        "Stack trace:", "#0 /app/y.php(10): f()", "#1 [internal function]: g(Object(A))",
        "#2 {main}", "", "Next LogicException: again in /app/x.php:9", "Stack trace:", "#0 {main}",
        "  thrown in /app/x.php on line 9"}},
      {"error",
       {"[2026-01-01 12:59:59] production.ERROR: boom {\"exception\":\"[object] "
        "(RuntimeException(code: 0): boom at /app/x.php:3)",
        "[stacktrace]", "#0 /app/vendor/laravel/x.php(10): f()", "#1 {main}", "\"} "}},
      {"", {"#1 fan of ours"}},
      {"info", {"[2026-01-01 12:59:59] production.INFO: next"}},
  });
}

TEST_CASE("Ruby's and Elixir's traces are one entry with their head") {
  check_blocks({
      {"error",
       {"/app/x.rb:1:in `f': boom (RuntimeError)", "\tfrom /app/x.rb:5:in `g'",
        "\tfrom /app/x.rb:9:in `<main>'"}},
      {"error",
       {"E, [2026-01-01T12:59:59.123456 #1] ERROR -- : boom (RuntimeError)",
        "app/x.rb:3:in 'Shop#open'", "app/y.rb:7:in 'Shop#run'"}},
      {"info", {"I, [2026-01-01T12:59:59.123456 #1]  INFO -- : next"}},
      {"error",
       {"12:59:59.123 [error] GenServer Shop terminating", "** (RuntimeError) boom",
        "    (shop 0.1.0) lib/shop.ex:10: Shop.handle_call/3",
        "    (stdlib 5.0) gen_server.erl:695: :gen_server.try_dispatch/4", "Last message: :boom",
        "State: %{}"}},
      {"info", {"12:59:59.124 [info] next"}},
  });
}

TEST_CASE(
    "an exception below a line that says ERROR is one entry with it: Java, .NET, Python, Node; "
    "below other lines it is not") {
  check_blocks({
      {"error",
       {"2026-01-01T12:59:59.123Z ERROR 1 --- [main] c.acme.App : failed",
        "java.lang.IllegalStateException: boom", "\tat com.acme.App.main(App.java:5)",
        "Caused by: java.lang.X: inner", "\t... 3 more"}},
      {"error", {"12:59:59.123 [main] ERROR com.acme.Foo - msg", "java.lang.OutOfMemoryError"}},
      {"error",
       {"[12:59:59 ERR] Unhandled", "System.InvalidOperationException: boom",
        "   at Shop.Orders.Open()", "--- End of stack trace from previous location ---",
        "   at Shop.Orders.Run()"}},
      {"error",
       {"ERROR:root:failed", "Traceback (most recent call last):",
        "  File \"x.py\", line 1, in <module>", "ValueError: no"}},
      {"error",
       {"fail: Shop.Orders[100]", "      message of the second line",
        "      System.Exception: boom"}},
      {"error",
       {"Jan 01, 2026 12:59:59 PM com.acme.Shop open", "SEVERE: boom", "java.lang.X: y",
        "\tat com.acme.Shop.open(Shop.java:3)"}},
      {"warn",
       {"Jan 01, 2026 12:59:59 PM com.acme.Shop open", "WARNING: slow",
        "java.util.concurrent.TimeoutException"}},
      {"info", {"Jan 01, 2026 12:59:59 PM com.acme.Shop open", "INFO: opened"}},
      {"", {"java.lang.X: beside it"}},
      {"info", {"2026-01-01T12:59:59.123Z  INFO 1 --- [main] c.acme.App : fine"}},
      {"", {"java.lang.X: alone"}},
      {"error", {"ERROR first"}},
      {"error", {"ERROR second"}},
  });
}

TEST_CASE(
    "an object that is printed on several lines is understood as a whole: JSON with an indent, "
    "util.inspect") {
  check_blocks({
      {"error",
       {"{", "  \"level\": \"error\",", "  \"service\": \"ticket\",", "  \"message\": \"boom\",",
        "  \"data\": {", "    \"a\": [", "      1", "    ]", "  },",
        "  \"timestamp\": \"2026-01-01T12:59:59.123Z\"", "}"}},
      {"warn",
       {"{", "  level: 'warn',", "  message: 'it\\'s slow',", "  service: 'ticket',",
        "  timestamp: '2026-01-01T12:59:59.456Z',", "  [Symbol(level)]: 'warn'", "}"}},
      {"", {"after"}},
  });
}

TEST_SUITE_END();

}  // namespace logsvc::agent
