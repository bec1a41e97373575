// Counts without building lines: from what the index says of a block if all of its rows lie in one
// bucket, else from its times, which are remembered where the edges of buckets fall.
#include <algorithm>
#include <optional>

#include "store/read/block_reader.h"
#include "store/read/column_visit.h"
#include "store/read/merge_iterator.h"
#include "store/read/reader.h"

namespace logsvc::store {

using pushdown::BucketCount;
using pushdown::CountQuery;
using pushdown::CountVisitor;

namespace {

SelectQuery entries_of(const CountQuery& count) {
  SelectQuery out;
  out.matchers = count.matchers;
  out.range = {count.edges.front(), count.edges.back()};
  out.lines = count.lines;
  out.stop = count.stop;
  return out;
}

// Collects entries and bytes of streams by bucket, one stream after the other.
class StreamCounts {
 public:
  // Adds to the current stream.
  void add(size_t bucket, uint64_t entries, uint64_t bytes) {
    if (entries == 0) return;
    if (buckets_.size() > begin_ && buckets_.back().bucket == bucket) {
      buckets_.back().entries += entries;
      buckets_.back().bytes += bytes;
    } else {
      buckets_.push_back({bucket, entries, bytes});
    }
  }
  // Assigns what was added since the last call to this stream.
  void end(const Stream& stream) {
    if (buckets_.size() == begin_) return;
    begin_ = buckets_.size();
    streams_.push_back({&stream, begin_});
  }
  Status give(const CountVisitor& visit) const {
    const std::span<const BucketCount> all(buckets_);
    size_t begin = 0;
    for (const OfStream& s : streams_) {
      RETURN_IF_ERROR(visit(s.stream->labels, all.subspan(begin, s.end - begin)));
      begin = s.end;
    }
    return {};
  }

 private:
  struct OfStream {
    const Stream* stream = nullptr;  // the query keeps it
    size_t end = 0;                  // in buckets_
  };
  std::vector<OfStream> streams_;
  std::vector<BucketCount> buckets_;
  size_t begin_ = 0;  // the current stream's
};

class Counting : public ColumnVisit {
 public:
  Counting(const ReadContext& context, const CountQuery& query, const CountVisitor& visit)
      : ColumnVisit(context, entries_of(query)),
        edges_(query.edges),
        bytes_(query.bytes),
        visit_(visit) {}

 private:
  struct Counts : BlockResult {
    StreamCounts of;
  };
  class BlockCounting;

  Status visit_rows(const Stream& stream, std::span<const Entry> rows) override {
    StreamCounts counts;
    for (const Entry& entry : rows) add_entry(entry, counts);
    counts.end(stream);
    return counts.give(visit_);
  }
  Status read(const BlockPlan& block, const RowRuns& runs,
              std::unique_ptr<BlockResult>& result) const override;
  Status give(BlockResult& result) override { return static_cast<Counts&>(result).of.give(visit_); }

  // Returns the bucket of a time; size_t(-1) before the first, the number of buckets after the
  // last.
  size_t bucket_of(Timestamp t) const {
    const auto edge = std::upper_bound(edges_.begin(), edges_.end(), t);
    return static_cast<size_t>(edge - edges_.begin()) - 1;
  }
  bool is_bucket(size_t b) const { return b < edges_.size() - 1; }
  void add_entry(const Entry& entry, StreamCounts& counts) const {
    counts.add(bucket_of(entry.timestamp), 1, bytes_ ? entry.line.size() : 0);
  }

  const std::vector<Timestamp>& edges_;
  const bool bytes_;
  const CountVisitor& visit_;
};

// Counts one block. For one thread.
class Counting::BlockCounting {
 public:
  BlockCounting(const Counting& query, const BlockPlan& block, const RowRuns& runs, Counts& out)
      : all_(query), block_(block), runs_(runs), out_(out) {}

  Status run() {
    std::vector<StreamRef> by_line;
    for (const RowRun& run : runs_) {
      add_cuts(run);
      // Bytes of a part of a stream follow only from its lines.
      if (all_.bytes_ && (parts_.back().marks > 0 || !all_.query_.lines.is_trivial())) {
        by_line.push_back(run.stream);
        marks_.resize(parts_.back().first_mark);
        parts_.pop_back();
      }
    }
    if (!parts_.empty()) RETURN_IF_ERROR(count_parts());
    return by_line.empty() ? Status() : count_lines(std::move(by_line));
  }

 private:
  // Is a stream's rows in the block, between the times where counting begins anew.
  struct Part {
    const RowRun* run = nullptr;
    size_t first_mark = 0;  // in marks_
    size_t marks = 0;
  };

