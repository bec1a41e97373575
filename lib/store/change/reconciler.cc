#include "store/change/reconciler.h"

#include <algorithm>

#include "store/change/quarantine.h"
#include "store/chunk/chunk_reader.h"

namespace logsvc::store {

Result<FileSet> Reconciler::run() {
  ASSIGN_OR_RETURN(const std::vector<DiskFile> found, list_files());
  std::map<uint64_t, DiskFile> present;
  for (const DiskFile& file : found) {
    last_place_ = std::max(last_place_, place_of(file.id));
    if (present.emplace(file.id, file).second) continue;
    RETURN_IF_ERROR(set_aside_damaged(file, {ErrorCode::kCorrupt, "another file has its number"}));
  }
  ASSIGN_OR_RETURN(const uint64_t forgotten, index_.highest_forgotten_file());
  last_place_ = std::max(last_place_, place_of(forgotten));
  std::map<uint64_t, FileRow> rows;
  std::vector<FileRow> missing;
  ASSIGN_OR_RETURN(const std::vector<FileRow> known, index_.files());
  for (const FileRow& row : known) {
    last_place_ = std::max(last_place_, place_of(row.id));
    // A file of another size is another file, or was cut: treat it like an unknown one.
    const auto file = present.find(row.id);
    const auto size = files_.file_size(names_.chunk(row.day, row.id));
    if (file != present.end() && file->second.day == row.day && size.ok() && *size == row.bytes) {
      rows[row.id] = row;
    } else {
      missing.push_back(row);
    }
  }
  std::set<uint64_t> replaced;
  ASSIGN_OR_RETURN(const auto gone, index_.gone_files());
  for (const auto& [id, by] : gone) {
    last_place_ = std::max(last_place_, place_of(id));
    if (by == 0 || present.count(by)) {
      replaced.insert(id);
    } else {
      RETURN_IF_ERROR(index_.restore_file(id));
    }
  }
  std::vector<DiskFile> unknown;
  for (const auto& [id, file] : present) {
    if (!rows.count(id)) unknown.push_back(file);
  }
  RETURN_IF_ERROR(find_replaced(unknown, present, replaced));
  RETURN_IF_ERROR(forget_missing(missing, replaced));
  for (const DiskFile& file : unknown) {
    if (replaced.count(file.id)) continue;
    RETURN_IF_ERROR(adopt(file, present, rows));
  }
  RETURN_IF_ERROR(remove_replaced(replaced, present, rows));
  FileSet out;
  for (auto& [id, row] : rows) out[id] = std::make_shared<const FileRow>(std::move(row));
  return out;
}

// Lists chunk files by day and number; unfinished ones are removed.
Result<std::vector<Reconciler::DiskFile>> Reconciler::list_files() {
  std::vector<DiskFile> out;
  ASSIGN_OR_RETURN(const std::vector<std::string> days, files_.list(names_.chunks()));
  for (const std::string& day : days) {
    const auto found = files_.list(names_.day(day));
    if (!found.ok() && found.error().code == ErrorCode::kNotFound) continue;  // no directory
    if (!found.ok()) return found.error();
    for (const std::string& name : *found) {
      if (const auto id = FileNames::parse_chunk_name(name)) {
        out.push_back({day, *id});
      } else if (name.ends_with(".tmp")) {
        // Nothing is lost with it, and it is no reason to stop.
        if (const Status removed = files_.remove(names_.day(day) + "/" + name); !removed.ok()) {
          environment_.diagnostics.warn("store",
                                        "cannot remove an unfinished file: left where it is",
                                        {{"why", removed.error().message}});
        }
      }
    }
  }
  return out;
}

// Sets aside unknown files that do not verify, and adds what the others replace.
Status Reconciler::find_replaced(std::vector<DiskFile>& unknown,
                                 const std::map<uint64_t, DiskFile>& present,
                                 std::set<uint64_t>& replaced) {
  std::vector<DiskFile> readable;
  for (const DiskFile& file : unknown) {
    if (replaced.count(file.id)) continue;
    const auto reader = ChunkReader::open(files_, names_.chunk(file.day, file.id));
    if (!reader.ok()) {
      RETURN_IF_ERROR(set_aside_damaged(file, reader.error()));
      continue;
    }
    const std::vector<uint64_t>& replaces = (*reader)->end().replaces;
    const bool needed = std::any_of(replaces.begin(), replaces.end(),
                                    [&](uint64_t id) { return !present.count(id); });
    if (!replaces.empty() && !needed) {  // the old files are better than a damaged one
      if (const auto whole = read_for_adoption(file, **reader);
          !whole.ok() || whole->damaged_blocks > 0) {
        RETURN_IF_ERROR(set_aside_damaged(
            file,
            whole.ok() ? Error{ErrorCode::kCorrupt, "a block does not verify"} : whole.error()));
        continue;
      }
    }
    replaced.insert(replaces.begin(), replaces.end());
    for (const uint64_t id : replaces) last_place_ = std::max(last_place_, place_of(id));
    readable.push_back(file);
  }
  unknown = std::move(readable);
  return {};
}

// Whoever removed a file may have died before that was durable: then the file would come back, and
// without a row it would be adopted.
Status Reconciler::forget_missing(const std::vector<FileRow>& missing,
                                  const std::set<uint64_t>& replaced) {
  std::set<std::string> days;
  for (const FileRow& row : missing) days.insert(row.day);
  RETURN_IF_ERROR(days_.sync(days));
  std::vector<uint64_t> ids;
  uint64_t lost = 0;
  std::string first;
  for (const FileRow& row : missing) {
    ids.push_back(row.id);
    if (replaced.count(row.id)) continue;
    if (lost++ == 0) first = names_.chunk(row.day, row.id);
    // The journal may still have its lines.
    RETURN_IF_ERROR(index_.forget_sealed_day(start_of_day(row.first)));
  }
  if (lost > 0) {
    environment_.metrics.missing_files.add(lost);
    environment_.diagnostics.error(
        "store", "chunk files that the index names are missing or not what it says",
        {{"files", std::to_string(lost)}, {"first", first}});
  }
  return ids.empty() ? Status() : index_.forget_files(ids);
}

// Returns what the index has to know of the file. A block whose header does not verify has no
// streams.
Result<Reconciler::FileContents> Reconciler::read_for_adoption(const DiskFile& file,
                                                               const ChunkReader& reader) {
  FileContents out;
  out.row = {file.id, file.day, 0, 0, 0, INT64_MAX, INT64_MIN};
  ASSIGN_OR_RETURN(out.row.bytes, files_.file_size(reader.path()));
  const auto& blocks = reader.end().blocks;
  Status failure;
  for (uint32_t b = 0; b < blocks.size(); ++b) {
    const auto open = reader.block(b);
    out.summary.blocks.push_back(open.ok() ? open->header->streams : std::vector<BlockStream>());
    if (!open.ok()) {
      failure = open.error();
      out.damaged_blocks += 1;
      continue;
    }
    out.row.rows += blocks[b].rows;
    out.row.raw_bytes += blocks[b].raw_bytes;
    out.row.first = std::min(out.row.first, blocks[b].first);
    out.row.last = std::max(out.row.last, blocks[b].last);
  }
  if (out.damaged_blocks == blocks.size()) {
    return failure.ok() ? Error{ErrorCode::kCorrupt, "no blocks"} : failure.error();
  }
  return out;
}

// Adopts a file without a row: it comes from a crash between its rename and its row, or the index
// was lost or is an older one. The file is complete, so all that the journal has up to its end is
// in files_.
Status Reconciler::adopt(const DiskFile& file, const std::map<uint64_t, DiskFile>& present,
                         std::map<uint64_t, FileRow>& rows) {
  ASSIGN_OR_RETURN(const auto reader, ChunkReader::open(files_, names_.chunk(file.day, file.id)));
  auto read = read_for_adoption(file, *reader);
  if (!read.ok()) return set_aside_damaged(file, read.error());
  if (read->damaged_blocks > 0) {
    environment_.metrics.damaged_reads.add(read->damaged_blocks);
    environment_.diagnostics.error(
        "store", "blocks of a chunk file do not verify: left out",
        {{"file", reader->path()}, {"blocks", std::to_string(read->damaged_blocks)}});
  }
  std::vector<uint64_t> gone;
  for (const uint64_t id : reader->end().replaces) {
    if (rows.count(id) || present.count(id)) gone.push_back(id);
  }
  const NewFile fresh{read->row, std::move(read->summary), reader->end().span};
  RETURN_IF_ERROR(index_.add_files(std::span(&fresh, 1), streams_, gone));
  rows[file.id] = fresh.row;
  return {};
}

Status Reconciler::remove_replaced(const std::set<uint64_t>& replaced,
                                   const std::map<uint64_t, DiskFile>& present,
                                   std::map<uint64_t, FileRow>& rows) {
  if (replaced.empty()) return {};
  std::set<std::string> days;
  for (const uint64_t id : replaced) {
    rows.erase(id);
    const auto file = present.find(id);
    if (file == present.end()) continue;
    RETURN_IF_ERROR(files_.remove(names_.chunk(file->second.day, id)));
    days.insert(file->second.day);
  }
  RETURN_IF_ERROR(days_.sync(days));
  return index_.forget_files({replaced.begin(), replaced.end()});
}

Status Reconciler::set_aside_damaged(const DiskFile& file, const Error& why) {
  const std::string path = names_.chunk(file.day, file.id);
  ASSIGN_OR_RETURN(const std::string moved, set_aside(files_, names_, path));
  environment_.diagnostics.error("store", "a chunk file is corrupt; moved to quarantine",
                                 {{"to", moved}, {"why", why.message}});
  environment_.metrics.quarantined_files.add();
  return {};
}

}  // namespace logsvc::store
