// Counting without building lines: from what the index says of a block if all of its rows lie in
// one bucket, else from its times, which are remembered where the edges of buckets fall.
#include <algorithm>
#include <optional>

#include "store/block_reader.h"
#include "store/merge_iterator.h"
#include "store/piece_visit.h"

namespace logsvc::store {

namespace {

SelectQuery entries_of(const CountQuery& count) {
  SelectQuery out;
  out.matchers = count.matchers;
  out.range = {count.edges.front(), count.edges.back()};
  out.lines = count.lines;
  out.stop = count.stop;
  return out;
}

}  // namespace

class Store::Impl::Counting : public PieceVisit {
 public:
  Counting(const Impl& store, const CountQuery& query, const CountVisitor& visit)
      : PieceVisit(store, entries_of(query)),
        edges_(query.edges),
        bytes_(query.bytes),
        visit_(visit) {}

 private:
  Status visit_rows(const Stream& stream, std::span<const Entry> rows) override {
    for (const Entry& entry : rows) add_entry(entry);
    return flush(stream);
  }

  Status visit_block(const BlockPlan& block, const BlockLanes& lanes) override {
    marks_.clear();
    parts_.clear();
    std::vector<StreamRef> by_line;
    for (const BlockLane& lane : lanes) {
      add_cuts(lane);
      // Bytes of a part of a stream are known from its lines alone.
      if (bytes_ && (parts_.back().marks > 0 || !query_.lines.is_trivial())) {
        by_line.push_back(lane.stream);
        marks_.resize(parts_.back().first_mark);
        parts_.pop_back();
      }
    }
    if (!parts_.empty()) RETURN_IF_ERROR(count_parts(block, lanes));
    if (by_line.empty()) return {};
    BlockPlan rest = block;
    rest.wanted = std::make_shared<const StreamSelection>(std::move(by_line));
    return count_lines(std::move(rest));
  }

  // The bucket of a time; size_t(-1) before the first, the number of buckets after the last.
  size_t bucket_of(Timestamp t) const {
    const auto edge = std::upper_bound(edges_.begin(), edges_.end(), t);
    return static_cast<size_t>(edge - edges_.begin()) - 1;
  }
  bool is_bucket(size_t b) const { return b < edges_.size() - 1; }

  // Adds to the counts of the stream under way; flush() gives them out.
  void add(size_t bucket, uint64_t entries, uint64_t bytes) {
    if (entries == 0) return;
    if (!counts_.empty() && counts_.back().bucket == bucket) {
      counts_.back().entries += entries;
      counts_.back().bytes += bytes;
    } else {
      counts_.push_back({bucket, entries, bytes});
    }
  }
  Status flush(const Stream& stream) {
    if (counts_.empty()) return {};
    const Status status = visit_(stream.labels, counts_);
    counts_.clear();
    return status;
  }
  void add_entry(const Entry& entry) {
    add(bucket_of(entry.timestamp), 1, bytes_ ? entry.line.size() : 0);
  }

  // A stream's rows in a block, between the times where counting begins anew.
  struct Part {
    const BlockLane* lane = nullptr;
    size_t first_mark = 0;  // of marks_
    size_t marks = 0;
  };

  // Where the stream's rows have to be cut: edges of buckets and of shared times.
  void add_cuts(const BlockLane& lane) {
    const size_t begin = marks_.size();
    const auto cut = [&](Timestamp t) {
      if (t > lane.rows.first && t <= lane.rows.last) marks_.push_back({lane.rows.first_row, t, 0});
    };
    const auto from = std::upper_bound(edges_.begin(), edges_.end(), lane.rows.first);
    for (auto e = from; e != edges_.end() && *e <= lane.rows.last; ++e) cut(*e);
    const auto middle = static_cast<ptrdiff_t>(marks_.size());
    for (const TimeSpan& span : shared_.in(lane)) {
      cut(span.first);
      cut(add_saturated(span.last, 1));
    }
    if (static_cast<size_t>(middle) != marks_.size()) {
      std::inplace_merge(marks_.begin() + static_cast<ptrdiff_t>(begin), marks_.begin() + middle,
                         marks_.end());
    }
    parts_.push_back({&lane, begin, marks_.size() - begin});
  }

