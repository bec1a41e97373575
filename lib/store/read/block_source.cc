#include <algorithm>

#include "store/read/block_reader.h"
#include "store/read/row_source.h"

namespace logsvc::store {
namespace {

// From this share of the rows on, all columns are decoded at once.
constexpr uint64_t kManyShare = 8;

class BlockSource : public RowSource {
 public:
  BlockSource(BlockPlan plan, BlockDirectory& directory, ChunkCache& cache,
              const SelectQuery& query)
      : RowSource(query, plan.file << 16 | plan.block),
        plan_(std::move(plan)),
        directory_(directory),
        cache_(cache) {
    set_bound(plan_.first, plan_.last);
  }

 protected:
  Status open(ReadStats& stats) override {
    RETURN_IF_ERROR(cache_.known_damage(plan_.file, plan_.block));
    auto runs = directory_.runs(plan_);
    if (!runs.ok()) return runs.error();  // the index is to blame, not the block
    ASSIGN_OR_RETURN(block_, BlockReader::open(cache_, plan_, *runs));
    const Status found = find_rows(std::move(*runs), stats);
    stats.compressed_bytes += block_->bytes_read();
    return found;
  }

  Timestamp time_at(size_t cursor, uint32_t position) const override {
    const Place& place = places_[cursor];
    return place.times[row(cursor, position) - place.block.first_row];
  }

  Status build(size_t cursor, uint32_t position, Entry& entry) override {
    return block_->build(row(cursor, position), entry);
  }

 private:
  struct Place {
    StreamBlock block;
    uint32_t first = 0, end = 0;   // rows in the range of the query
    std::vector<uint32_t> hits;    // of these, if not all are wanted
    std::vector<Timestamp> times;  // for all rows of the stream
  };

  void add_cursors(RowRuns runs) {
    std::sort(runs.begin(), runs.end(), [](const RowRun& a, const RowRun& b) {
      return comes_before(a.stream->labels, b.stream->labels);
    });
    cursors_.reserve(runs.size());
    places_.reserve(runs.size());
    for (RowRun& run : runs) {
      cursors_.push_back({std::move(run.stream), 0, 0, 0});
      places_.push_back({run.rows, 0, 0, {}, {}});
    }
  }

  // What needs no times is tested first: most blocks of a search end here.
  Status find_rows(RowRuns runs, ReadStats& stats) {
    ASSIGN_OR_RETURN(const RowSet hits, block_->find(query_.lines));
    stats.chunks_read += 1;
    for (const RowRun& run : runs) {
      stats.lines_processed += run.rows.rows;
      stats.bytes_processed += run.rows.raw_bytes;
    }
    if (hits.is_none()) return {};
    add_cursors(std::move(runs));
    std::vector<RowSet> by_field;
    for (const FieldPredicate& test : query_.fields) {
      ASSIGN_OR_RETURN(RowSet rows, block_->find(query_.parser, test));
      by_field.push_back(std::move(rows));
    }
    RowSet in_fields = hits;
    for (const RowSet& rows : by_field) in_fields.intersect(rows);
    uint64_t wanted = 0;
    for (size_t i = 0; i < places_.size(); ++i) {
      const LabelSet& labels = cursors_[i].stream->labels;
      const bool hides =
          std::any_of(query_.fields.begin(), query_.fields.end(),
                      [&](const FieldPredicate& test) { return labels.has(test.name); });
      if (hides) {
        RowSet of_stream = hits;
        for (size_t f = 0; f < by_field.size(); ++f) {
          if (!labels.has(query_.fields[f].name)) of_stream.intersect(by_field[f]);
        }
        RETURN_IF_ERROR(fill_cursor(i, of_stream));
      } else {
        RETURN_IF_ERROR(fill_cursor(i, in_fields));
      }
      wanted += cursors_[i].count;
    }
    if (query_.limit_hint > 0) wanted = std::min(wanted, query_.limit_hint);
    return wanted * kManyShare < block_->rows() ? Status() : block_->load();
  }

  Status fill_cursor(size_t cursor, const RowSet& hits) {
    Place& place = places_[cursor];
    const StreamBlock& rows = place.block;
    if (hits.count(rows.first_row, rows.first_row + rows.rows) == 0) return {};
    ASSIGN_OR_RETURN(place.times, block_->times(rows.first_row, rows.rows));
    const auto first = std::lower_bound(place.times.begin(), place.times.end(), query_.range.start);
    const auto last = std::lower_bound(first, place.times.end(), query_.range.end);
    place.first = rows.first_row + static_cast<uint32_t>(first - place.times.begin());
    place.end = rows.first_row + static_cast<uint32_t>(last - place.times.begin());
    if (hits.is_all()) {
      cursors_[cursor].count = place.end - place.first;
    } else {
      hits.each(place.first, place.end, [&](uint32_t row) { place.hits.push_back(row); });
      cursors_[cursor].count = static_cast<uint32_t>(place.hits.size());
    }
    return {};
  }

  uint32_t row(size_t cursor, uint32_t position) const {
    const Place& place = places_[cursor];
    const uint32_t at = backward() ? cursors_[cursor].count - 1 - position : position;
    return place.hits.empty() ? place.first + at : place.hits[at];
  }

  const BlockPlan plan_;
  BlockDirectory& directory_;
  ChunkCache& cache_;
  std::vector<Place> places_;  // one for each cursor
  std::unique_ptr<BlockReader> block_;
};

}  // namespace

std::unique_ptr<RowSource> make_block_source(BlockPlan plan, BlockDirectory& directory,
                                             ChunkCache& cache, const SelectQuery& query) {
  return std::make_unique<BlockSource>(std::move(plan), directory, cache, query);
}

}  // namespace logsvc::store
