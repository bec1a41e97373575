// The times of entries straight from windows and time columns.
#include <algorithm>

#include "store/block_reader.h"
#include "store/piece_visit.h"

namespace logsvc::store {

class Store::Impl::TimesVisit : public PieceVisit {
 public:
  TimesVisit(const Impl& store, const SelectQuery& query, const TimesVisitor& visit)
      : PieceVisit(store, query), visit_(visit) {}

 private:
  Status visit_rows(const Stream& stream, std::span<const Entry> rows) override {
    times_.clear();
    for (const Entry& row : rows) times_.push_back(row.timestamp);
    return visit_(stream.labels, times_);
  }

  Status visit_block(const BlockPlan& block, const BlockLanes& lanes) override {
    ASSIGN_OR_RETURN(const auto reader, BlockReader::open(store_.chunks, block, lanes));
    stats_.chunks_read += 1;
    for (const BlockLane& lane : lanes) {
      ASSIGN_OR_RETURN(const auto times, reader->times(lane.rows.first_row, lane.rows.rows));
      const auto first = std::lower_bound(times.begin(), times.end(), query_.range.start);
      const auto last = std::lower_bound(first, times.end(), query_.range.end);
      times_.assign(first, last);
      for (const TimeSpan& span : shared_.in(lane)) {
        const auto from = std::lower_bound(times_.begin(), times_.end(), span.first);
        times_.erase(from, std::upper_bound(from, times_.end(), span.last));
      }
      stats_.lines_processed += times_.size();
      if (!times_.empty()) RETURN_IF_ERROR(visit_(lane.stream->labels, times_));
    }
    stats_.compressed_bytes += reader->bytes_read();
    return {};
  }

  const TimesVisitor& visit_;
  std::vector<Timestamp> times_;  // of the stream under way
};

Result<ReadStats> Store::visit_times(const SelectQuery& query, const TimesVisitor& visit) const {
  if (query.range.empty()) return ReadStats();
  return Impl::TimesVisit(*impl_, query, visit).run();
}

}  // namespace logsvc::store
