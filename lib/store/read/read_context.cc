#include "store/read/read_context.h"

#include <algorithm>

#include "store/read/merge_iterator.h"

namespace logsvc::store {

Result<std::vector<BlockPlan>> ReadContext::plan(const Snapshot& now,
                                                 const std::vector<StreamRef>& selected,
                                                 TimeRange range, const EachRows& each) const {
  const auto wanted = std::make_shared<const StreamSelection>(selected);
  std::vector<BlockPlan> out;
  const auto add = [&](const StreamRef& stream, const StreamBlock& rows) {
    if (out.empty() || out.back().file != rows.file_id || out.back().block != rows.block) {
      const FileRow& file = *now.files->at(rows.file_id);
      out.push_back({rows.file_id, rows.block, environment_.names.chunk(file.day, rows.file_id),
                     rows.first, rows.last, wanted, range});
    }
    out.back().first = std::min(out.back().first, rows.first);
    out.back().last = std::max(out.back().last, rows.last);
    if (each) each(stream, rows);
    return true;
  };
  // Its entries are reported as left out when the query comes to it.
  const auto add_damaged = [&](uint64_t id, uint32_t block) {
    const FileRow& file = *now.files->at(id);
    if (!out.empty() && out.back().file == id && out.back().block == block) out.pop_back();
    out.push_back(
        {id, block, environment_.names.chunk(file.day, id), file.first, file.last, wanted, range});
  };
  RETURN_IF_ERROR(
      catalog_.directory().visit(*wanted, range, now.files_in(range), add, add_damaged));
  return out;
}

void ReadContext::add_windows(const Snapshot& now, const std::vector<StreamRef>& selected,
                              MergeIterator& merge) const {
  constexpr uint64_t kHeadOrder = uint64_t{1} << 63;  // after every file
  const TimeRange range = merge.query().range;
  for (size_t w = 0; w < now.windows.size(); ++w) {
    const auto& window = now.windows[w];
    if (!window->overlaps(range)) continue;
    std::vector<HeadRows> streams;
    for (const StreamRef& stream : selected) {
      std::vector<Entry> rows = window->rows(*stream, range);
      if (!rows.empty()) streams.push_back({stream, std::move(rows)});
    }
    if (streams.empty()) continue;
    merge.add(make_head_source(std::move(streams), kHeadOrder + w, window, merge.query()));
  }
}

void ReadContext::add_blocks(std::vector<BlockPlan> blocks, MergeIterator& merge) const {
  for (BlockPlan& b : blocks) {
    merge.mutable_stats().chunks_total += 1;
    merge.add(
        make_block_source(std::move(b), catalog_.directory(), catalog_.chunks(), merge.query()));
  }
}

void ReadContext::leave_out(const Error& error, ReadStats& stats) const {
  const std::string warning = "left out what cannot be read: " + error.message;
  if (std::count(stats.warnings.begin(), stats.warnings.end(), warning)) return;
  report_damage(environment_, error);
  stats.warnings.push_back(warning);
}

Status ReadContext::left_out(const Status& failed, ReadStats& stats) const {
  if (failed.ok()) return {};
  const ErrorCode code = failed.error().code;
  // The snapshot keeps files: a missing one was lost.
  const bool of_block = code == ErrorCode::kCorrupt || code == ErrorCode::kIo ||
                        code == ErrorCode::kUnsupported || code == ErrorCode::kNotFound;
  if (!of_block) return failed;
  leave_out(failed.error(), stats);
  return {};
}

}  // namespace logsvc::store
