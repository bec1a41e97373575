// Bytes decide what is an exact duplicate, wherever entries meet: in a window, between window and
// file, between files, in joined files, after a restart. A hash alone would mix up neighbours in
// time and lines that differ in a byte or two.
#include <random>
#include <set>

#include "store/head/row_collector.h"
#include "store/read/merge_iterator.h"
#include "unit/store/store_world.h"

namespace logsvc::store {

TEST_SUITE_BEGIN("store");

namespace {

using Lines = std::vector<Line>;

uint64_t same_for_all(const Entry&) { return 7; }

// Returns lines each 1 ns before the one before it.
Lines descending_numbers() {
  Lines out;
  for (int i = 0; i < 1000; ++i) out.push_back({at(100) - i, std::to_string(100 + i % 900)});
  return out;
}

// Returns pairs 1 ns apart, the later one first.
Lines pairs(const std::string& later, const std::string& earlier) {
  Lines out;
  for (int i = 0; i < 500; ++i) {
    out.push_back({at(100) + 1000 * i + 1, later});
    out.push_back({at(100) + 1000 * i, earlier});
  }
  return out;
}

Lines random_numbers(uint64_t seed, int n, Duration within) {
  std::mt19937_64 random(seed);
  std::set<std::pair<Timestamp, std::string>> had;
  Lines out;
  while (static_cast<int>(out.size()) < n) {
    const auto time = at(100) + static_cast<Duration>(random() % static_cast<uint64_t>(within));
    const std::string text = std::to_string(100 + random() % 900);
    if (had.emplace(time, text).second) out.push_back({time, text});
  }
  return out;
}

// Returns lines of one alphabet and length that differ in one byte, in their time or in their
// metadata.
Lines near_neighbours(uint64_t seed) {
  std::mt19937_64 random(seed);
  const size_t length = 1 + random() % 20;
  const std::string base(length, static_cast<char>('a' + random() % 26));
  std::set<std::tuple<Timestamp, std::string, std::string>> had;
  Lines out;
  for (int i = 0; i < 300; ++i) {
    std::string text = base;
    text[random() % length] = static_cast<char>('a' + random() % 26);
    const Timestamp time = at(100) + static_cast<Duration>(random() % 40);
    const std::string id = random() % 3 ? "" : std::string(1, static_cast<char>(random() % 4));
    if (!had.emplace(time, text, id).second) continue;
    out.push_back({time, text, id.empty() ? Labels{} : Labels{{"id", id}}});
  }
  return out;
}

std::vector<Lines> adversaries() {
  std::vector<Lines> out = {descending_numbers(), pairs("abc", "abb"), pairs("abb", "abc"),
                            pairs("req 1 from app 1", "seq 1 frnm app 1"),
                            random_numbers(1, 5000, 5 * kMicrosecond)};
  for (uint64_t seed = 0; seed < 40; ++seed) out.push_back(near_neighbours(seed));
  return out;
}

std::multiset<std::tuple<Timestamp, std::string, std::string>> contents(const Lines& lines) {
  std::multiset<std::tuple<Timestamp, std::string, std::string>> out;
  for (const Line& line : lines) {
    std::string pairs;
    for (const Label& pair : line.metadata) pairs += pair.name + '=' + pair.value + '\n';
    out.emplace(line.timestamp, line.text, pairs);
  }
  return out;
}

Lines lines_of(StoreWorld& w) {
  Lines out;
  for (auto& stored : w.select()) out.push_back(std::move(stored.line));
  return out;
}

void check_all_ways(StoreWorld& w, const Lines& lines) {
  CHECK(contents(lines_of(w)) == contents(lines));
  for (const Way way : {by_select, by_count, by_times}) {
    SelectQuery all;
    all.range = {at(0), at(1000)};
    CHECK(way(*w.store, all).entries == lines.size());
  }
}

}  // namespace

TEST_CASE("neighbours are no duplicates: all are kept, in memory, in files, joined and replayed") {
  for (const Lines& lines : adversaries()) {
    CAPTURE(lines.front().text);
    StoreWorld w;
    w.append(kApi, lines);
    check_all_ways(w, lines);
    w.append(kApi, lines);  // once more: each is a duplicate
    check_all_ways(w, lines);
    CHECK(w.count("logsvc_store_duplicate_entries_total") == lines.size());
    w.open();
    check_all_ways(w, lines);
    REQUIRE(w.store->flush().ok());
    w.append(kApi, lines);  // between file and window
    check_all_ways(w, lines);
    REQUIRE(w.store->flush().ok());
    w.clock.advance(40 * kHour);
    REQUIRE(w.store->maintain().ok());
    CHECK(w.store->totals().files == 1);
    CHECK(w.count("logsvc_store_joined_duplicate_entries_total") == lines.size());
    check_all_ways(w, lines);
  }
}

TEST_CASE("entries that are spread over several files meet as neighbours, not as duplicates") {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    const Lines lines = near_neighbours(100 + seed);
    StoreWorld w;
    Lines parts[3];
    for (size_t i = 0; i < lines.size(); ++i) parts[i % 3].push_back(lines[i]);
    for (const Lines& part : parts) {
      w.append(kApi, part);
      w.append(kQueue, part);
      REQUIRE(w.store->flush().ok());
    }
    CHECK(w.select().size() == 2 * lines.size());
    w.clock.advance(40 * kHour);
    REQUIRE(w.store->maintain().ok());
    CHECK(w.select().size() == 2 * lines.size());
  }
}

