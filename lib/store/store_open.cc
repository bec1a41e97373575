#include <algorithm>
#include <set>

#include "store/journal_record.h"
#include "store/store_impl.h"

namespace logsvc::store {

StoreMetrics::StoreMetrics(Metrics& m)
    : entries(m.counter("logsvc_store_entries_total", "Entries accepted")),
      line_bytes(m.counter("logsvc_store_line_bytes_total", "Bytes of lines accepted")),
      duplicates(m.counter("logsvc_store_duplicate_entries_total",
                           "Exact doubles of entries in memory, left out")),
      sealed_files(m.counter("logsvc_store_sealed_files_total", "Chunk files written")),
      seal_failures(
          m.counter("logsvc_store_seal_failures_total", "Failed tries to write a chunk file")),
      damaged_reads(m.counter("logsvc_store_damaged_reads_total",
                              "Blocks that a query had to leave out since they do not verify")),
      expired_entries(
          m.counter("logsvc_store_expired_entries_total", "Entries deleted by retention")),
      quarantined_files(m.counter("logsvc_store_quarantined_files_total",
                                  "Files set aside since they do not verify")),
      replayed_records(
          m.counter("logsvc_store_replayed_records_total", "Journal records read at start")),
      lost_records(m.counter("logsvc_store_lost_journal_records_total",
                             "Journal records that damage cost")) {}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Store::~Store() {
  {
    MutexLock lock(impl_->seal_mutex);
    impl_->stopping = true;
    impl_->seal_wanted.notify_all();
  }
  if (impl_->sealer.joinable()) impl_->sealer.join();
  (void)impl_->journal->sync().ok();
}

Result<std::unique_ptr<Store>> Store::open(StoreOptions options, FileSystem& files,
                                           const Clock& clock, Metrics& metrics,
                                           Diagnostics& diagnostics) {
  auto impl = std::make_unique<Impl>(std::move(options), files, clock, metrics, diagnostics);
  RETURN_IF_ERROR(impl->open());
  Impl* raw = impl.get();
  auto store = std::unique_ptr<Store>(new Store(std::move(impl)));
  raw->register_gauges(metrics);
  raw->sealer = std::thread([raw] { raw->run_sealer(); });
  if (const Status replayed = raw->replay(); !replayed.ok()) return replayed.error();
  return store;
}

Status Store::Impl::open() {
  RETURN_IF_ERROR(files.make_dirs(names.chunks()));
  ASSIGN_OR_RETURN(DirectoryLock held, DirectoryLock::acquire(names.lock()));
  lock.emplace(std::move(held));
  journal::OpenReport report;
  ASSIGN_OR_RETURN(journal, journal::Journal::open(files, names.journal(), {}, &report));
  if (report.torn_bytes) {
    diagnostics.warn("store", "cut a torn record off the journal, as after a crash",
                     {{"at", report.detail}, {"bytes", std::to_string(report.torn_bytes)}});
  }
  RETURN_IF_ERROR(open_index());
  RETURN_IF_ERROR(index->load_streams(streams));
  return reconcile_files();
}

Status Store::Impl::open_index() {
  auto opened = LabelIndex::open(names.index());
  if (!opened.ok() && (opened.error().code == ErrorCode::kCorrupt ||
                       opened.error().code == ErrorCode::kUnsupported)) {
    diagnostics.warn("store", "the index cannot be used: building it anew from the chunk files",
                     {{"why", opened.error().message}});
    RETURN_IF_ERROR(set_aside(names.index()));
    for (const char* suffix : {"-wal", "-shm"}) {
      if (files.exists(names.index() + suffix)) {
        RETURN_IF_ERROR(files.remove(names.index() + suffix));
      }
    }
    opened = LabelIndex::open(names.index());
  }
  if (!opened.ok()) return opened.error();
  index = std::move(*opened);
  return {};
}

// Makes the index agree with the chunk files that are there.
Status Store::Impl::reconcile_files() {
  std::set<uint64_t> present;
  std::map<uint64_t, FileRow> rows;
  ASSIGN_OR_RETURN(const std::vector<FileRow> known, index->files());
  for (const FileRow& row : known) rows[row.id] = row;
  std::vector<std::pair<std::string, uint64_t>> unknown;
  ASSIGN_OR_RETURN(const std::vector<std::string> days, files.list(names.chunks()));
  for (const std::string& day : days) {
    ASSIGN_OR_RETURN(const std::vector<std::string> found, files.list(names.day(day)));
    for (const std::string& name : found) {
      const auto id = FileNames::parse_chunk_name(name);
      if (!id) {
        if (name.ends_with(".tmp")) RETURN_IF_ERROR(files.remove(names.day(day) + "/" + name));
        continue;
      }
      present.insert(*id);
      const auto row = rows.find(*id);
      if (row == rows.end() || row->second.day != day) unknown.emplace_back(day, *id);
    }
  }
  std::vector<uint64_t> gone;
  for (const FileRow& row : known) {
    if (!present.count(row.id)) gone.push_back(row.id);
  }
  if (!gone.empty()) {
    diagnostics.error("store", "chunk files that the index names are missing",
                      {{"files", std::to_string(gone.size())},
                       {"first", names.chunk(rows[gone[0]].day, gone[0])}});
    RETURN_IF_ERROR(index->remove_files(gone));
    for (const uint64_t id : gone) rows.erase(id);
  }
  {
    WriterLock catalog(catalog_mutex);
    file_rows = std::move(rows);
    if (!present.empty()) last_visible_file = *present.rbegin();
  }
  for (const auto& [day, id] : unknown) RETURN_IF_ERROR(adopt_or_remove(day, id));
  return {};
}

// A file without a row: from a crash between its rename and its row (the journal still has the
// lines: removed), or from an index that was lost (adopted).
Status Store::Impl::adopt_or_remove(const std::string& day, uint64_t id) {
  const std::string path = names.chunk(day, id);
  auto reader = ChunkReader::open(files, path);
  ChunkSummary summary;
  Status readable;
  if (!reader.ok()) {
    readable = reader.error();
  } else {
    const JournalSpan span = (*reader)->end().span;
    if (span.first >= journal->first_sequence() && span.last < journal->next_sequence()) {
      return files.remove(path);
    }
    for (uint32_t b = 0; b < (*reader)->end().blocks.size() && readable.ok(); ++b) {
      const auto header = (*reader)->block(b);
      if (header.ok()) {
        summary.blocks.push_back(**header);
      } else {
        readable = header.error();
      }
    }
  }
  if (!readable.ok()) {
    diagnostics.error("store", "a chunk file does not verify: set aside",
                      {{"why", readable.error().message}});
    metrics.quarantined_files.add();
    return set_aside(path);
  }
  FileRow row{id, day, 0, 0, 0, INT64_MAX, INT64_MIN};
  ASSIGN_OR_RETURN(row.bytes, files.file_size(path));
  for (const BlockRef& block : (*reader)->end().blocks) {
    row.rows += block.rows;
    row.raw_bytes += block.raw_bytes;
    row.first = std::min(row.first, block.first);
    row.last = std::max(row.last, block.last);
  }
  RETURN_IF_ERROR(index->add_file(row, summary, (*reader)->end().span, streams));
  WriterLock catalog(catalog_mutex);
  file_rows[id] = row;
  return {};
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

// Puts what the journal has and no file has back into the head.
Status Store::Impl::replay() {
  ASSIGN_OR_RETURN(const auto sealed, index->sealed());
  const auto reader = journal->read_from(1);
  while (true) {
    ASSIGN_OR_RETURN(const bool found, reader->next());
    if (!found) break;
    metrics.replayed_records.add();
    const auto batch = decode_journal_record(reader->record());
    if (!batch.ok()) {
      metrics.lost_records.add();
      diagnostics.error(
          "store", "a journal record cannot be read: left out",
          {{"sequence", std::to_string(reader->sequence())}, {"why", batch.error().message}});
      continue;
    }
    RETURN_IF_ERROR(wait_for_room());
    MutexLock apply(apply_mutex);
    metrics.duplicates.add(
        head.append(*batch, reader->sequence(), clock.steady_ns(), streams, &sealed));
    head.rotate(options.window_bytes, INT64_MIN);
    if (head.has_sealing()) wish_seal();
  }
  if (reader->lost_records()) {
    metrics.lost_records.add(reader->lost_records());
    diagnostics.error(
        "store", "the journal is damaged: records are lost",
        {{"records", std::to_string(reader->lost_records())}, {"at", reader->damage()}});
  }
  return {};
}

void Store::Impl::register_gauges(Metrics& m) {
  const auto gauge = [&](const char* name, const char* help, std::function<double()> read) {
    m.gauge_function(name, help, std::move(read));
  };
  gauge("logsvc_store_streams", "Streams known",
        [this] { return static_cast<double>(streams.size()); });
  gauge("logsvc_store_head_bytes", "Bytes of lines in memory, not yet in chunk files",
        [this] { return static_cast<double>(head.line_bytes()); });
  gauge("logsvc_store_journal_bytes", "Bytes of the journal's files",
        [this] { return static_cast<double>(journal->size_bytes()); });
  gauge("logsvc_store_files", "Chunk files", [this] {
    ReaderLock catalog(catalog_mutex);
    return static_cast<double>(file_rows.size());
  });
  gauge("logsvc_store_file_bytes", "Bytes of the chunk files", [this] {
    ReaderLock catalog(catalog_mutex);
    double total = 0;
    for (const auto& [id, row] : file_rows) total += static_cast<double>(row.bytes);
    return total;
  });
}

}  // namespace logsvc::store
