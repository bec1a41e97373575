// K-way merge of row sources by time, exact doubles left out. A source is read only when its bound
// comes up, so a limit stops the disk. For one thread.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "model/log_source.h"
#include "store/row_source.h"

namespace logsvc::store {

class MergeIterator : public EntryIterator {
 public:
  // query is kept here, for the sources to borrow: make them with query() after construction.
  // on_damage is told of each block that cannot be read; the query goes on without it.
  MergeIterator(SelectQuery query, ChunkCache& chunks, uint64_t cache_bytes,
                std::function<void(const Error&)> on_damage);

  const SelectQuery& query() const { return query_; }
  BlockCache& cache() { return cache_; }
  ReadStats& mutable_stats() { return stats_; }
  void add(std::unique_ptr<RowSource> source);

  bool next() override;
  const Entry& entry() const override { return current_->entry(); }
  const LabelSet& labels() const override { return current_->stream()->labels; }
  const Status& status() const override { return status_; }
  const ReadStats& stats() const override { return stats_; }

 private:
  struct Waiting {
    Timestamp time;
    bool opened;
    std::unique_ptr<RowSource> source;
  };
  bool comes_after(const Waiting& a, const Waiting& b) const;
  void push(std::unique_ptr<RowSource> source, Timestamp time, bool opened);
  void advance(std::unique_ptr<RowSource> source);
  bool is_double();

  const SelectQuery query_;
  BlockCache cache_;
  const std::function<void(const Error&)> on_damage_;
  ReadStats stats_;
  Status status_;
  std::vector<Waiting> heap_;
  std::unique_ptr<RowSource> current_;
  // Of the entries already given out with the current time.
  struct Given {
    const Stream* stream;
    uint64_t hash;
  };
  std::vector<Given> given_;
  Timestamp given_time_ = 0;
  uint32_t calls_ = 0;
};

}  // namespace logsvc::store
