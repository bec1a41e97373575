// Expected texts are those of Go's package fmt, from its documentation and tests.
#include <doctest/doctest.h>

#include <cmath>

#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

struct Printed {
  const char* format;
  std::vector<Value> arguments;
  const char* text;
};

Value integer(int64_t v) { return Value::integer(v); }
Value text(const char* v) { return Value::string(v); }

void check_printed(const std::vector<Printed>& all) {
  for (const Printed& one : all) {
    CAPTURE(one.format);
    CHECK(go_printf(one.format, one.arguments) == one.text);
  }
}

}  // namespace

TEST_SUITE("gotext") {
  TEST_CASE("printf: integers") {
    check_printed({
        {"%d", {integer(12345)}, "12345"},
        {"%d", {integer(-12345)}, "-12345"},
        {"%+d", {integer(12345)}, "+12345"},
        {"% d", {integer(12345)}, " 12345"},
        {"%+ d", {integer(7)}, "+7"},
        {"%10d", {integer(-7)}, "        -7"},
        {"%-10d|", {integer(-7)}, "-7        |"},
        {"%010d", {integer(-7)}, "-000000007"},
        {"%+07d", {integer(1)}, "+000001"},
        {"%-05d|", {integer(7)}, "7    |"},
        {"%.6d", {integer(-1234)}, "-001234"},
        {"%20.8d", {integer(1234)}, "            00001234"},
        {"%020.8d", {integer(1234)}, "            00001234"},
        {"%.0d", {integer(0)}, ""},
        {"%6.0d|", {integer(0)}, "      |"},
        {"%06.0d|", {integer(0)}, "      |"},
        {"%b", {integer(6)}, "110"},
        {"%#b", {integer(7)}, "0b111"},
        {"%o", {integer(668)}, "1234"},
        {"%#o", {integer(668)}, "01234"},
        {"%#o", {integer(0)}, "0"},
        {"%O", {integer(8)}, "0o10"},
        {"%x", {integer(-255)}, "-ff"},
        {"%X", {integer(0xABC)}, "ABC"},
        {"%#x", {integer(255)}, "0xff"},
        {"%#X", {integer(0)}, "0X0"},
        {"%08x", {integer(255)}, "000000ff"},
        {"%#08x", {integer(255)}, "0x000000ff"},
        {"%c", {integer('x')}, "x"},
        {"%c", {integer(0x1F600)}, "\xF0\x9F\x98\x80"},
        {"%c", {integer(0x110000)}, "\xEF\xBF\xBD"},
        {"%q", {integer('x')}, "'x'"},
        {"%q", {integer('\'')}, "'\\''"},
        {"%q", {integer('\n')}, "'\\n'"},
        {"%U", {integer(0)}, "U+0000"},
        {"%U", {integer(0x1F600)}, "U+1F600"},
        {"%v %+v", {integer(5), integer(5)}, "5 5"},
        {"%d", {integer(INT64_MIN)}, "-9223372036854775808"},
    });
  }

  TEST_CASE("printf: floating point") {
    check_printed({
        {"%e", {Value(1.0)}, "1.000000e+00"},
        {"%f", {Value(1234.5678e3)}, "1234567.800000"},
        {"%.3f", {Value(-1.0)}, "-1.000"},
        {"%+.3g", {Value(1.0)}, "+1"},
        {"%.3g", {Value(12345.0)}, "1.23e+04"},
        {"%g", {Value(100.0)}, "100"},
        {"%g", {Value(1e21)}, "1e+21"},
        {"%g", {Value(0.00001)}, "1e-05"},
        {"%G", {Value(1e21)}, "1E+21"},
        {"%v", {Value(1000000.0)}, "1e+06"},
        {"%v", {Value(123456.5)}, "123456.5"},
        {"%+v", {Value(1.5)}, "1.5"},
        {"%8.2f|", {Value(3.14159)}, "    3.14|"},
        {"%-8.2f|", {Value(3.14159)}, "3.14    |"},
        {"%08.3f", {Value(-1.5)}, "-001.500"},
        {"%+010.2f", {Value(1.5)}, "+000001.50"},
        {"% .3f", {Value(1.0)}, " 1.000"},
        {"%.0f", {Value(2.5)}, "2"},
        {"%f", {Value(-0.0)}, "-0.000000"},
        {"%f", {Value(INFINITY)}, "+Inf"},
        {"%08f", {Value(-INFINITY)}, "    -Inf"},
        {"%v %+v", {Value(NAN), Value(NAN)}, "NaN NaN"},
        {"%+f", {Value(NAN)}, "+NaN"},
        {"%d", {Value(1.5)}, "%!d(float64=1.5)"},
    });
  }

  TEST_CASE("printf: texts") {
    check_printed({
        {"%s", {text("abc")}, "abc"},
        {"%5s|%-5s|", {text("abc"), text("abc")}, "  abc|abc  |"},
        {"%05s", {text("abc")}, "00abc"},
        {"%5s", {text("\xED\x95\x9C")}, "    \xED\x95\x9C"},
        {"%.2s", {text("\xED\x95\x9C\xEA\xB8\x80\xEB")}, "\xED\x95\x9C\xEA\xB8\x80"},
        {"%.0s", {text("abc")}, ""},
        {"%8.3s|", {text("abcdef")}, "     abc|"},
        {"%q", {text("a\"b\n")}, "\"a\\\"b\\n\""},
        {"%#q", {text("abc")}, "`abc`"},
        {"%#q", {text("a`b")}, "\"a`b\""},
        {"%#q", {text("a\nb")}, "\"a\\nb\""},
        {"%#v", {text("abc")}, "\"abc\""},
        {"%x", {text("abc")}, "616263"},
        {"%X", {text("\xAB\xCD")}, "ABCD"},
        {"% x", {text("abc")}, "61 62 63"},
        {"%#x", {text("abc")}, "0x616263"},
        {"%# x", {text("abc")}, "0x61 0x62 0x63"},
        {"%.2x", {text("abc")}, "6162"},
        {"%08x|%-8x|", {text("ab"), text("ab")}, "00006162|6162    |"},
        {"%t %v %5t", {Value(true), Value(false), Value(true)}, "true false  true"},
        {"%d", {text("hi")}, "%!d(string=hi)"},
        {"%s", {integer(5)}, "%!s(int=5)"},
        {"%t", {text("x")}, "%!t(string=x)"},
        {"%v %T", {Value(), Value()}, "<nil> <nil>"},
        {"%d", {Value()}, "%!d(<nil>)"},
        {"%T %T %T %T", {integer(1), Value(1.0), text(""), Value(true)}, "int float64 string bool"},
    });
  }

  TEST_CASE("printf: which argument, and what is wrong with the format") {
    check_printed({
        {"", {}, ""},
        {"100%%", {}, "100%"},
        {"%[2]d %[1]d", {integer(1), integer(2)}, "2 1"},
        {"%[3]*.[2]*[1]f", {Value(12.0), integer(2), integer(6)}, " 12.00"},
        {"%6.2f", {Value(12.0)}, " 12.00"},
        {"%d %d %#[1]x %#x", {integer(16), integer(17)}, "16 17 0x10 0x11"},
        {"%*d|%-*d|", {integer(4), integer(7), integer(4), integer(7)}, "   7|7   |"},
        {"%*d|", {integer(-4), integer(7)}, "7   |"},
        {"%.*f", {integer(2), Value(1.0)}, "1.00"},
        {"hi", {text("guys")}, "hi%!(EXTRA string=guys)"},
        {"hi%d", {}, "hi%!d(MISSING)"},
        {"%d %d", {integer(1)}, "1 %!d(MISSING)"},
        {"%d", {integer(1), integer(2), Value()}, "1%!(EXTRA int=2, <nil>)"},
        {"%", {}, "%!(NOVERB)"},
        {"%z", {integer(3)}, "%!z(int=3)"},
        {"%*s", {Value(4.5), text("hi")}, "%!(BADWIDTH)hi"},
        {"%.*s", {Value(4.5), text("hi")}, "%!(BADPREC)hi"},
        {"%.*d", {integer(-1), integer(42)}, "%!(BADPREC)42"},
        {"%*d", {integer(10'000'000), integer(42)}, "%!(BADWIDTH)42"},
        {"%*[2]d", {integer(7)}, "%!d(BADINDEX)"},
        {"%.[2]d", {integer(7)}, "%!d(BADINDEX)"},
        {"%[5]d", {integer(7)}, "%!d(BADINDEX)"},
        {"%[]d", {integer(7)}, "%!d(BADINDEX)"},
        {"%[x]d", {integer(7)}, "%!d(BADINDEX)"},
        {"%[-1]d", {integer(7)}, "%!d(BADINDEX)"},
        {"%[1]2d", {integer(7)}, "%!d(BADINDEX)"},
        {"%[1].2d", {integer(7)}, "%!d(BADINDEX)"},
        {"%3.[2]d", {integer(7)}, "%!d(BADINDEX)"},
        {"%[1]d %d", {integer(7), integer(8)}, "7 8"},
        {"%[1]d", {integer(7), integer(8)}, "7"},
    });
  }
}

}  // namespace logsvc::tmpl