  // Adds where the stream's rows have to be cut: edges of buckets and of shared times.
  void add_cuts(const RowRun& run) {
    const size_t begin = marks_.size();
    const auto cut = [&](Timestamp t) {
      if (t > run.rows.first && t <= run.rows.last) marks_.push_back({run.rows.first_row, t, 0});
    };
    const auto& edges = all_.edges_;
    const auto from = std::upper_bound(edges.begin(), edges.end(), run.rows.first);
    for (auto e = from; e != edges.end() && *e <= run.rows.last; ++e) cut(*e);
    const auto middle = static_cast<ptrdiff_t>(marks_.size());
    for (const TimeSpan& span : all_.shared_.in(run)) {
      cut(span.first);
      cut(add_saturated(span.last, 1));
    }
    if (static_cast<size_t>(middle) != marks_.size()) {
      std::inplace_merge(marks_.begin() + static_cast<ptrdiff_t>(begin), marks_.begin() + middle,
                         marks_.end());
    }
    parts_.push_back({&run, begin, marks_.size() - begin});
  }

  Status count_parts() {
    std::unique_ptr<BlockReader> reader;
    const auto open = [&]() -> Status {
      if (reader) return {};
      ASSIGN_OR_RETURN(reader, BlockReader::open(all_.context_.catalog().chunks(), block_, runs_));
      out_.stats.chunks_read += 1;
      return {};
    };
    std::optional<RowSet> hits;
    if (!all_.query_.lines.is_trivial()) {
      RETURN_IF_ERROR(open());
      ASSIGN_OR_RETURN(hits, reader->find(all_.query_.lines));
      if (hits->is_none()) return {};
    }
    if (!all_.context_.catalog().marks().look_up(block_.file, block_.block, marks_)) {
      RETURN_IF_ERROR(open());
      RETURN_IF_ERROR(find_marks(*reader));
      all_.context_.catalog().marks().add(block_.file, block_.block, marks_);
    }
    if (reader) out_.stats.compressed_bytes += reader->bytes_read();
    for (const Part& part : parts_) {
      count_part(part, hits ? &*hits : nullptr);
      out_.of.end(*part.run->stream);
    }
    return {};
  }

  Status find_marks(BlockReader& reader) {
    for (const Part& part : parts_) {
      if (part.marks == 0) continue;
      const StreamBlock& rows = part.run->rows;
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
    const StreamBlock& rows = part.run->rows;
    uint32_t begin = 0;
    Timestamp time = rows.first;
    const auto count_to = [&](uint32_t end) {
      const size_t bucket = all_.bucket_of(time);
      if (all_.is_bucket(bucket) && !all_.shared_.has(part.run->stream.get(), time)) {
        const uint32_t n =
            hits ? hits->count(rows.first_row + begin, rows.first_row + end) : end - begin;
        out_.stats.lines_processed += end - begin;
        out_.of.add(bucket, n, all_.bytes_ ? rows.raw_bytes : 0);
      }
      begin = end;
    };
    for (const TimeMark& mark : std::span(marks_).subspan(part.first_mark, part.marks)) {
      count_to(mark.before);
      time = mark.time;
    }
    count_to(rows.rows);
  }

  Status count_lines(std::vector<StreamRef> streams) {
    BlockPlan block = block_;
    block.wanted = std::make_shared<const StreamSelection>(std::move(streams));
    Status damage;
    MergeIterator merge(all_.query_, [&](const Error& error, ReadStats&) { damage = error; });
    merge.add(make_block_source(std::move(block), all_.context_.catalog().directory(),
                                all_.context_.catalog().chunks(), merge.query()));
    StreamRef stream;
    while (merge.next()) {
      if (stream != merge.stream()) {
        if (stream) out_.of.end(*stream);
        stream = merge.stream();
      }
      const Entry& entry = merge.entry();
      if (!all_.shared_.has(stream.get(), entry.timestamp)) all_.add_entry(entry, out_.of);
    }
    if (stream) out_.of.end(*stream);
    RETURN_IF_ERROR(merge.status());
    add_stats(merge.stats(), out_.stats);
    out_.stats.chunks_read = std::max(out_.stats.chunks_read, merge.stats().chunks_read);
    return damage;
  }

  const Counting& all_;
  const BlockPlan& block_;
  const RowRuns& runs_;
  Counts& out_;
  TimeMarks marks_;
  std::vector<Part> parts_;
};

Status Counting::read(const BlockPlan& block, const RowRuns& runs,
                      std::unique_ptr<BlockResult>& result) const {
  result = std::make_unique<Counts>();
  return BlockCounting(*this, block, runs, static_cast<Counts&>(*result)).run();
}

}  // namespace

Result<ReadStats> Reader::count(const CountQuery& query, const CountVisitor& visit) const {
  if (query.edges.size() < 2) return ReadStats();
  return Counting(context_, query, visit).run();
}

}  // namespace logsvc::store