  Status count_parts(const BlockPlan& block, const BlockLanes& lanes) {
    std::unique_ptr<BlockReader> reader;
    const auto open = [&]() -> Status {
      if (reader) return {};
      ASSIGN_OR_RETURN(reader, BlockReader::open(store_.chunks, block, lanes));
      stats_.chunks_read += 1;
      return {};
    };
    std::optional<RowSet> hits;
    if (!query_.lines.is_trivial()) {
      RETURN_IF_ERROR(open());
      ASSIGN_OR_RETURN(hits, reader->find(query_.lines));
      if (hits->is_none()) return {};
    }
    if (!store_.marks.look_up(block.file, block.block, marks_)) {
      RETURN_IF_ERROR(open());
      RETURN_IF_ERROR(find_marks(*reader));
      store_.marks.add(block.file, block.block, marks_);
    }
    if (reader) stats_.compressed_bytes += reader->bytes_read();
    for (const Part& part : parts_) {
      count_part(part, hits ? &*hits : nullptr);
      RETURN_IF_ERROR(flush(*part.lane->stream));
    }
    return {};
  }

  Status find_marks(BlockReader& reader) {
    for (const Part& part : parts_) {
      if (part.marks == 0) continue;
      const StreamBlock& rows = part.lane->rows;
      ASSIGN_OR_RETURN(const auto times, reader.times(rows.first_row, rows.rows));
      auto from = times.begin();
      for (TimeMark& mark : std::span(marks_).subspan(part.first_mark, part.marks)) {
        from = std::lower_bound(from, times.end(), mark.time);
        mark.before = static_cast<uint32_t>(from - times.begin());
      }
    }
    return {};
  }

  void count_part(const Part& part, const RowSet* hits) {
    const StreamBlock& rows = part.lane->rows;
    uint32_t begin = 0;
    Timestamp time = rows.first;
    const auto piece = [&](uint32_t end) {
      const size_t bucket = bucket_of(time);
      if (is_bucket(bucket) && !shared_.has(part.lane->stream.get(), time)) {
        const uint32_t n =
            hits ? hits->count(rows.first_row + begin, rows.first_row + end) : end - begin;
        stats_.lines_processed += end - begin;
        add(bucket, n, bytes_ ? rows.raw_bytes : 0);
      }
      begin = end;
    };
    for (const TimeMark& mark : std::span(marks_).subspan(part.first_mark, part.marks)) {
      piece(mark.before);
      time = mark.time;
    }
    piece(rows.rows);
  }

  Status count_lines(BlockPlan block) {
    Status damage;
    MergeIterator merge(query_, [&](const Error& error, ReadStats&) { damage = error; });
    merge.add(make_block_source(std::move(block), *store_.directory, store_.chunks, merge.query()));
    StreamRef stream;
    while (merge.next()) {
      if (stream != merge.stream()) {
        if (stream) RETURN_IF_ERROR(flush(*stream));
        stream = merge.stream();
      }
      if (!shared_.has(stream.get(), merge.entry().timestamp)) add_entry(merge.entry());
    }
    if (stream) RETURN_IF_ERROR(flush(*stream));
    RETURN_IF_ERROR(merge.status());
    add_stats(merge.stats(), stats_);
    return damage;
  }

  const std::vector<Timestamp>& edges_;
  const bool bytes_;
  const CountVisitor& visit_;
  std::vector<BucketCount> counts_;  // of the stream under way
  // Of the block under way.
  TimeMarks marks_;
  std::vector<Part> parts_;
};

Result<ReadStats> Store::count(const CountQuery& query, const CountVisitor& visit) const {
  if (query.edges.size() < 2) return ReadStats();
  return Impl::Counting(*impl_, query, visit).run();
}

}  // namespace logsvc::store
