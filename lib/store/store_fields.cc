// One field of many entries, out of columns where that is surely what parsing the lines gives.
#include "store/block_reader.h"
#include "store/piece_visit.h"

namespace logsvc::store {

class Store::Impl::FieldVisit : public PieceVisit {
 public:
  FieldVisit(const Impl& store, const SelectQuery& query, const std::string& name,
             FieldVisitor& visitor)
      : PieceVisit(store, query), name_(name), visitor_(visitor) {}

 private:
  Status visit_rows(const Stream& stream, std::span<const Entry> rows) override {
    for (const Entry& entry : rows) RETURN_IF_ERROR(visitor_.entry(stream.labels, entry));
    return {};
  }

  Status visit_block(const BlockPlan& block) override {
    ASSIGN_OR_RETURN(const auto reader, BlockReader::open(store_.chunks, block));
    ASSIGN_OR_RETURN(const RowSet hits, reader->find(query_.lines));
    stats_.chunks_read += 1;
    if (!hits.is_none()) {
      RETURN_IF_ERROR(reader->choose_field(query_.parser, name_));
      for (const BlockLane& lane : block.lanes) RETURN_IF_ERROR(visit_lane(*reader, lane, hits));
    }
    stats_.compressed_bytes += reader->bytes_read();
    return {};
  }

  Status visit_lane(BlockReader& reader, const BlockLane& lane, const RowSet& hits) {
    const StreamBlock& rows = lane.rows;
    ASSIGN_OR_RETURN(const auto times, reader.times(rows.first_row, rows.rows));
    const LabelSet& labels = lane.stream->labels;
    const bool hidden = labels.has(name_);
    const bool shares = !shared_.in(lane).empty();
    times_.clear();
    ends_.clear();
    buffer_.clear();
    Entry entry;
    for (uint32_t i = 0; i < rows.rows; ++i) {
      const Timestamp t = times[i];
      const uint32_t row = rows.first_row + i;
      if (!query_.range.contains(t) || !hits.has(row)) continue;
      if (shares && shared_.has(lane.stream.get(), t)) continue;
      stats_.lines_processed += 1;
      using Found = FieldSearch::Found;
      const Found found = hidden ? Found::kUnknown : reader.field(row, buffer_);
      if (found == Found::kNothing) continue;
      if (found == Found::kUnknown) {
        RETURN_IF_ERROR(reader.build(row, entry));
        stats_.bytes_processed += entry.line.size();
        entry.timestamp = t;
        RETURN_IF_ERROR(visitor_.entry(labels, entry));
        continue;
      }
      times_.push_back(t);
      ends_.push_back(buffer_.size());
    }
    return flush(labels);
  }

  Status flush(const LabelSet& labels) {
    if (times_.empty()) return {};
    values_.clear();
    size_t begin = 0;
    for (const size_t end : ends_) {
      values_.push_back(buffer_.view(0).substr(begin, end - begin));
      begin = end;
    }
    return visitor_.values(labels, times_, values_);
  }

  const std::string& name_;
  FieldVisitor& visitor_;
  // Of the stream under way.
  std::vector<Timestamp> times_;
  std::vector<size_t> ends_;
  std::vector<std::string_view> values_;
  ByteBuffer buffer_;
};

Result<ReadStats> Store::visit_field(const SelectQuery& query, const std::string& name,
                                     FieldVisitor& visitor) const {
  if (query.range.empty()) return ReadStats();
  return Impl::FieldVisit(*impl_, query, name, visitor).run();
}

}  // namespace logsvc::store
