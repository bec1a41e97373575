// A damaged block costs its own entries, once.
#include <map>

#include "store/index/packed_streams.h"
#include "store/index/sqlite.h"
#include "unit/store/store_world.h"

namespace logsvc::store {

TEST_SUITE_BEGIN("store");

namespace {

std::string chunk_of(StoreWorld& w, Timestamp day) {
  const std::string dir = w.options.dir + "/chunks/" + format_day(day);
  return dir + "/" + w.files.list(dir)->at(0);
}

}  // namespace

TEST_CASE("a damaged block is left out, said, counted and not tried again; all others answer") {
  StoreWorld w;
  w.append(kApi, {{at(0), "damaged"}, {at(1), "damaged too"}});
  w.append(kApi, {{at(-86400), "yesterday"}});
  REQUIRE(w.store->flush().ok());
  w.append(kApi, {{at(2), "in memory"}});
  const std::string path = chunk_of(w, at(0));
  const std::string whole = *w.files.read_all(path);
  std::string bytes = whole;
  for (size_t i = 200; i < bytes.size() - 80; ++i) bytes[i] = static_cast<char>(bytes[i] ^ 0x55);
  bytes[60] = static_cast<char>(bytes[60] ^ 0x55);
  w.store.reset();
  REQUIRE(w.files.replace(path, bytes).ok());
  w.open();
  const std::vector<std::string> left = {"yesterday", "in memory"};
  const auto warned = [&] {
    auto entries = w.store->select({});
    REQUIRE(entries.ok());
    while ((*entries)->next()) {
    }
    REQUIRE((*entries)->stats().warnings.size() == 1);
    return (*entries)->stats().warnings[0].find(path) != std::string::npos;
  };
  CHECK(w.texts() == left);
  CHECK(warned());
  CHECK(w.metrics.text().find("logsvc_store_damaged_blocks 1") != std::string::npos);
  // It stays known as damaged even if it could be read again, and after a restart too.
  w.store.reset();
  REQUIRE(w.files.replace(path, whole).ok());
  w.open();
  CHECK(w.texts() == left);
  CHECK(warned());
  // The index remembers the damage, so without the index it is forgotten.
  w.store.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (w.files.exists(w.options.dir + "/index.db" + suffix)) {
      REQUIRE(w.files.remove(w.options.dir + "/index.db" + suffix).ok());
    }
  }
  w.open();
  CHECK(w.texts().size() == 4);
}

TEST_CASE("without the index a file with a damaged block keeps its other blocks") {
  StoreWorld w;
  w.options.window_bytes = 2'000;
  w.open();
  std::vector<Line> lines;
  for (int i = 0; i < 30; ++i) lines.push_back({at(i), std::string(600, 'a') + std::to_string(i)});
  w.append(kApi, lines);
  REQUIRE(w.store->flush().ok());
  REQUIRE(w.store->totals().files == 1);
  const std::string path = chunk_of(w, at(0));
  w.store.reset();
  std::string bytes = *w.files.read_all(path);
  bytes[20] = static_cast<char>(bytes[20] ^ 1);  // the header of the first block
  REQUIRE(w.files.replace(path, bytes).ok());
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (w.files.exists(w.options.dir + "/index.db" + suffix)) {
      REQUIRE(w.files.remove(w.options.dir + "/index.db" + suffix).ok());
    }
  }
  w.open();
  const size_t left = w.texts().size();
  CHECK(left > 0);
  CHECK(left < 30);
  CHECK(w.texts().back() == lines.back().text);
  CHECK(w.log.find("do not verify") != std::string::npos);
}

TEST_CASE("every way over the entries leaves a damaged block out and says so once") {
  for (const Way way : {by_select, by_count, by_times, by_field}) {
    StoreWorld w;
    // These are late lines, so that the two blocks share times: both are read on two occasions.
    w.append(kApi, {{at(0), R"({"n":0})"}, {at(2), R"({"n":2})"}, {at(9), R"({"n":9})"}});
    REQUIRE(w.store->flush().ok());
    const std::string path = chunk_of(w, at(0));
    w.append(kApi, {{at(1), R"({"n":1})"}, {at(3), R"({"n":3})"}});
    REQUIRE(w.store->flush().ok());
    w.append(kApi, {{at(4), R"({"n":4})"}});
    SelectQuery all;
    all.range = {at(-10), at(100)};
    CHECK(way(*w.store, all) == Found{6, {}});
    w.store.reset();
    std::string bytes = *w.files.read_all(path);
    bytes[20] = static_cast<char>(bytes[20] ^ 1);
    REQUIRE(w.files.replace(path, bytes).ok());
    w.open();
    for (int again = 0; again < 2; ++again) {
      all.range = {at(-10), at(5)};
      const Found found = way(*w.store, all);
      CHECK(found.entries == 3);
      REQUIRE(found.warnings.size() == 1);
      CHECK(found.warnings[0].find(path) != std::string::npos);
      // What the index says of the block no longer counts.
      all.range = {at(-10), at(100)};
      CHECK(way(*w.store, all).entries == 3);
    }
    CHECK(w.metrics.text().find("logsvc_store_damaged_blocks 1") != std::string::npos);
  }
}

