#include "store/read/column_visit.h"

#include <algorithm>

#include "store/read/merge_iterator.h"
#include "store/read/ordered_reads.h"

namespace logsvc::store {
namespace {

// Overlaps this close to each other are merged together: mostly the edges of the same two blocks.
constexpr Duration kNear = kSecond;

}  // namespace

Result<ReadStats> ColumnVisit::run() {
  now_ = context_.catalog().snapshot();
  // This follows the snapshot, so that every stream in its windows is known.
  std::vector<StreamRef> streams = context_.streams().select(query_.matchers);
  const std::vector<StreamRef> touched = now_.take_touched(streams, query_.range);
  std::erase_if(now_.windows, [&](const auto& w) { return !w->overlaps(query_.range); });
  for (const auto& window : now_.windows) shared_.add(*window, streams);
  ASSIGN_OR_RETURN(const auto blocks,
                   context_.plan(now_, streams, query_.range,
                                 [this](const StreamRef& stream, const StreamBlock& rows) {
                                   shared_.add(*stream, {rows.first, rows.last});
                                 }));
  shared_.find();
  for (const auto& window : now_.windows) {
    for (const StreamRef& s : streams) RETURN_IF_ERROR(visit_window(*window, *s));
  }
  RETURN_IF_ERROR(visit_blocks(blocks));
  for (const Overlap& overlap : overlaps(streams)) {
    RETURN_IF_ERROR(check());
    RETURN_IF_ERROR(visit_overlap(overlap));
  }
  if (!touched.empty()) RETURN_IF_ERROR(visit_touched(touched));
  return std::move(stats_);
}

Status ColumnVisit::visit_blocks(const std::vector<BlockPlan>& blocks) {
  OrderedReads<BlockRead> reads(context_.read_ahead(), blocks.size(), [&](size_t number) {
    auto out = std::make_unique<BlockRead>();
    out->status = read_block(blocks[number], out->result);
    return out;
  });
  while (const auto read = reads.next()) {
    RETURN_IF_ERROR(check());
    stats_.chunks_total += 1;
    Status given;
    if (read->result) {
      given = give(*read->result);
      add_stats(read->result->stats, stats_);
      stats_.chunks_read += read->result->stats.chunks_read;
    }
    // What the index alone tells takes less time than waking a thread.
    reads.was_work(read->result && read->result->stats.chunks_read > 0);
    RETURN_IF_ERROR(context_.left_out(given.ok() ? read->status : given, stats_));
  }
  return {};
}

Status ColumnVisit::read_block(const BlockPlan& block, std::unique_ptr<BlockResult>& out) const {
  RETURN_IF_ERROR(check());
  // What the index and the caches say of a damaged block no longer counts.
  RETURN_IF_ERROR(context_.catalog().chunks().known_damage(block.file, block.block));
  const auto runs = context_.catalog().directory().runs(block);
  if (!runs.ok()) return runs.error();  // the index is to blame, not the block
  return read(block, *runs, out);
}

Status ColumnVisit::check() const {
  if (!query_.stop.stop_requested()) return {};
  return Error{ErrorCode::kCancelled, "the query was cancelled"};
}

Status ColumnVisit::visit_window(const Window& window, const Stream& stream) {
  std::vector<Entry> rows = window.rows(stream, query_.range);
  stats_.lines_processed += rows.size();
  stats_.head_lines += rows.size();
  std::erase_if(rows, [&](const Entry& e) {
    return shared_.has(&stream, e.timestamp) || !passes(query_.lines, e.line);
  });
  return rows.empty() ? Status() : visit_rows(stream, rows);
}

std::vector<ColumnVisit::Overlap> ColumnVisit::overlaps(
    const std::vector<StreamRef>& streams) const {
  std::vector<std::pair<TimeSpan, const StreamRef*>> all;
  for (const StreamRef& s : streams) {
    for (const TimeSpan& span : shared_.of(s.get())) all.emplace_back(span, &s);
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.first.first < b.first.first; });
  std::vector<Overlap> out;
  for (const auto& [span, stream] : all) {
    if (out.empty() || span.first > add_saturated(out.back().span.last, kNear)) {
      out.push_back({span, {}});
    }
    Overlap& overlap = out.back();
    overlap.span.last = std::max(overlap.span.last, span.last);
    overlap.streams.push_back(*stream);
  }
  for (Overlap& overlap : out) {
    std::sort(overlap.streams.begin(), overlap.streams.end());
    overlap.streams.erase(std::unique(overlap.streams.begin(), overlap.streams.end()),
                          overlap.streams.end());
  }
  return out;
}

Status ColumnVisit::visit_overlap(const Overlap& overlap) {
  const auto cost =
      visit_merged(overlap.streams, overlap.span,
                   [this](const Stream& stream, Timestamp t) { return shared_.has(&stream, t); });
  return cost.ok() ? Status() : cost.error();
}

Status ColumnVisit::visit_touched(const std::vector<StreamRef>& streams) {
  ASSIGN_OR_RETURN(const ReadStats cost,
                   visit_merged(streams, {query_.range.start, sub_saturated(query_.range.end, 1)},
                                [](const Stream&, Timestamp) { return true; }));
  stats_.chunks_total += cost.chunks_total;
  stats_.chunks_read += cost.chunks_read;
  return {};
}

// Leaves out duplicates and what pending deletions cover. Returns what it cost; its blocks are not
// in stats_, since they are counted where they are planned.
Result<ReadStats> ColumnVisit::visit_merged(const std::vector<StreamRef>& streams,
                                            const TimeSpan& span, const Wanted& wanted) {
  SelectQuery select;
  select.range = {std::max(span.first, query_.range.start),
                  std::min(add_saturated(span.last, 1), query_.range.end)};
  if (select.range.empty()) return ReadStats();
  select.lines = query_.lines;
  select.stop = query_.stop;
  MergeIterator merge(std::move(select), [this](const Error& error, ReadStats&) {
    context_.leave_out(error, stats_);
  });
  merge.hide(now_.hidden);
  context_.add_windows(now_, streams, merge);
  ASSIGN_OR_RETURN(auto blocks, context_.plan(now_, streams, merge.query().range));
  context_.add_blocks(std::move(blocks), merge);
  while (merge.next()) {
    const Entry& entry = merge.entry();
    if (!wanted(*merge.stream(), entry.timestamp) || !passes(query_.lines, entry.line)) continue;
    RETURN_IF_ERROR(visit_rows(*merge.stream(), std::span(&entry, 1)));
  }
  RETURN_IF_ERROR(merge.status());
  add_stats(merge.stats(), stats_);
  return merge.stats();
}

}  // namespace logsvc::store
