// Takes the times of entries straight from windows and time columns.
#include <algorithm>

#include "store/read/block_reader.h"
#include "store/read/column_visit.h"
#include "store/read/reader.h"

namespace logsvc::store {

using pushdown::TimesVisitor;

namespace {

class TimesVisit : public ColumnVisit {
 public:
  TimesVisit(const ReadContext& context, const SelectQuery& query, const TimesVisitor& visit)
      : ColumnVisit(context, query), visit_(visit) {}

 private:
  Status visit_rows(const Stream& stream, std::span<const Entry> rows) override {
    times_.clear();
    for (const Entry& row : rows) times_.push_back(row.timestamp);
    return visit_(stream.labels, times_);
  }

  struct Times : BlockResult {
    struct OfStream {
      const Stream* stream = nullptr;  // the query keeps it
      std::vector<Timestamp> times;
    };
    std::vector<OfStream> streams;
  };

  Status read(const BlockPlan& block, const RowRuns& runs,
              std::unique_ptr<BlockResult>& result) const override {
    ASSIGN_OR_RETURN(const auto reader,
                     BlockReader::open(context_.catalog().chunks(), block, runs));
    result = std::make_unique<Times>();
    auto& out = static_cast<Times&>(*result);
    out.stats.chunks_read += 1;
    for (const RowRun& run : runs) {
      ASSIGN_OR_RETURN(auto times, reader->times(run.rows.first_row, run.rows.rows));
      times.erase(std::lower_bound(times.begin(), times.end(), query_.range.end), times.end());
      times.erase(times.begin(), std::lower_bound(times.begin(), times.end(), query_.range.start));
      for (const TimeSpan& span : shared_.in(run)) {
        const auto from = std::lower_bound(times.begin(), times.end(), span.first);
        times.erase(from, std::upper_bound(from, times.end(), span.last));
      }
      out.stats.lines_processed += times.size();
      if (!times.empty()) out.streams.push_back({run.stream.get(), std::move(times)});
    }
    out.stats.compressed_bytes += reader->bytes_read();
    return {};
  }

  Status give(BlockResult& result) override {
    for (const Times::OfStream& s : static_cast<Times&>(result).streams) {
      RETURN_IF_ERROR(visit_(s.stream->labels, s.times));
    }
    return {};
  }

  const TimesVisitor& visit_;
  std::vector<Timestamp> times_;  // of rows
};

}  // namespace

Result<ReadStats> Reader::visit_times(const SelectQuery& query, const TimesVisitor& visit) const {
  if (query.range.empty()) return ReadStats();
  return TimesVisit(context_, query, visit).run();
}

}  // namespace logsvc::store
