// Tests what queries see of the set of files while it changes.
#include "store/catalog/catalog.h"

#include "unit/store/store_world.h"

namespace logsvc::store {
namespace {

struct CatalogWorld {
  TempDir dir;
  FakeClock clock{20'000 * kDay};
  PosixFileSystem files;
  Metrics metrics;
  std::string log;
  Diagnostics diagnostics{clock, LogLevel::kWarn, LogFormat::kLogfmt,
                          [this](std::string_view line) { log += line; }};
  StoreOptions options;
  FileNames names{dir.path()};
  StoreMetrics counters{metrics};
  StoreEnvironment environment{options, names, files, clock, diagnostics, counters};
  std::unique_ptr<CatalogDb> index;
  std::unique_ptr<DeletionRequests> deletions;
  StreamRegistry streams;
  Head head;
  std::unique_ptr<Catalog> catalog;

  explicit CatalogWorld(const std::vector<uint64_t>& ids) {
    auto opened = CatalogDb::open(names.index());
    REQUIRE(opened.ok());
    index = std::move(*opened);
    auto none = DeletionRequests::open(files, names.deletions(), {}, 1);
    REQUIRE(none.ok());
    deletions = std::move(*none);
    FileSet visible;
    for (const uint64_t id : ids) visible[id] = std::make_shared<const FileRow>(row(id));
    catalog = std::make_unique<Catalog>(environment, *index, head, *deletions, std::move(visible),
                                        std::vector<CatalogDb::DamagedBlock>{});
  }
  static FileRow row(uint64_t id) { return {id, "20241004", 10, 1, 10, at(0), at(1)}; }
  std::vector<uint64_t> visible() const { return catalog->snapshot().files_in({at(0), at(1) + 1}); }
};

std::vector<uint64_t> ids_of(const std::vector<FileRow>& rows) {
  std::vector<uint64_t> out;
  for (const FileRow& row : rows) out.push_back(row.id);
  return out;
}

using Ids = std::vector<uint64_t>;

TEST_SUITE_BEGIN("store");

TEST_CASE("catalog: a change of files is seen by later snapshots alone") {
  CatalogWorld w({1, 2});
  const Snapshot before = w.catalog->snapshot();
  const FileRow fresh = CatalogWorld::row(3);
  w.catalog->publish(Ids{1, 2, 9}, std::span(&fresh, 1), {});
  CHECK(w.visible() == Ids{3});
  CHECK(before.files_in({at(0), at(1) + 1}) == Ids{1, 2});
  CHECK(before.files_in({at(5), at(6)}).empty());
}

TEST_CASE("catalog: a window leaves the head in the moment in which its file is visible") {
  CatalogWorld w({});
  (void)w.head.append(*make_batch(kApi, {{at(0), "one"}}), 1, 0, w.streams, nullptr);
  w.head.rotate_all();
  const auto windows = w.head.sealing(10, 1 << 20);
  REQUIRE(windows.size() == 1);
  const Snapshot before = w.catalog->snapshot();
  const FileRow fresh = CatalogWorld::row(7);
  w.catalog->publish({}, std::span(&fresh, 1), windows);
  const Snapshot after = w.catalog->snapshot();
  CHECK(before.windows.size() == 1);
  CHECK(before.files->empty());
  CHECK(after.windows.empty());
  CHECK(after.files->count(7) == 1);
}

TEST_CASE("catalog: files that are gone stay retired while a snapshot has them") {
  CatalogWorld w({1, 2});
  auto held = std::make_unique<Snapshot>(w.catalog->snapshot());
  w.catalog->publish(Ids{2}, {}, {});
  CHECK(ids_of(w.catalog->retired()) == Ids{2});
  CHECK(w.catalog->unread_retired().empty());
  held.reset();
  CHECK(ids_of(w.catalog->unread_retired()) == Ids{2});
  w.catalog->removed(Ids{2});
  CHECK(w.catalog->retired().empty());
  CHECK(w.visible() == Ids{1});
}

TEST_SUITE_END();

}  // namespace
}  // namespace logsvc::store