namespace {

// Changes the index for each stream of the blocks that begin at 0 or later. sum is what the rows of
// the table get as theirs.
void tell_lie(const std::string& path, void (*lie)(StreamBlock&), const std::string& sum) {
  auto index = Sqlite::open(path);
  REQUIRE(index.ok());
  auto blocks = index->prepare("SELECT block, ids, rows, file_id FROM blocks");
  REQUIRE(blocks.ok());
  auto change =
      index->prepare("UPDATE blocks SET rows=?1, sum=" + sum + " WHERE file_id=?2 AND block=?3");
  REQUIRE(change.ok());
  while (*blocks->step()) {
    const auto number = static_cast<uint32_t>(blocks->integer(0));
    auto rows =
        unpack_streams(0, {number, std::string(blocks->bytes(1)), std::string(blocks->bytes(2))});
    REQUIRE(rows.ok());
    if (rows->front().first < at(0)) continue;
    for (StreamBlock& b : *rows) lie(b);
    const PackedStreams list = pack_streams(number, *rows);
    change->bind_bytes(1, list.rows).bind(2, blocks->integer(3)).bind(3, blocks->integer(0));
    REQUIRE(change->run().ok());
  }
}

const std::map<std::string, void (*)(StreamBlock&)> kLies = {
    {"more rows", [](StreamBlock& b) { b.rows += 100'000; }},
    {"fewer rows", [](StreamBlock& b) { b.rows -= 1; }},
    {"more rows than can be", [](StreamBlock& b) { b.rows = UINT32_MAX; }},
    {"no rows", [](StreamBlock& b) { b.rows = 0; }},
    {"earlier", [](StreamBlock& b) { b.first -= 5; }},
    {"later", [](StreamBlock& b) { b.last += 1000; }},
    {"the end before the beginning", [](StreamBlock& b) { b.last = b.first - 1; }},
    {"more bytes", [](StreamBlock& b) { b.raw_bytes += 1; }}};

void fill_two_days(StoreWorld& w) {
  w.append(kApi, {{at(0), R"({"n":10})"}, {at(1), R"({"n":11})"}});
  w.append(kQueue, {{at(1), R"({"n":12})"}, {at(2), R"({"n":2})"}});
  w.append(kApi, {{at(-86400), R"({"n":13})"}});
  REQUIRE(w.store->flush().ok());
  w.store.reset();
}

}  // namespace

TEST_CASE("an index that was damaged is built anew from the files, and no file is blamed") {
  const std::string damage[] = {
      "UPDATE blocks SET ids=zeroblob(20)",
      "UPDATE blocks SET block=block+1",
      "UPDATE blocks SET file_id=file_id+4096 WHERE file_id=(SELECT max(file_id) FROM blocks)",
      "UPDATE files SET rows=rows+1",
      "DELETE FROM files WHERE id=(SELECT max(id) FROM files)",
      "UPDATE streams SET labels='{a=\"b\"}' WHERE id=1",
      "INSERT INTO damaged VALUES((SELECT max(id) FROM files), 0, 'a lie', 0)",
      "INSERT INTO gone VALUES((SELECT max(id) FROM files), 0, 0)",
      "UPDATE sealed SET through=through+1000"};
  for (const std::string& statement : damage) {
    CAPTURE(statement);
    StoreWorld w;
    fill_two_days(w);
    {
      auto db = Sqlite::open(w.options.dir + "/index.db");
      REQUIRE(db.ok());
      REQUIRE(db->execute(statement).ok());
    }
    w.open();
    CHECK(w.texts().size() == 5);
    CHECK(by_select(*w.store, {}) == Found{5, {}});
    CHECK(w.count("logsvc_store_index_rebuilds_total") == 1);
    CHECK(w.log.find("rebuilding it from the chunk files") != std::string::npos);
    CHECK(w.log.find("index.db") != std::string::npos);
    CHECK(w.log.find(".chunk") == std::string::npos);
    w.append(kApi, {{at(3), "later"}});
    REQUIRE(w.store->flush().ok());
    w.open();
    CHECK(w.texts().size() == 6);
    CHECK(w.count("logsvc_store_index_rebuilds_total") == 1);
  }
}

TEST_CASE("an index that names rows that a block does not have is built anew") {
  for (const auto& one : kLies) {
    CAPTURE(one.first);
    StoreWorld w;
    fill_two_days(w);
    tell_lie(w.options.dir + "/index.db", one.second, "sum");
    w.open();
    for (const Way way : {by_select, by_count, by_times, by_field}) {
      SelectQuery query;
      query.range = {at(-100'000), at(1) + 1};
      if (way != by_times) query.lines = LinePredicate::contains("n\":1");
      CHECK(way(*w.store, query) == Found{4, {}});
    }
  }
}

TEST_CASE("a lie of the index that verifies costs the block and no more, and is not its damage") {
  for (const auto& one : kLies) {
    for (const Way way : {by_select, by_count, by_times, by_field}) {
      CAPTURE(one.first);
      StoreWorld w;
      fill_two_days(w);
      tell_lie(w.options.dir + "/index.db", one.second, "row_sum(file_id,block,ids,?1)");
      w.open();
      SelectQuery query;
      query.range = {at(-100'000), at(1) + 1};  // covers a part of the block
      if (way != by_times) query.lines = LinePredicate::contains("n\":1");
      for (int again = 0; again < 2; ++again) {
        const Found found = way(*w.store, query);
        CHECK(found.entries == 1);
        REQUIRE(found.warnings.size() == 1);
        CHECK(found.warnings[0].find("the index") != std::string::npos);
        CHECK(found.warnings[0].find(".chunk: block 0") != std::string::npos);
      }
      CHECK(w.metrics.text().find("logsvc_store_damaged_blocks 0") != std::string::npos);
    }
  }
}

TEST_SUITE_END();

}  // namespace logsvc::store
