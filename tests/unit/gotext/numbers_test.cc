// Tests numbers, sizes and literals with cases of Go's strconv and of go-humanize.
#include <doctest/doctest.h>

#include <cmath>

#include "gotext/go_number.h"
#include "gotext/go_string.h"
#include "gotext/units.h"

namespace logsvc {

TEST_SUITE("gotext") {
  TEST_CASE("numbers: ParseFloat") {
    const std::pair<const char*, double> kGood[] = {
        {"1", 1},
        {"+1", 1},
        {"-0.1", -0.1},
        {".5", 0.5},
        {"5.", 5},
        {"1e23", 1e23},
        {"1E+5", 1e5},
        {"100000000000000016777215", 1.0000000000000001e+23},
        {"5e-324", 5e-324},
        {"1e-350", 0},
        {"0x1p0", 1},
        {"0x1.8p1", 3},
        {"0X.8p1", 1},
        {"0x1e2p-1", 241},
        {"1_23.50_0_0e+1_2", 1.235e14},
        {"0x_1_2.3_4_5p+1_2", 74565},
        {"1e309", INFINITY},
        {"-1e309", -INFINITY},
        {"inf", INFINITY},
        {"+Inf", INFINITY},
        {"-INFINITY", -INFINITY},
    };
    for (const auto& [text, value] : kGood) {
      const std::string shown_text(text);
      CAPTURE(shown_text);
      CHECK(parse_go_float(text) == value);
    }
    CHECK(std::isnan(parse_go_float("nan").value_or(0)));
    for (const char* text :
         {"",          "1x",          "1.1.",       ".",           "1e",         "e5",
          "+-1",       " 1",          "1 ",         "0x",          "0x1",        "0x1.8",
          "0xp1",      "1p1",         "infi",       "nanx",        "--inf",      "_1",
          "1_",        "1__23.5e+12", "123_.5e+12", "123._5e+12",  "123.5_e+12", "123.5e_+12",
          "123.5e+_1", "123.5e+1__2", "123.5e+12_", "-_123.5e+12", "1e_2"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_go_float(text));
    }
  }

  TEST_CASE("numbers: ParseInt with base 0") {
    const std::pair<const char*, int64_t> kGood[] = {
        {"0", 0},
        {"00", 0},
        {"-0", 0},
        {"12345", 12345},
        {"+7", 7},
        {"012345", 012345},
        {"0o17", 15},
        {"0b101", 5},
        {"0B1", 1},
        {"-0x1F", -31},
        {"0XaB", 171},
        {"1_2_3", 123},
        {"-0x_1_2", -0x12},
        {"0_17", 15},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    for (const auto& [text, value] : kGood) {
      const std::string shown_text(text);
      CAPTURE(shown_text);
      CHECK(parse_go_integer(text) == value);
    }
    for (const char* text : {"",
                             "+",
                             "-",
                             "12345x",
                             "x",
                             "08",
                             "0o8",
                             "0b2",
                             "0x",
                             "0xg",
                             "_1",
                             "1_",
                             "1__2",
                             "0x1__2",
                             "0x1_",
                             "1.0",
                             "1e3",
                             "9223372036854775808",
                             "-9223372036854775809",
                             "++1",
                             "0x-1"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_go_integer(text));
    }
  }

  TEST_CASE("sizes are read as go-humanize reads them") {
    const std::pair<const char*, double> kGood[] = {
        {"42", 42},
        {"42B", 42},
        {"42MB", 42e6},
        {"42MiB", 44040192},
        {"42mib", 44040192},
        {"42 MB", 42e6},
        {"42M", 42e6},
        {"42Mi", 44040192},
        {"42.5MB", 42.5e6},
        {"42.5 MiB", 44564480},
        {"1,005.03 MB", 1005030000},
        {"12.5 EB", 12.5e18},
        {"12.5 E", 12.5e18},
        {"1.9", 1},
    };
    for (const auto& [text, value] : kGood) {
      const std::string shown_text(text);
      CAPTURE(shown_text);
      const auto size = to_bytes(text);
      CHECK((size.ok() ? *size : -1) == value);
    }
    const auto failure = [](const char* text) {
      const auto size = to_bytes(text);
      return size.ok() ? "none" : size.error().message;
    };
    CHECK(failure("84 JB") == "unhandled size name: jb");
    CHECK(failure("") == "strconv.ParseFloat: parsing \"\": invalid syntax");
    CHECK(failure("-5MB") == "strconv.ParseFloat: parsing \"\": invalid syntax");
    CHECK(failure("1.2.3") == "strconv.ParseFloat: parsing \"1.2.3\": invalid syntax");
    CHECK(failure("16 EiB") == "too large: 16 EiB");
  }

  TEST_CASE("sizes are written as go-humanize writes them, without the blank") {
    const std::pair<double, const char*> kTexts[] = {{0, "0B"},           {1, "1B"},
                                                     {803, "803B"},       {999, "999B"},
                                                     {1024, "1.0kB"},     {9999, "10kB"},
                                                     {999'999, "1000kB"}, {1e6, "1.0MB"},
                                                     {1e9 - 1, "1000MB"}, {1e9, "1.0GB"},
                                                     {5.5e9, "5.5GB"},    {1e12, "1.0TB"},
                                                     {1e15, "1.0PB"},     {1e18 - 1e15, "999PB"},
                                                     {1e18, "1.0EB"},     {12.5e18, "12EB"}};
    for (const auto& [bytes, text] : kTexts) CHECK(size_text(bytes) == text);
  }

  TEST_CASE("label values as numbers and durations") {
    const auto number = [](const char* text) {
      const auto value = to_number(text);
      return value.ok() ? std::to_string(*value) : value.error().message;
    };
    CHECK(number("1e3") == "1000.000000");
    CHECK(number("1e999") == "strconv.ParseFloat: parsing \"1e999\": value out of range");
    CHECK(number("x") == "strconv.ParseFloat: parsing \"x\": invalid syntax");
    CHECK(number("-inf") == "-inf");
    const auto seconds = [](const char* text) {
      const auto value = to_seconds(text);
      return value.ok() ? std::to_string(*value) : value.error().message;
    };
    CHECK(seconds("1h15m30.918273645s") == "4530.918274");
    CHECK(seconds("-1.5h") == "-5400.000000");
    CHECK(seconds(".5m") == "30.000000");
    CHECK(seconds("5\xC2\xB5s") == "0.000005");
    CHECK(seconds("5\xCE\xBCs") == "0.000005");
    CHECK(seconds("0") == "0.000000");
    CHECK(seconds("9223372036854775807ns") == "9223372036.854776");
    CHECK(seconds("") == "time: invalid duration \"\"");
    CHECK(seconds("3") == "time: missing unit in duration \"3\"");
    CHECK(seconds(".s") == "time: invalid duration \".s\"");
    CHECK(seconds("1d") == "time: unknown unit \"d\" in duration \"1d\"");
    CHECK(seconds("3000000h") == "time: invalid duration \"3000000h\"");
    CHECK(seconds("9223372036854775808ns") == "time: invalid duration \"9223372036854775808ns\"");
  }

  TEST_CASE("literals of Go") {
    const auto unquoted = [](std::string_view literal) {
      std::string out;
      return unquote_go(literal, out) ? out : "malformed";
    };
    CHECK(unquoted("\"\"") == "");
    CHECK(unquoted("\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\"") == "\a\b\f\n\r\t\v\\\"");
    CHECK(unquoted("\"\\x41\\101\\u00e9\\U0001F600\"") == "AA\xC3\xA9\xF0\x9F\x98\x80");
    CHECK(unquoted("\"\\xff\\377\"") == "\xFF\xFF");
    CHECK(unquoted("`a\\n\"`") == "a\\n\"");
    for (const char* literal :
         {"", "\"", "\"a", "a\"", "'a'", "\"a\nb\"", "\"\\'\"", "\"\\q\"", "\"\\x4\"", "\"\\400\"",
          "\"\\18\"", "\"\\ud800\"", "\"\\U00110000\"", "\"\\\"", "`a`b`", "\"a\"b\"", "\"a`"}) {
      CAPTURE(literal);
      CHECK(unquoted(literal) == "malformed");
    }
  }
}

}  // namespace logsvc
