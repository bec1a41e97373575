#include "agent/files/tailed_file.h"

#include <bzlib.h>
#include <zlib.h>

#include <filesystem>

#include "followed_file.h"

namespace logsvc::agent {

TEST_SUITE_BEGIN("agent");

TEST_CASE("a file that grows: complete lines, once each, over restarts") {
  Followed f;
  f.append("one\ntwo\nhal");
  f.read();
  CHECK(f.taken() == Lines{"one", "two"});
  f.restart();
  f.append("f\nthree\n");
  f.read();
  CHECK(f.taken() == Lines{"half", "three"});
  f.restart();
  CHECK(f.read() == TailedFile::State::kIdle);
  CHECK(f.taken().empty());
}

TEST_CASE("a file that was read to its end and deleted is no gap") {
  Followed f;
  f.append("1\n");
  f.read();
  std::filesystem::remove(f.path);
  CHECK(f.read() == TailedFile::State::kGone);
  f.append("another\n");
  f.restart();
  f.read();
  CHECK(f.taken() == Lines{"1", "another"});
  CHECK(f.metrics.gaps.value() == 0);
}

TEST_CASE("each file that is read has its metrics, as long as it is read") {
  Followed f;
  f.append("1\n2\nhalf");
  f.read();
  const std::string path = "{path=\"" + f.path + "\"} ";
  const auto says = [&](const std::string& sample) {
    return ("\n" + f.job.metrics.text()).find("\n" + sample + "\n") != std::string::npos;
  };
  CHECK(says("promtail_read_lines_total" + path + "2"));
  CHECK(says("promtail_read_bytes_total" + path + "4"));
  CHECK(says("promtail_file_bytes_total" + path + "8"));
  f.file.reset();
  CHECK(f.job.metrics.text().find(f.path) == std::string::npos);
}

TEST_CASE("lines that a block holds back are read again after a kill, and only those") {
  Followed f("pipeline_stages:\n- multiline: {firstline: '^S', max_wait_time: 1s}");
  f.append("S1\na\nS2\nb\n");
  f.read();
  CHECK(f.taken() == Lines{"S1\\na"});
  f.restart();
  f.append("c\nS3\n");
  f.read();
  CHECK(f.taken() == Lines{"S2\\nb\\nc"});
  f.job.clock.advance(2 * kSecond);
  CHECK(f.file->next_due() <= f.job.clock.steady_ns());
  CHECK(f.file->flush_due(f.job.clock.steady_ns()));
  CHECK(f.taken() == Lines{"S3"});
  f.restart();
  f.read();
  CHECK(f.taken().empty());
}

TEST_CASE("compressed files are read once, from where they were left") {
  Followed f;
  f.path += ".gz";
  f.compression = Compression::kGzip;
  f.restart();
  const gzFile out = ::gzopen(f.path.c_str(), "wb");
  const std::string text = "z1\nz2\nunended";
  ::gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(out);
  CHECK(f.read() == TailedFile::State::kIdle);
  CHECK(f.taken() == Lines{"z1", "z2", "unended"});
  f.restart();
  f.read();
  CHECK(f.taken().empty());
}

TEST_CASE("bzip2, of several streams, is read once, from where it was left") {
  Followed f;
  f.path += ".bz2";
  f.compression = Compression::kBzip2;
  f.restart();
  for (std::string text : {"z1\nz", "2\nunended"}) {
    std::string packed(1024, '\0');
    unsigned size = 1024;
    REQUIRE(::BZ2_bzBuffToBuffCompress(packed.data(), &size, text.data(),
                                       static_cast<unsigned>(text.size()), 9, 0, 0) == BZ_OK);
    f.append(packed.substr(0, size));
  }
  CHECK(f.read() == TailedFile::State::kIdle);
  CHECK(f.taken() == Lines{"z1", "z2", "unended"});
  f.restart();
  f.read();
  CHECK(f.taken().empty());
  // Damage is reported, and no line is made up.
  f.path += ".bad.bz2";
  f.restart();
  f.append("BZh9nonsense that is no block at all");
  f.read();
  CHECK(f.taken().empty());
  CHECK(f.metrics.failures.value() > 0);
}

TEST_SUITE_END();

}  // namespace logsvc::agent