TEST_CASE("a hash that is the same for all costs time alone") {
  const auto stream = std::make_shared<const Stream>(Stream{1, kApi});
  const Lines lines = near_neighbours(7);
  const auto batch = make_batch(kApi, lines);
  const std::vector<Entry>& entries = batch->streams[0].entries;

  Window window(start_of_day(at(0)), 1, 0, same_for_all);
  std::vector<uint32_t> found_again;
  window.append(stream, entries, 1, found_again);
  CHECK(found_again.empty());
  window.append(stream, entries, 2, found_again);
  CHECK(found_again.size() == lines.size());
  CHECK(window.sizes().entries == lines.size());

  RowCollector rows(same_for_all);
  for (int twice = 0; twice < 2; ++twice) {
    for (const Entry& entry : entries) rows.add(stream, entry);
  }
  uint64_t duplicates = 0;
  CHECK(rows.take(&duplicates)[0].rows.size() == lines.size());
  CHECK(duplicates == lines.size());

  MergeIterator merge(
      {}, [](const Error&, ReadStats&) {}, same_for_all);
  std::vector<Entry> sorted = entries;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Entry& a, const Entry& b) { return a.timestamp < b.timestamp; });
  for (uint64_t source = 0; source < 3; ++source) {
    merge.add(make_head_source({{stream, sorted}}, source, batch, merge.query()));
  }
  size_t found = 0;
  while (merge.next()) ++found;
  CHECK(found == lines.size());
  CHECK(merge.stats().duplicates == 2 * lines.size());
}

TEST_CASE("many equal times of one stream are told apart, and their duplicates found") {
  Lines lines;
  for (int i = 0; i < 3000; ++i) lines.push_back({at(5), "line " + std::to_string(i)});
  StoreWorld w;
  w.append(kApi, lines);
  w.append(kApi, lines);
  CHECK(w.count("logsvc_store_duplicate_entries_total") == lines.size());
  CHECK(w.select().size() == lines.size());
}

TEST_CASE("append says what it kept: the batch itself, or what of it is new") {
  StoreWorld w;
  Batch first;
  add_lines(first, kApi, {{at(1), "a"}, {at(1), "b"}, {at(-86400), "of another day"}});
  add_lines(first, kQueue, {{at(1), "a"}});
  const auto whole = std::make_shared<const Batch>(std::move(first));
  const auto all = w.store->append(whole);
  REQUIRE(all.ok());
  CHECK(all->kept == whole);
  CHECK(all->duplicates == 0);

  Batch second;
  add_lines(second, kQueue, {{at(1), "a"}});
  add_lines(second, kApi,
            {{at(1), "b"}, {at(2), "new"}, {at(-86400), "of another day"}, {at(2), "new"}});
  add_lines(second, kApi, {{at(3), "newer"}});
  auto part = w.store->append(std::make_shared<const Batch>(std::move(second)));
  REQUIRE(part.ok());
  CHECK(part->duplicates == 4);
  REQUIRE(part->kept->streams.size() == 2);
  CHECK(part->kept->streams[0].labels == kApi);
  REQUIRE(part->kept->entry_count() == 2);
  CHECK(part->kept->streams[0].entries[0].line == "new");
  CHECK(part->kept->streams[1].entries[0].line == "newer");
}

TEST_SUITE_END();

}  // namespace logsvc::store
