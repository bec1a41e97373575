#include "server/tls/certificate_keeper.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "server/server_config.h"
#include "server/tls/own_certificate.h"
#include "support/certificates.h"
#include "support/fake_clock.h"
#include "support/mem_file_system.h"
#include "support/temp_dir.h"

namespace logsvc::server {
namespace {

using logsvc::testing::FakeClock;
using logsvc::testing::TempDir;
using logsvc::testing::write_certificate;
using logsvc::testing::write_file;

struct World {
  TempDir dir;
  FakeClock clock;
  Metrics metrics;
  std::string said;
  Diagnostics diagnostics{clock, LogLevel::kInfo, LogFormat::kLogfmt,
                          [this](std::string_view line) { said += line; }};

  std::unique_ptr<CertificateKeeper> keep(const http::TlsFiles& files) {
    auto out = CertificateKeeper::open(files, "api", clock, metrics, diagnostics);
    REQUIRE(out.ok());
    return std::move(*out);
  }
  size_t times(const std::string& text) const {
    size_t n = 0;
    for (size_t at = said.find(text); at != said.npos; at = said.find(text, at + 1)) ++n;
    return n;
  }
  // A minute later, so that repeats are said too.
  void look(CertificateKeeper& keeper) {
    clock.advance(kMinute + kSecond);
    keeper.look();
  }
};

void copy(const std::string& from, const std::string& to) {
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
}

config::Settings settings(const std::map<std::string, std::string>& flags) {
  const auto none = [](const std::string&) { return std::optional<std::string>(); };
  auto out = config::Settings::resolve(server_settings(), flags, none, "");
  REQUIRE(out.ok());
  return std::move(*out);
}

std::string problem(const std::map<std::string, std::string>& flags) {
  const auto out = read_tls_settings(settings(flags));
  return out.ok() ? "" : out.error().message;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("a changed pair of files is taken up, a half-written one is not, and said once") {
  World w;
  const http::TlsFiles used = write_certificate(w.dir.path(), "used");
  const http::TlsFiles next = write_certificate(w.dir.path(), "next");
  const auto keeper = w.keep(used);
  const std::string first = keeper->context()->fingerprint();
  w.look(*keeper);
  CHECK(w.times("certificate again") == 0);

  copy(next.certificate, used.certificate);
  for (int i = 0; i < 3; ++i) w.look(*keeper);
  CHECK(keeper->context()->fingerprint() == first);
  CHECK(w.times("the one before it stays") == 1);
  CHECK(w.said.find(used.key) != w.said.npos);

  copy(next.key, used.key);
  w.look(*keeper);
  CHECK(keeper->context()->fingerprint() != first);
  CHECK(w.times("certificate again") == 1);

  std::filesystem::remove(used.key);
  for (int i = 0; i < 3; ++i) w.look(*keeper);
  CHECK(w.times("the one before it stays") == 2);
  write_file(used.key, "");
  w.look(*keeper);
  CHECK(w.times("the one before it stays") == 3);
  const auto again = CertificateKeeper::open(next, "api", w.clock, w.metrics, w.diagnostics);
  REQUIRE(again.ok());
  CHECK((*again)->context()->fingerprint() == keeper->context()->fingerprint());
}

TEST_CASE("files are looked at once a second at most") {
  World w;
  const http::TlsFiles used = write_certificate(w.dir.path(), "used");
  const auto keeper = w.keep(used);
  keeper->look();
  const std::string first = keeper->context()->fingerprint();
  write_certificate(w.dir.path(), "used");
  w.clock.advance(kSecond - 1);
  keeper->look();
  CHECK(keeper->context()->fingerprint() == first);
  w.clock.advance(1);
  keeper->look();
  CHECK(keeper->context()->fingerprint() != first);
}

TEST_CASE("the end of a certificate is said once a day from two weeks before it") {
  World w;
  const auto keeper = w.keep(write_certificate(w.dir.path(), "used"));
  const Timestamp end = keeper->context()->end();
  CHECK(w.metrics.text().find("logsvc_tls_certificate_end_timestamp_seconds{listener=\"api\"} " +
                              std::to_string(end / kSecond)) != std::string::npos);
  w.clock.advance(end - w.clock.now() - 14 * kDay - kSecond);
  keeper->look();
  CHECK(w.times("ends soon") == 0);
  w.clock.advance(2 * kSecond);
  for (int hour = 0; hour < 48; ++hour) {
    keeper->look();
    w.clock.advance(kHour);
  }
  CHECK(w.times("ends soon") == 2);
  w.clock.advance(14 * kDay);
  keeper->look();
  CHECK(w.times("has ended") == 1);
}

TEST_CASE("a certificate of our own is made once, and never replaced") {
  World w;
  PosixFileSystem files;
  const auto made = own_certificate(files, w.dir.path(), w.clock.now());
  REQUIRE(made.ok());
  const std::string fingerprint = w.keep(*made)->context()->fingerprint();
  const auto mode = std::filesystem::status(made->key).permissions();
  CHECK(mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  const auto kept = own_certificate(files, w.dir.path(), w.clock.now() + kDay);
  REQUIRE(kept.ok());
  CHECK(w.keep(*kept)->context()->fingerprint() == fingerprint);
  // What a crash between the two files leaves is made anew; what is damaged is not.
  std::filesystem::remove(made->certificate);
  REQUIRE(own_certificate(files, w.dir.path(), w.clock.now()).ok());
  CHECK(w.keep(*made)->context()->fingerprint() != fingerprint);
  write_file(made->certificate, "damaged");
  const auto damaged = own_certificate(files, w.dir.path(), w.clock.now());
  REQUIRE_FALSE(damaged.ok());
  CHECK(damaged.error().message.find("cert.pem") != std::string::npos);
}

TEST_CASE("wrong TLS settings are refused, each with its name") {
  TempDir dir;
  const http::TlsFiles one = write_certificate(dir.path(), "one");
  const http::TlsFiles two = write_certificate(dir.path(), "two");
  const std::string gone = dir.path() + "/gone.pem";
  CHECK(problem({{"tls", "on"}}).starts_with("--tls: expected off"));
  CHECK(problem({{"tls", "files"}}).starts_with("--tls: files needs"));
  CHECK(problem({{"tls-cert", one.certificate}}) == "--tls-cert: needs tls-key as well");
  CHECK(problem({{"ui-tls-key", one.key}}) == "--ui-tls-key: needs ui-tls-cert as well");
  CHECK(problem({{"tls-cert", gone}, {"tls-key", one.key}}).starts_with("--tls-cert: " + gone));
  CHECK(problem({{"tls-cert", one.certificate}, {"tls-key", gone}})
            .starts_with("--tls-key: " + gone));
  CHECK(problem({{"tls-cert", one.certificate}, {"tls-key", two.key}}).find("mismatch") !=
        std::string::npos);
  CHECK(problem({{"ui-tls-cert", one.certificate}, {"ui-tls-key", two.key}})
            .starts_with("--ui-tls-key: "));
  CHECK(problem({{"tls", "self-signed"}, {"tls-cert", one.certificate}}).starts_with("--tls: "));
  CHECK(problem({{"tls-client-ca", one.certificate}}).starts_with("--tls-client-ca: needs"));
  CHECK(problem({{"tls", "off"},
                 {"tls-cert", one.certificate},
                 {"tls-key", one.key},
                 {"tls-client-ca", one.certificate}})
            .starts_with("--tls-client-ca: needs"));
  CHECK(problem({{"tls", "self-signed"}, {"tls-client-ca", one.key}})
            .starts_with("--tls-client-ca: " + one.key));
}

TEST_CASE("each listener gets its certificate") {
  TempDir dir;
  const http::TlsFiles one = write_certificate(dir.path(), "one");
  const http::TlsFiles two = write_certificate(dir.path(), "two");
  auto both = read_tls_settings(settings({{"tls-cert", one.certificate}, {"tls-key", one.key}}));
  REQUIRE(both.ok());
  CHECK(both->api == one);
  CHECK(both->ui == one);
  auto differ = read_tls_settings(settings({{"tls-cert", one.certificate},
                                            {"tls-key", one.key},
                                            {"ui-tls-cert", two.certificate},
                                            {"ui-tls-key", two.key},
                                            {"tls-client-ca", one.certificate}}));
  REQUIRE(differ.ok());
  CHECK(differ->api == http::TlsFiles{one.certificate, one.key, one.certificate});
  CHECK(differ->ui == two);
  auto page = read_tls_settings(
      settings({{"ui-tls-cert", two.certificate}, {"ui-tls-key", two.key}, {"tls", "files"}}));
  REQUIRE(page.ok());
  CHECK_FALSE(page->api_is_secure());
  CHECK(page->ui_is_secure());
  auto off = read_tls_settings(
      settings({{"tls", "off"}, {"tls-cert", one.certificate}, {"tls-key", one.key}}));
  REQUIRE(off.ok());
  CHECK_FALSE(off->ui_is_secure());
}

TEST_SUITE_END();

}  // namespace logsvc::server
