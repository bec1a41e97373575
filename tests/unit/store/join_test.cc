// Small files become larger ones, and nothing else changes.
#include "unit/store/store_world.h"

namespace logsvc::store {

TEST_SUITE_BEGIN("store");

namespace {

// Makes n files of the same day, with a few lines each.
void make_small_files(StoreWorld& w, int n) {
  for (int i = 0; i < n; ++i) {
    w.append(kApi, {{at(i), "api " + std::to_string(i)}, {at(100), "equal " + std::to_string(i)}});
    w.append(kQueue, {{at(i), "queue " + std::to_string(i), {{"n", std::to_string(i)}}}});
    REQUIRE(w.store->flush().ok());
  }
}

std::vector<std::string> chunk_names(StoreWorld& w) {
  std::vector<std::string> out;
  const auto days = w.files.list(w.options.dir + "/chunks");
  for (const std::string& day : *days) {
    const auto names = w.files.list(w.options.dir + "/chunks/" + day);
    for (const std::string& name : *names) out.push_back(day + "/" + name);
  }
  return out;
}

void remove_index(StoreWorld& w) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const std::string path = w.options.dir + "/index.db" + suffix;
    if (w.files.exists(path)) REQUIRE(w.files.remove(path).ok());
  }
}

}  // namespace

TEST_CASE("small files of a day are joined: the same lines in the same order, from one file") {
  StoreWorld w;
  make_small_files(w, 12);
  SelectQuery backward;
  backward.direction = Direction::kBackward;
  const auto before = w.select(), before_backward = w.select(backward);
  CHECK(w.store->totals().files == 12);
  REQUIRE(w.store->maintain().ok());
  CHECK(w.store->totals().files < 4);
  CHECK(w.count("logsvc_store_joined_files_total") >= 10);
  CHECK(w.select() == before);
  CHECK(w.select(backward) == before_backward);
  CHECK(chunk_names(w).size() == w.store->totals().files);
  w.open();
  CHECK(w.select() == before);
  CHECK(w.count("logsvc_store_missing_files_total") == 0);
}

TEST_CASE("a few small files are joined when nothing more comes for their day") {
  StoreWorld w;
  make_small_files(w, 3);
  REQUIRE(w.store->maintain().ok());
  CHECK(w.store->totals().files == 3);
  w.clock.advance(30 * kHour);
  REQUIRE(w.store->maintain().ok());
  CHECK(w.store->totals().files == 1);
  CHECK(w.texts().size() == 9);
}

TEST_CASE("files of another day and files that are large stay as they are") {
  StoreWorld w;
  w.options.window_bytes = 20'000;
  w.open();
  w.append(kApi, {{at(0), std::string(19'000, 'x')}});
  REQUIRE(w.store->flush().ok());
  w.append(kApi, {{at(1), "small"}});
  REQUIRE(w.store->flush().ok());
  w.append(kApi, {{at(-86400), "yesterday"}});
  REQUIRE(w.store->flush().ok());
  w.clock.advance(72 * kHour);
  REQUIRE(w.store->maintain().ok());
  CHECK(w.store->totals().files == 3);
  CHECK(w.count("logsvc_store_joined_files_total") == 0);
}

TEST_CASE("exact duplicates in different files are dropped when these are joined, and counted") {
  StoreWorld w;
  for (int i = 0; i < 12; ++i) {
    w.append(kApi, {{at(1), "same"}, {at(1), "line " + std::to_string(i % 2)}});
    REQUIRE(w.store->flush().ok());
  }
  const auto before = w.select();
  CHECK(before.size() == 3);
  REQUIRE(w.store->maintain().ok());
  CHECK(w.select() == before);
  CHECK(w.count("logsvc_store_joined_duplicate_entries_total") > 10);
}

TEST_CASE("a query under way reads the old files to its end; then they go") {
  StoreWorld w;
  make_small_files(w, 12);
  const auto before = w.select();
  {
    auto entries = w.store->select({});
    REQUIRE(entries.ok());
    REQUIRE((*entries)->next());
    REQUIRE(w.store->maintain().ok());
    CHECK(w.store->totals().files < 12);
    CHECK(chunk_names(w).size() >= 12);
    CHECK(1 + drain(**entries).size() == before.size());
    CHECK((*entries)->stats().warnings.empty());
  }
  REQUIRE(w.store->maintain().ok());
  CHECK(chunk_names(w).size() == w.store->totals().files);
  CHECK(w.select() == before);
}

TEST_CASE("old files that a crash left beside the new one go at the next start, index or none") {
  StoreWorld w;
  make_small_files(w, 12);
  const auto before = w.select();
  {
    auto entries = w.store->select({});  // keeps the old files
    REQUIRE(w.store->maintain().ok());
    w.store.reset();
  }
  CHECK(chunk_names(w).size() > 12);
  SUBCASE("the index knows") {}
  SUBCASE("the index is lost") { remove_index(w); }
  w.open();
  CHECK(w.select() == before);
  CHECK(w.store->totals().files < 4);
  CHECK(chunk_names(w).size() == w.store->totals().files);
  CHECK(w.count("logsvc_store_missing_files_total") == 0);
}

TEST_CASE("a damaged file is not joined, is said, and costs nothing else") {
  StoreWorld w;
  make_small_files(w, 12);
  const std::string path = w.options.dir + "/chunks/" + chunk_names(w)[4];
  auto bytes = *w.files.read_all(path);
  bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 0x20);
  REQUIRE(w.files.replace(path, bytes).ok());
  const auto before = w.select();
  REQUIRE(w.store->maintain().ok());
  CHECK(w.select() == before);
  CHECK(w.count("logsvc_store_rewrite_failures_total") == 1);
  CHECK(w.files.exists(path));
  w.clock.advance(30 * kHour);
  REQUIRE(w.store->maintain().ok());
  CHECK(w.store->totals().files == 3);  // those before, itself, those after
  CHECK(w.select() == before);
}

TEST_SUITE_END();

}  // namespace logsvc::store
