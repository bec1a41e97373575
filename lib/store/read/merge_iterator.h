// Merges row sources by time (k-way) and leaves out exact duplicates. A source is read only when
// its bound comes up, so that a limit stops the disk. For one thread.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/arena.h"
#include "model/log_source.h"
#include "store/common/entry_table.h"
#include "store/policy/deletion.h"
#include "store/read/row_source.h"

namespace logsvc::store {

class MergeIterator : public EntryIterator {
 public:
  // The iterator keeps the query, for the sources to borrow: make them with query() after
  // construction. on_damage is told of each block that cannot be read, with the stats; the query
  // goes on without it.
  using OnDamage = std::function<void(const Error&, ReadStats&)>;
  MergeIterator(SelectQuery query, OnDamage on_damage, EntryHash hash = entry_hash);
  ~MergeIterator() override;

  const SelectQuery& query() const { return query_; }
  ReadStats& mutable_stats() { return stats_; }
  void add(std::unique_ptr<RowSource> source);
  // Holds what its sources read as long as the iterator lives.
  void keep(std::shared_ptr<const void> files) { kept_ = std::move(files); }

  // Leaves out entries that these match.
  void hide(std::shared_ptr<const ActiveDeletions> deletions);

  // Opens the sources that come up next in these threads, the more of them, the longer none had an
  // entry. Call it once all sources are added.
  void read_ahead(ReadAhead& threads);

  bool next() override;
  const Entry& entry() const override { return current_->entry(); }
  const LabelSet& labels() const override { return current_->stream()->labels; }
  const StreamRef& stream() const { return current_->stream(); }
  const Status& status() const override { return status_; }
  const ReadStats& stats() const override { return stats_; }

 private:
  struct HeapItem {
    Timestamp time;
    bool opened;
    std::unique_ptr<RowSource> source;
  };
  bool comes_after(const HeapItem& a, const HeapItem& b) const;
  void push(std::unique_ptr<RowSource> source, Timestamp time, bool opened);
  bool advance(std::unique_ptr<RowSource> source);
  void open_next(std::unique_ptr<RowSource> source);
  bool is_duplicate();

  std::shared_ptr<const void> kept_;  // goes after the sources
  const SelectQuery query_;
  const OnDamage on_damage_;
  std::unique_ptr<DeletionMatcher> hidden_;  // nullptr: nothing is hidden
  ReadStats stats_;
  Status status_;
  std::vector<HeapItem> heap_;
  std::unique_ptr<RowSource> current_;
  ReadAhead* threads_ = nullptr;  // nullptr: nothing is opened ahead
  // Sources in the order in which they come up: those before coming_at_ are in the heap, those from
  // there to asked_ are being opened ahead.
  std::vector<RowSource*> coming_;
  size_t coming_at_ = 0, asked_ = 0;
  size_t ahead_ = 0;  // how many may be opened ahead
  // Holds copies of the entries that were given out with the current time: their sources have moved
  // on.
  struct SeenEntry {
    const Stream* stream;
    Entry entry;
  };
  void forget_seen();
  const EntryHash hash_;
  std::vector<SeenEntry> seen_;
  EntryTable seen_table_;
  std::unique_ptr<Arena> seen_bytes_;
  Timestamp seen_time_ = 0;
  uint32_t calls_ = 0;
};

}  // namespace logsvc::store
