// Makes the index and the chunk files that are there agree, at start. Rules: FORMAT.md, Start.
#include <algorithm>

#include "store/store_impl.h"

namespace logsvc::store {

Status Store::Impl::reconcile_files() {
  ASSIGN_OR_RETURN(const std::vector<FoundFile> found, list_files());
  std::map<uint64_t, FoundFile> present;
  for (const FoundFile& file : found) {
    last_place = std::max(last_place, place_of(file.id));
    if (present.emplace(file.id, file).second) continue;
    RETURN_IF_ERROR(set_aside_damaged(file, {ErrorCode::kCorrupt, "another file has its number"}));
  }
  ASSIGN_OR_RETURN(const uint64_t forgotten, index->highest_forgotten_file());
  last_place = std::max(last_place, place_of(forgotten));
  std::map<uint64_t, FileRow> rows;
  std::vector<FileRow> missing;
  ASSIGN_OR_RETURN(const std::vector<FileRow> known, index->files());
  for (const FileRow& row : known) {
    last_place = std::max(last_place, place_of(row.id));
    // Of another size it is another file, or was cut: to be looked at like one that is not known.
    const auto file = present.find(row.id);
    const auto size = files.file_size(names.chunk(row.day, row.id));
    if (file != present.end() && file->second.day == row.day && size.ok() && *size == row.bytes) {
      rows[row.id] = row;
    } else {
      missing.push_back(row);
    }
  }
  std::set<uint64_t> replaced;
  ASSIGN_OR_RETURN(const auto gone, index->gone_files());
  for (const auto& [id, by] : gone) {
    last_place = std::max(last_place, place_of(id));
    if (by == 0 || present.count(by)) {
      replaced.insert(id);
    } else {
      RETURN_IF_ERROR(index->restore_file(id));
    }
  }
  std::vector<FoundFile> unknown;
  for (const auto& [id, file] : present) {
    if (!rows.count(id)) unknown.push_back(file);
  }
  RETURN_IF_ERROR(find_replaced(unknown, present, replaced));
  RETURN_IF_ERROR(forget_missing(missing, replaced));
  for (const FoundFile& file : unknown) {
    if (replaced.count(file.id)) continue;
    RETURN_IF_ERROR(adopt(file, present, rows));
  }
  RETURN_IF_ERROR(remove_replaced(replaced, present, rows));
  auto set = std::make_shared<FileSet>();
  for (auto& [id, row] : rows) (*set)[id] = std::make_shared<const FileRow>(std::move(row));
  WriterLock catalog(catalog_mutex);
  visible = std::move(set);
  return {};
}

// Chunk files, by day and number; unfinished ones are removed.
Result<std::vector<Store::Impl::FoundFile>> Store::Impl::list_files() {
  std::vector<FoundFile> out;
  ASSIGN_OR_RETURN(const std::vector<std::string> days, files.list(names.chunks()));
  for (const std::string& day : days) {
    const auto found = files.list(names.day(day));
    if (!found.ok() && found.error().code == ErrorCode::kNotFound) continue;  // no directory
    if (!found.ok()) return found.error();
    for (const std::string& name : *found) {
      if (const auto id = FileNames::parse_chunk_name(name)) {
        out.push_back({day, *id});
      } else if (name.ends_with(".tmp")) {
        // It is nothing to lose and nothing to stop for.
        if (const Status removed = files.remove(names.day(day) + "/" + name); !removed.ok()) {
          diagnostics.warn("store", "cannot remove an unfinished file: left where it is",
                           {{"why", removed.error().message}});
        }
      }
    }
  }
  return out;
}

// Of unknown files, those that do not verify are set aside; what the others replace is added.
Status Store::Impl::find_replaced(std::vector<FoundFile>& unknown,
                                  const std::map<uint64_t, FoundFile>& present,
                                  std::set<uint64_t>& replaced) {
  std::vector<FoundFile> readable;
  for (const FoundFile& file : unknown) {
    if (replaced.count(file.id)) continue;
    const auto reader = ChunkReader::open(files, names.chunk(file.day, file.id));
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
    for (const uint64_t id : replaces) last_place = std::max(last_place, place_of(id));
    readable.push_back(file);
  }
  unknown = std::move(readable);
  return {};
}

// What removed a file may have died before that lasted: then the file would come back, and without
// a row it would be adopted.
Status Store::Impl::forget_missing(const std::vector<FileRow>& missing,
                                   const std::set<uint64_t>& replaced) {
  std::set<std::string> days;
  for (const FileRow& row : missing) days.insert(row.day);
  RETURN_IF_ERROR(sync_days(days));
  std::vector<uint64_t> ids;
  uint64_t lost = 0;
  std::string first;
  for (const FileRow& row : missing) {
    ids.push_back(row.id);
    if (replaced.count(row.id)) continue;
    if (lost++ == 0) first = names.chunk(row.day, row.id);
    // The journal may still have its lines.
    RETURN_IF_ERROR(index->forget_sealed_day(start_of_day(row.first)));
  }
  if (lost > 0) {
    metrics.missing_files.add(lost);
    diagnostics.error("store", "chunk files that the index names are missing or not what it says",
                      {{"files", std::to_string(lost)}, {"first", first}});
  }
  return ids.empty() ? Status() : index->forget_files(ids);
}

// What the index has to know of the file. A block whose header does not verify has no streams.
Result<Store::Impl::Adoptable> Store::Impl::read_for_adoption(const FoundFile& file,
                                                              const ChunkReader& reader) {
  Adoptable out;
  out.row = {file.id, file.day, 0, 0, 0, INT64_MAX, INT64_MIN};
  ASSIGN_OR_RETURN(out.row.bytes, files.file_size(reader.path()));
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

// A file without a row: from a crash between its rename and its row, or from an index that was lost
// or is an older one. It is complete, so all that the journal has up to its end is in files.
Status Store::Impl::adopt(const FoundFile& file, const std::map<uint64_t, FoundFile>& present,
                          std::map<uint64_t, FileRow>& rows) {
  ASSIGN_OR_RETURN(const auto reader, ChunkReader::open(files, names.chunk(file.day, file.id)));
  auto read = read_for_adoption(file, *reader);
  if (!read.ok()) return set_aside_damaged(file, read.error());
  if (read->damaged_blocks > 0) {
    metrics.damaged_reads.add(read->damaged_blocks);
    diagnostics.error("store", "blocks of a chunk file do not verify: left out",
                      {{"file", reader->path()}, {"blocks", std::to_string(read->damaged_blocks)}});
  }
  std::vector<uint64_t> gone;
  for (const uint64_t id : reader->end().replaces) {
    if (rows.count(id) || present.count(id)) gone.push_back(id);
  }
  const NewFile fresh{read->row, std::move(read->summary), reader->end().span};
  RETURN_IF_ERROR(index->add_files(std::span(&fresh, 1), streams, gone));
  rows[file.id] = fresh.row;
  return {};
}

Status Store::Impl::remove_replaced(const std::set<uint64_t>& replaced,
                                    const std::map<uint64_t, FoundFile>& present,
                                    std::map<uint64_t, FileRow>& rows) {
  if (replaced.empty()) return {};
  std::set<std::string> days;
  for (const uint64_t id : replaced) {
    rows.erase(id);
    const auto file = present.find(id);
    if (file == present.end()) continue;
    RETURN_IF_ERROR(files.remove(names.chunk(file->second.day, id)));
    days.insert(file->second.day);
  }
  RETURN_IF_ERROR(sync_days(days));
  return index->forget_files({replaced.begin(), replaced.end()});
}

Status Store::Impl::set_aside_damaged(const FoundFile& file, const Error& why) {
  diagnostics.error("store", "a chunk file does not verify: set aside", {{"why", why.message}});
  metrics.quarantined_files.add();
  return set_aside(names.chunk(file.day, file.id));
}

Status Store::Impl::set_aside(const std::string& path) {
  RETURN_IF_ERROR(files.make_dirs(names.quarantine()));
  const std::string name = path.substr(path.rfind('/') + 1);
  std::string target = names.quarantine() + "/" + name;
  for (int n = 1; files.exists(target); ++n) {
    target = names.quarantine() + "/" + name + "." + std::to_string(n);
  }
  return files.rename(path, target);
}

}  // namespace logsvc::store
