#include <algorithm>

#include "store/read/row_source.h"

namespace logsvc::store {
namespace {

class HeadSource : public RowSource {
 public:
  HeadSource(std::vector<HeadRows> streams, uint64_t order, std::shared_ptr<const void> keep,
             const SelectQuery& query)
      : RowSource(query, order), keep_(std::move(keep)) {
    std::sort(streams.begin(), streams.end(), [](const HeadRows& a, const HeadRows& b) {
      return comes_before(a.stream->labels, b.stream->labels);
    });
    Timestamp first = streams[0].rows.front().timestamp, last = streams[0].rows.back().timestamp;
    for (HeadRows& of : streams) {
      first = std::min(first, of.rows.front().timestamp);
      last = std::max(last, of.rows.back().timestamp);
      cursors_.push_back({std::move(of.stream), 0, 0, 0});
      rows_.push_back(std::move(of.rows));
    }
    set_bound(first, last);
  }

 protected:
  Status open(ReadStats& stats) override {
    for (size_t i = 0; i < cursors_.size(); ++i) {
      std::vector<Entry>& rows = rows_[i];
      stats.lines_processed += rows.size();
      stats.head_lines += rows.size();
      for (const Entry& row : rows) stats.bytes_processed += row.line.size();
      std::erase_if(rows, [&](const Entry& e) { return !passes(query_.lines, e.line); });
      cursors_[i].count = static_cast<uint32_t>(rows.size());
    }
    return {};
  }
  Timestamp time_at(size_t cursor, uint32_t position) const override {
    return row(cursor, position).timestamp;
  }
  Status build(size_t cursor, uint32_t position, Entry& entry) override {
    entry = row(cursor, position);
    return {};
  }

 private:
  const Entry& row(size_t cursor, uint32_t position) const {
    const std::vector<Entry>& rows = rows_[cursor];
    return backward() ? rows[rows.size() - 1 - position] : rows[position];
  }

  std::vector<std::vector<Entry>> rows_;  // one for each cursor
  const std::shared_ptr<const void> keep_;
};

}  // namespace

std::unique_ptr<RowSource> make_head_source(std::vector<HeadRows> streams, uint64_t order,
                                            std::shared_ptr<const void> keep,
                                            const SelectQuery& query) {
  return std::make_unique<HeadSource>(std::move(streams), order, std::move(keep), query);
}

}  // namespace logsvc::store
