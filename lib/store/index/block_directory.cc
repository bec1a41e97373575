#include "store/index/block_directory.h"

#include <algorithm>
#include <unordered_set>

namespace logsvc::store {
namespace {

// Up to this many streams are looked up one after the other.
constexpr size_t kFewStreams = 16;

// Calls visit for the wanted rows until it returns false; returns false if it did.
Result<bool> visit_list(const StreamSelection& wanted, TimeRange range, uint64_t file,
                        const PackedStreams& list, const BlockDirectory::RowsVisitor& visit) {
  ASSIGN_OR_RETURN(PackedStreamsView view, PackedStreamsView::open(file, list));
  RowSet places = RowSet::none(view.size());
  if (wanted.streams().size() <= kFewStreams) {
    for (const StreamRef& stream : wanted.streams()) view.find(stream->id, places);
  } else {
    for (uint32_t place = 0; place < view.size(); ++place) {
      if (wanted.find(view.id(place))) places.add(place);
    }
  }
  if (places.is_none()) return true;
  bool more = true;
  RETURN_IF_ERROR(view.each(places, [&](uint32_t, const StreamBlock& rows) {
    if (more && range.overlaps(rows.first, rows.last)) {
      more = visit(*wanted.find(rows.stream_id), rows);
    }
  }));
  return more;
}

}  // namespace

Result<BlockDirectory::FileRef> BlockDirectory::of_file(uint64_t file, Cursor& cursor) {
  if (auto known = cache_.find(file)) return known;
  if (!cursor) {
    ASSIGN_OR_RETURN(CatalogDb::FileCursor begun, index_.cursor());
    cursor.emplace(std::move(begun));
  }
  ASSIGN_OR_RETURN(CatalogDb::FileStreams streams, cursor->streams_of(file));
  size_t bytes = sizeof streams;
  for (const PackedStreams& list : streams) bytes += list.memory_bytes();
  const auto shared = std::make_shared<const CatalogDb::FileStreams>(std::move(streams));
  cache_.put(file, shared, bytes);
  return FileRef(shared);
}

Result<bool> BlockDirectory::visit_file(uint64_t file, Cursor& cursor,
                                        const StreamSelection& wanted, TimeRange range,
                                        const RowsVisitor& visit, const DamageVisitor& damaged) {
  ASSIGN_OR_RETURN(const FileRef streams, of_file(file, cursor));
  for (const PackedStreams& list : *streams) {
    const auto more = visit_list(wanted, range, file, list, visit);
    if (!more.ok()) {
      if (damaged) damaged(file, list.block);
    } else if (!*more) {
      return false;
    }
  }
  return true;
}

Status BlockDirectory::visit(const StreamSelection& wanted, TimeRange range,
                             std::span<const uint64_t> files, const RowsVisitor& visit,
                             const DamageVisitor& damaged) {
  if (wanted.streams().empty()) return {};
  Cursor cursor;
  for (const uint64_t file : files) {
    ASSIGN_OR_RETURN(const bool more, visit_file(file, cursor, wanted, range, visit, damaged));
    if (!more) break;
  }
  return {};
}

Result<RowRuns> BlockDirectory::runs(const BlockPlan& plan) {
  Cursor cursor;
  ASSIGN_OR_RETURN(const FileRef streams, of_file(plan.file, cursor));
  RowRuns out;
  for (const PackedStreams& list : *streams) {
    if (list.block != plan.block) continue;
    const auto read = visit_list(*plan.wanted, plan.range, plan.file, list,
                                 [&](const StreamRef& stream, const StreamBlock& rows) {
                                   out.push_back({stream, rows});
                                   return true;
                                 });
    if (!read.ok()) {
      return Error{read.error().code, plan.path + ": block " + std::to_string(plan.block) + ": " +
                                          read.error().message};
    }
  }
  return out;
}

Result<std::vector<StreamBlock>> BlockDirectory::rows_of(uint64_t file) {
  Cursor cursor;
  ASSIGN_OR_RETURN(const FileRef streams, of_file(file, cursor));
  std::vector<StreamBlock> out;
  for (const PackedStreams& list : *streams) {
    ASSIGN_OR_RETURN(const std::vector<StreamBlock> rows, unpack_streams(file, list));
    out.insert(out.end(), rows.begin(), rows.end());
  }
  return out;
}

// Looks at the newest files first: most streams are in them.
Result<std::vector<StreamRef>> BlockDirectory::present(const StreamSelection& wanted,
                                                       TimeRange range,
                                                       std::span<const uint64_t> files) {
  std::unordered_set<const Stream*> found;
  std::vector<StreamRef> out;
  const size_t all = wanted.streams().size();
  const auto add = [&](const StreamRef& stream, const StreamBlock&) {
    if (found.insert(stream.get()).second) out.push_back(stream);
    return out.size() < all;
  };
  Cursor cursor;
  bool more = all > 0;
  for (size_t f = files.size(); f > 0 && more; --f) {
    ASSIGN_OR_RETURN(more, visit_file(files[f - 1], cursor, wanted, range, add, {}));
  }
  return out;
}

}  // namespace logsvc::store
