#include <doctest/doctest.h>
#include <zlib.h>

#include "agent/gelf/gelf_message.h"

namespace logsvc::agent {
namespace {

std::string chunk(const std::string& id, int number, int count, const std::string& text) {
  return "\x1e\x0f" + id + static_cast<char>(number) + static_cast<char>(count) + text;
}

std::string zlib_packed(const std::string& text) {
  uLongf size = ::compressBound(text.size());
  std::string out(size, '\0');
  ::compress(reinterpret_cast<Bytef*>(out.data()), &size,
             reinterpret_cast<const Bytef*>(text.data()), text.size());
  out.resize(size);
  return out;
}

std::optional<std::string> added(GelfAssembler& assembler, const std::string& datagram,
                                 int64_t now = 0) {
  const auto message = assembler.add(datagram, now);
  REQUIRE_MESSAGE(message.ok(), message.error().message);
  return *message;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("GELF: the parts of a message") {
  const auto m = parse_gelf(
      R"({"version":"1.1","host":"h","short_message":"x","level":3,"facility":"f","timestamp":1767272400.25})");
  REQUIRE(m.ok());
  CHECK(m->version == "1.1");
  CHECK(m->host == "h");
  CHECK(m->level == 3);
  CHECK(m->facility == "f");
  CHECK(m->time == 1'767'272'400'250'000'000);
  CHECK(parse_gelf(R"({"level":"3","timestamp":"soon"})")->level == -1);
  for (const char* none : {"", "x", "[1]", "{"}) CHECK(!parse_gelf(none).ok());
}

TEST_CASE("GELF: whole, packed, and in chunks of any order") {
  GelfAssembler assembler;
  const std::string text = R"({"short_message":"hello"})";
  CHECK(added(assembler, text) == text);
  CHECK(added(assembler, zlib_packed(text)) == text);
  const std::string packed = zlib_packed(text);
  CHECK(!added(assembler, chunk("abcdefgh", 2, 3, packed.substr(20))));
  CHECK(!added(assembler, chunk("abcdefgh", 0, 3, packed.substr(0, 10))));
  CHECK(!added(assembler, chunk("abcdefgh", 0, 3, "twice")));
  CHECK(!added(assembler, chunk("12345678", 0, 2, "another")));
  CHECK(added(assembler, chunk("abcdefgh", 1, 3, packed.substr(10, 10))) == text);
}

TEST_CASE("GELF: what cannot be is refused, what never comes is forgotten and counted") {
  GelfAssembler assembler;
  for (const std::string& bad :
       {chunk("abcdefgh", 3, 3, "x"), chunk("abcdefgh", 0, 0, "x"),
        std::string("\x1e\x0f"
                    "ab"),
        zlib_packed("half a message").substr(0, 8), std::string(2 << 20, 'x'),
        zlib_packed(std::string(2 << 20, 'x'))}) {
    CHECK(!assembler.add(bad, 0).ok());
  }
  CHECK(!added(assembler, chunk("abcdefgh", 0, 2, "x")));
  CHECK(!added(assembler, chunk("12345678", 0, 2, "x"), 6 * kSecond));
  CHECK(assembler.incomplete() == 1);
  for (int i = 0; i < 2000; ++i) {
    const std::string id = std::to_string(10'000'000 + i);
    (void)assembler.add(chunk(id, 0, 2, "x"), 7 * kSecond).ok();
  }
  CHECK(!assembler.add(chunk("another1", 0, 2, "x"), 7 * kSecond).ok());
}

TEST_SUITE_END();

}  // namespace logsvc::agent
