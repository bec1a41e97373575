// Reads one field of many entries from columns where that is sure to equal what parsing the lines
// gives.
#include <algorithm>

#include "store/read/block_reader.h"
#include "store/read/column_visit.h"
#include "store/read/reader.h"

namespace logsvc::store {

using pushdown::FieldVisitor;

namespace {

class FieldVisit : public ColumnVisit {
 public:
  FieldVisit(const ReadContext& context, const SelectQuery& query, const std::string& name,
             FieldVisitor& visitor)
      : ColumnVisit(context, query), name_(name), visitor_(visitor) {}

 private:
  Status visit_rows(const Stream& stream, std::span<const Entry> rows) override {
    for (const Entry& entry : rows) RETURN_IF_ERROR(visitor_.entry(stream.labels, entry));
    return {};
  }

  // Holds the values of some rows of a stream, and its rows that have to be parsed.
  struct Fields : BlockResult {
    struct Row {
      uint32_t row = 0;
      Timestamp time = 0;
    };
    struct OfStream {
      const Stream* stream = nullptr;  // the query keeps it
      std::vector<Row> unknown;
      std::vector<Timestamp> times;
      std::vector<size_t> ends;  // where each value in `values` ends
      size_t begin = 0;          // where the first begins
    };
    std::unique_ptr<BlockReader> reader;  // kept while there are unknown rows
    std::vector<OfStream> streams;
    ByteBuffer values;  // one after the other
  };

  Status read(const BlockPlan& block, const RowRuns& runs,
              std::unique_ptr<BlockResult>& result) const override {
    result = std::make_unique<Fields>();
    auto& out = static_cast<Fields&>(*result);
    ASSIGN_OR_RETURN(out.reader, BlockReader::open(context_.catalog().chunks(), block, runs));
    ASSIGN_OR_RETURN(const RowSet hits, out.reader->find(query_.lines));
    out.stats.chunks_read += 1;
    if (!hits.is_none()) {
      RETURN_IF_ERROR(out.reader->choose_field(query_.parser, name_));
      for (const RowRun& run : runs) RETURN_IF_ERROR(read_run(run, hits, out));
    }
    if (std::none_of(out.streams.begin(), out.streams.end(),
                     [](const auto& s) { return !s.unknown.empty(); })) {
      close(out);
    }
    return {};
  }
  // Nothing is built from it any more.
  static void close(Fields& fields) {
    if (fields.reader) fields.stats.compressed_bytes += fields.reader->bytes_read();
    fields.reader.reset();
  }

  Status read_run(const RowRun& run, const RowSet& hits, Fields& out) const {
    const StreamBlock& rows = run.rows;
    const uint32_t most = hits.count(rows.first_row, rows.first_row + rows.rows);
    if (most == 0) return {};
    ASSIGN_OR_RETURN(const auto times, out.reader->times(rows.first_row, rows.rows));
    const bool hidden = run.stream->labels.has(name_);
    const bool shares = !shared_.in(run).empty();
    Fields::OfStream found{run.stream.get(), {}, {}, {}, out.values.size()};
    found.times.reserve(most);
    found.ends.reserve(most);
    for (uint32_t i = 0; i < rows.rows; ++i) {
      const Timestamp t = times[i];
      const uint32_t row = rows.first_row + i;
      if (!query_.range.contains(t) || !hits.has(row)) continue;
      if (shares && shared_.has(run.stream.get(), t)) continue;
      out.stats.lines_processed += 1;
      using Answer = FieldSearch::Answer;
      switch (hidden ? Answer::kUnknown : out.reader->field(row, out.values)) {
        case Answer::kNothing:
          break;
        case Answer::kUnknown:
          found.unknown.push_back({row, t});
          break;
        default:
          found.times.push_back(t);
          found.ends.push_back(out.values.size());
      }
    }
    if (!found.unknown.empty() || !found.times.empty()) out.streams.push_back(std::move(found));
    return {};
  }

  Status give(BlockResult& result) override {
    auto& fields = static_cast<Fields&>(result);
    for (const Fields::OfStream& s : fields.streams) RETURN_IF_ERROR(give_stream(s, fields));
    close(fields);
    return {};
  }

  Status give_stream(const Fields::OfStream& s, Fields& fields) {
    const LabelSet& labels = s.stream->labels;
    Entry entry;
    for (const Fields::Row& row : s.unknown) {
      RETURN_IF_ERROR(fields.reader->build(row.row, entry));
      fields.stats.bytes_processed += entry.line.size();
      entry.timestamp = row.time;
      RETURN_IF_ERROR(visitor_.entry(labels, entry));
    }
    if (s.times.empty()) return {};
    values_.clear();
    size_t begin = s.begin;
    for (const size_t end : s.ends) {
      values_.push_back(fields.values.view(0).substr(begin, end - begin));
      begin = end;
    }
    return visitor_.values(labels, s.times, values_);
  }

  const std::string& name_;
  FieldVisitor& visitor_;
  std::vector<std::string_view> values_;  // the current stream's
};

}  // namespace

Result<ReadStats> Reader::visit_field(const SelectQuery& query, const std::string& name,
                                      FieldVisitor& visitor) const {
  if (query.range.empty()) return ReadStats();
  return FieldVisit(context_, query, name, visitor).run();
}

}  // namespace logsvc::store
