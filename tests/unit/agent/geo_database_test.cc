// Tests databases of addresses: lookups, and damaged files.
#include "agent/pipeline/geo_database.h"

#include <doctest/doctest.h>

#include <fstream>

#include "support/mmdb_writer.h"
#include "support/pipeline_lines.h"
#include "support/temp_dir.h"

// libmaxminddb 1.7 leaks what it had read when it refuses a database whose description is damaged.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libmaxminddb"; }

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;

constexpr const char* kNetworks =
    "{10.0.0.0/8: {city: {names: {en: Wide}}},"
    " 10.1.0.0/16: {city: {names: {en: Narrow}}, location: {latitude: 1.5, longitude: 2.25},"
    " list: [a, {x: last}], number: 70000, flag: true},"
    " '2001:db8::/32': {city: {names: {en: Six}}}}";

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string city(const GeoDatabase& database, const std::string& address) {
  auto record = database.find(address);
  if (!record.ok()) return "damaged: " + record.error().message;
  if (!*record) return "nothing";
  const std::string name((*record)->text({"city", "names", "en"}));
  return (*record)->damage().empty() ? name : "damaged: " + (*record)->damage();
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("of networks in each other the smaller one is found, in records of every size") {
  const TempDir directory;
  const std::string path = directory.path() + "/x.mmdb";
  for (const int bits : {24, 28, 32}) {
    CAPTURE(bits);
    write(path, make_mmdb({"T", 6, bits}, kNetworks));
    const auto database = GeoDatabase::open(path);
    REQUIRE(database.ok());
    CHECK((*database)->type() == "T");
    CHECK(city(**database, "10.200.0.1") == "Wide");
    CHECK(city(**database, "10.1.2.3") == "Narrow");
    CHECK(city(**database, "::ffff:10.1.2.3") == "Narrow");
    CHECK(city(**database, "2001:db8:1::1") == "Six");
    CHECK(city(**database, "11.0.0.1") == "nothing");
    CHECK(city(**database, "2001:db9::1") == "nothing");
  }
}

TEST_CASE("what is no address, or none of the database's kind, is not known") {
  const TempDir directory;
  const std::string path = directory.path() + "/x.mmdb";
  write(path, make_mmdb({"T", 4, 24}, "{10.0.0.0/8: {city: {names: {en: Wide}}}}"));
  const auto database = GeoDatabase::open(path);
  REQUIRE(database.ok());
  CHECK(city(**database, "10.1.2.3") == "Wide");
  for (const char* text : {"", "10.1.2", "10.1.2.3 ", "010.1.2.3", "fe80::1%eth0", "2001:db8::1",
                           "10.1.2.3:80", "[::1]", "localhost"}) {
    CAPTURE(text);
    CHECK(city(**database, text) == "nothing");
  }
  CHECK(city(**database, std::string("10.1.2.3\0", 9)) == "nothing");
}

TEST_CASE("parts of a record come in the type that is asked for, or not") {
  const TempDir directory;
  const std::string path = directory.path() + "/x.mmdb";
  write(path, make_mmdb({}, kNetworks));
  const auto database = GeoDatabase::open(path);
  REQUIRE(database.ok());
  auto found = (*database)->find("10.1.0.1");
  REQUIRE((found.ok() && found->has_value()));
  GeoRecord& record = **found;
  CHECK(record.number({"location", "latitude"}) == 1.5);
  CHECK(record.whole_number({"number"}) == 70000);
  CHECK(record.text({"list", "-1", "x"}) == "last");
  CHECK(record.text({"list", "0"}) == "a");
  CHECK(record.text({"number"}).empty());
  CHECK(!record.number({"city"}));
  CHECK(!record.whole_number({"flag"}));
  CHECK(record.text({"list", "-3", "x"}).empty());
  CHECK(record.text({"list", "word"}).empty());
  CHECK(record.text({"city", "names", "en", "more"}).empty());
  CHECK(record.damage().empty());
}

TEST_CASE("a database that cannot be used is refused with its path and what to do") {
  const TempDir directory;
  const std::string path = directory.path() + "/x.mmdb";
  const auto fault = [&] {
    const auto opened = GeoDatabase::open(path);
    return opened.ok() ? "" : opened.error().message;
  };
  CHECK(fault().find(path + ": No such file or directory; put a database there") !=
        std::string::npos);
  write(path, "");
  CHECK(fault().find(path + " is no MaxMind database") == 0);
  write(path, "plain text");
  CHECK(fault().find(path + " is no MaxMind database") == 0);
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  CHECK(fault() == path + " is no file; name a .mmdb in db");
}

TEST_CASE("a database cut or flipped at any byte is refused, or asked without harm") {
  const TempDir directory;
  const std::string path = directory.path() + "/x.mmdb";
  const std::string whole = make_mmdb({}, kNetworks);
  const auto ask = [&](const std::string& bytes) {
    write(path, bytes);
    const auto database = GeoDatabase::open(path);
    if (!database.ok()) return;
    for (const char* address : {"10.1.2.3", "10.2.0.1", "2001:db8::1", "0.0.0.0", "ff::"}) {
      auto record = (*database)->find(address);
      if (!record.ok() || !*record) continue;
      (void)(*record)->text({"city", "names", "en"});
      (void)(*record)->text({"list", "-1", "x"});
      (void)(*record)->number({"location", "latitude"});
      (void)(*record)->whole_number({"number"});
    }
  };
  for (size_t at = 0; at < whole.size(); ++at) {
    ask(whole.substr(0, at));
    for (const int flip : {0x01, 0x20, 0xFF}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      ask(bytes);
    }
  }
}

TEST_CASE("a damaged record gives an entry no label at all, and the entry passes") {
  const TempDir directory;
  const std::string path = directory.path() + "/x.mmdb";
  std::string bytes =
      make_mmdb({}, "{10.0.0.0/8: {city: {names: {en: Wide}}, postal: {code: 'q'}}}");
  const size_t postal_code = bytes.find("\x41q");  // a text of one byte
  REQUIRE(postal_code != std::string::npos);
  bytes[postal_code] = '\x3F';  // a pointer beyond the end of the data
  write(path, bytes);
  TestJob job("pipeline_stages:\n- geoip: {db: " + path + ", source: ip, db_type: city}");
  REQUIRE(job.fault.empty());
  CHECK(job.run({{"ip", "10.1.1.1"}}, {"a"}) ==
        std::vector<std::string>{"2026-01-01T13:00:00Z {ip=\"10.1.1.1\"} a"});
}

TEST_CASE("a database is open once, however many stages ask it") {
  const TempDir directory;
  const std::string path = directory.path() + "/x.mmdb";
  write(path, make_mmdb({}, kNetworks));
  GeoDatabases databases;
  const auto one = databases.open(path);
  const auto two = databases.open(path);
  REQUIRE((one.ok() && two.ok()));
  CHECK(*one == *two);
  CHECK(!databases.open(path + "x").ok());
}

TEST_SUITE_END();

}  // namespace logsvc::agent
