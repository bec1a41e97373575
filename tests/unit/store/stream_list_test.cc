#include <doctest/doctest.h>

#include <random>

#include "store/index/block_directory.h"
#include "store/index/packed_streams.h"
#include "store/streams/stream_selection.h"
#include "support/temp_dir.h"

namespace logsvc::store {
namespace {

using namespace logsvc::testing;

// Makes streams of a block as the store numbers them: ids in no order, rows one after the other.
std::vector<StreamBlock> make_rows(uint64_t file, uint32_t block, size_t streams, Duration unit,
                                   uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<uint64_t> ids(streams);
  for (size_t i = 0; i < streams; ++i) ids[i] = 1 + 3 * i;
  std::shuffle(ids.begin(), ids.end(), random);
  std::vector<StreamBlock> out;
  uint32_t row = 0;
  for (size_t i = 0; i < streams; ++i) {
    const auto rows = static_cast<uint32_t>(1 + random() % 300);
    const Timestamp first = 20'000 * kDay + static_cast<int64_t>(random() % 600'000) * unit;
    const Timestamp last = first + static_cast<int64_t>(random() % 600'000) * unit;
    out.push_back({ids[i], file, block, row, rows, first, last, random() % 100'000});
    row += rows;
  }
  return out;
}

auto fields(const StreamBlock& b) {
  return std::tie(b.stream_id, b.file_id, b.block, b.first_row, b.rows, b.first, b.last,
                  b.raw_bytes);
}
bool same(const std::vector<StreamBlock>& a, const std::vector<StreamBlock>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return fields(x) == fields(y); });
}

}  // namespace

TEST_SUITE_BEGIN("store");

TEST_CASE("the streams of a block come out of the index as they went in, all and a few") {
  for (const size_t streams : {1, 2, 3, 64, 65, 1000}) {
    for (const Duration unit : {Duration{1}, kMicrosecond, kMillisecond}) {
      CAPTURE(streams);
      CAPTURE(unit);
      const auto rows = make_rows(7 << 12, 3, streams, unit, streams);
      const PackedStreams list = pack_streams(3, rows);
      const auto all = unpack_streams(7 << 12, list);
      REQUIRE(all.ok());
      CHECK(same(*all, rows));
      const auto ids = unpack_stream_ids(list.ids);
      REQUIRE(ids.ok());
      CHECK(ids->size() == streams);

      auto view = PackedStreamsView::open(7 << 12, list);
      REQUIRE(view.ok());
      RowSet places = RowSet::none(view->size());
      view->find(rows.back().stream_id, places);
      view->find(rows.front().stream_id, places);
      view->find(3, places);  // no stream has this id
      std::vector<StreamBlock> few;
      REQUIRE(view->each(places, [&](uint32_t, const StreamBlock& b) { few.push_back(b); }).ok());
      const std::vector<StreamBlock> expected =
          streams == 1 ? rows : std::vector<StreamBlock>{rows.front(), rows.back()};
      CHECK(same(few, expected));
    }
  }
}

TEST_CASE("many streams take little room") {
  const auto rows = make_rows(1 << 12, 0, 10'000, kMillisecond, 1);
  CHECK(pack_streams(0, rows).memory_bytes() < 16 * rows.size());
}

TEST_CASE("lists of streams that cannot be are refused") {
  const auto rows = make_rows(1 << 12, 0, 40, 1, 2);
  const PackedStreams good = pack_streams(0, rows);
  const auto refused = [](const PackedStreams& list) {
    const auto read = unpack_streams(1 << 12, list);
    return !read.ok() && read.error().code == ErrorCode::kCorrupt;
  };
  for (size_t cut = 0; cut < good.rows.size(); ++cut) {
    CHECK(refused({0, good.ids, good.rows.substr(0, cut)}));
  }
  for (size_t cut = 0; cut < good.ids.size(); ++cut) {
    CHECK(refused({0, good.ids.substr(0, cut), good.rows}));
  }
  CHECK(refused({0, good.ids, good.rows + "x"}));
  CHECK(refused({0, good.ids + "x", good.rows}));
  auto lie = rows;
  lie[5].rows = 0;
  CHECK(refused(pack_streams(0, lie)));
  lie = rows;
  lie[5].rows = UINT32_MAX;
  CHECK(refused(pack_streams(0, lie)));
  lie = rows;
  lie[5].last = lie[5].first - 1;
  CHECK(refused(pack_streams(0, lie)));
  // Whatever a byte is changed to, the worst result is a wrong answer.
  std::mt19937_64 random(5);
  for (int i = 0; i < 2000; ++i) {
    PackedStreams bent = good;
    std::string& bytes = i % 2 ? bent.ids : bent.rows;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    (void)unpack_streams(1 << 12, bent).ok();
  }
}

TEST_CASE("a selection finds its streams, and no others") {
  for (const size_t count : {0, 1, 2, 1000}) {
    std::vector<StreamRef> streams;
    for (size_t i = 0; i < count; ++i) {
      streams.push_back(std::make_shared<const Stream>(Stream{1 + i * 1024, LabelSet()}));
    }
    const StreamSelection wanted(streams);
    for (const StreamRef& s : streams) {
      REQUIRE(wanted.find(s->id));
      CHECK(*wanted.find(s->id) == s);
      CHECK(!wanted.find(s->id + 1));
    }
    CHECK(!wanted.find(0));
  }
}

namespace {

LabelSet labels_of(size_t stream) {
  return LabelSet::from({{"service", "s" + std::to_string(stream)}});
}

// Makes an index with files of one block each, in which every stream has `rows` rows a second after
// the file before.
struct IndexOfFiles {
  TempDir dir;
  StreamRegistry streams;
  std::unique_ptr<CatalogDb> index;
  std::vector<uint64_t> files;

  IndexOfFiles(size_t file_count, size_t stream_count) {
    auto opened = CatalogDb::open(dir.path() + "/index.db");
    REQUIRE(opened.ok());
    index = std::move(*opened);
    for (size_t f = 0; f < file_count; ++f) {
      ChunkSummary summary;
      summary.blocks.emplace_back();
      for (size_t s = 0; s < stream_count; ++s) {
        // Every third stream is only in every third file.
        if (s % 3 == 0 && f % 3 != 0) continue;
        const auto row = static_cast<uint32_t>(summary.blocks[0].size());
        const Timestamp t = static_cast<Timestamp>(f) * kSecond;
        summary.blocks[0].push_back({labels_of(s), 2 * row, 2, t, t + kMillisecond, 10});
      }
      const NewFile file{{(f + 1) << 12, "19700101", 1, 1, 1, 0, 0}, std::move(summary), {}};
      REQUIRE(index->add_files(std::span(&file, 1), streams).ok());
      files.push_back(file.row.id);
    }
  }
};

}  // namespace

TEST_CASE("the directory answers the same with and without memory, for few streams and many") {
  const IndexOfFiles world(12, 60);
  const TimeRange range{3 * kSecond, 9 * kSecond};
  for (const uint64_t memory : {uint64_t{1}, uint64_t{1} << 20}) {
    BlockDirectory directory(*world.index, memory);
    for (const size_t wanted_streams : {1, 3, 16, 17, 60}) {
      std::vector<StreamRef> wanted;
      for (size_t s = 0; s < wanted_streams; ++s) wanted.push_back(world.streams.find(s + 1));
      const StreamSelection selection(wanted);
      for (int again = 0; again < 2; ++again) {
        std::map<std::pair<uint64_t, std::string>, Timestamp> found, expected;
        REQUIRE(directory
                    .visit(selection, range, world.files,
                           [&](const StreamRef& s, const StreamBlock& b) {
                             found[{b.file_id, s->labels.to_string()}] = b.first;
                             return true;
                           })
                    .ok());
        for (size_t f = 3; f < 9; ++f) {
          for (const StreamRef& s : wanted) {
            const std::string& text = s->labels.to_string();
            const size_t number = std::stoul(text.substr(text.find("\"s") + 2));
            if (number % 3 == 0 && f % 3 != 0) continue;
            expected[{world.files[f], text}] = static_cast<Timestamp>(f) * kSecond;
          }
        }
        CHECK(found == expected);
        const auto present = directory.present(selection, range, world.files);
        REQUIRE(present.ok());
        CHECK(present->size() == wanted_streams);
        const auto at_seven = directory.present(selection, {7 * kSecond, 8 * kSecond}, world.files);
        REQUIRE(at_seven.ok());
        CHECK(at_seven->size() == wanted_streams - (wanted_streams + 2) / 3);
      }
    }
    CHECK(directory.memory_bytes() < (uint64_t{1} << 16));
  }
}

TEST_CASE("streams go from the index with their last block, unless they are kept") {
  IndexOfFiles world(3, 60);  // every third stream is only in the first file
  REQUIRE(world.index->forget_files({world.files[0]}).ok());
  const uint64_t kept = world.streams.get_or_add(labels_of(3))->id;
  std::unordered_set<uint64_t> used = {kept};
  REQUIRE(world.index->remove_unused_streams(used).ok());
  CHECK(used.size() == 41);
  StreamRegistry left;
  REQUIRE(world.index->load_streams(left).ok());
  CHECK(left.size() == 41);
  CHECK(left.find(kept));
}

TEST_SUITE_END();

}  // namespace logsvc::store
