#include "journal/journal.h"

#include <algorithm>

#include "journal/journal_impl.h"
#include "journal/segment_format.h"

namespace logsvc::journal {
namespace {

constexpr uint64_t kRotateWhenTrimmedShare = 16;  // of a full segment

struct Scan {
  uint64_t next = 0;        // sequence after the last good record
  uint64_t good_bytes = 0;  // of the file
};

// Walks the records of a segment up to the first that does not verify.
Result<Scan> scan_segment(FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, files.read_all(path));
  std::string_view rest = bytes;
  ASSIGN_OR_RETURN(const uint64_t first, decode_segment_header(rest.substr(0, 16), path));
  rest.remove_prefix(kSegmentHeaderBytes);
  uint64_t sequence = first;
  while (rest.size() >= kRecordHeaderBytes) {
    const RecordHeader header = decode_record_header(rest);
    if (header.length > rest.size() - kRecordHeaderBytes) break;
    const std::string_view record = rest.substr(kRecordHeaderBytes, header.length);
    if (!record_verifies(header, sequence, record)) break;
    rest.remove_prefix(kRecordHeaderBytes + header.length);
    ++sequence;
  }
  return Scan{sequence, bytes.size() - rest.size()};
}

// A crash while the segment was being made: its header, without which no record follows, is not
// whole.
bool is_unmade(FileSystem& files, const Segment& segment) {
  if (segment.bytes > kSegmentHeaderBytes) return false;
  const auto header = files.read_all(segment.path);
  return header.ok() && *header != encode_segment_header(segment.first);
}

}  // namespace

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::open(FileSystem& files, std::string dir,
                                               JournalOptions options, OpenReport* report) {
  RETURN_IF_ERROR(files.make_dirs(dir));
  // What a process that died has made need not last yet.
  RETURN_IF_ERROR(files.sync_dir(parent_dir(dir)));
  RETURN_IF_ERROR(files.sync_dir(dir));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, files.list(dir));
  auto impl = std::make_unique<Impl>(files, dir, options);
  MutexLock lock(impl->mutex);
  for (const std::string& name : names) {
    const auto first = parse_segment_name(name);
    if (!first) continue;
    Segment segment{*first, 0, dir + "/" + name};
    ASSIGN_OR_RETURN(segment.bytes, files.file_size(segment.path));
    if (is_unmade(files, segment)) {
      RETURN_IF_ERROR(files.remove(segment.path));
      impl->next = std::max(impl->next, *first);
      continue;
    }
    impl->segments.push_back(std::move(segment));
  }
  RETURN_IF_ERROR(impl->drop_strays());
  if (!impl->segments.empty()) {
    Segment& last = impl->segments.back();
    ASSIGN_OR_RETURN(const Scan scan, scan_segment(files, last.path));
    if (scan.good_bytes < last.bytes) {
      if (report) {
        report->torn_bytes = last.bytes - scan.good_bytes;
        report->detail = last.path + ":" + std::to_string(scan.good_bytes);
      }
      last.bytes = scan.good_bytes;
    }
    ASSIGN_OR_RETURN(impl->file, files.open_append(last.path));
    RETURN_IF_ERROR(impl->file->truncate(last.bytes));
    impl->next = std::max(impl->next, scan.next);
    impl->synced = impl->next - 1;
    impl->abandoned = scan.next < impl->next;  // numbering went on in a segment that is gone
  }
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

// Segments that have no record and whose numbers are in the one before: to begin them failed, and
// their removal did not last.
Status Journal::Impl::drop_strays() {
  for (size_t i = segments.size(); i-- > 1;) {
    if (segments[i].bytes > kSegmentHeaderBytes) continue;
    if (i + 1 == segments.size()) {
      ASSIGN_OR_RETURN(const Scan before, scan_segment(files, segments[i - 1].path));
      if (before.next <= segments[i].first) continue;
    }
    RETURN_IF_ERROR(files.remove(segments[i].path));
    segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return {};
}

Status Journal::Impl::begin_segment() {
  if (file && synced < next - 1 && failed_through < next - 1) {
    RETURN_IF_ERROR(sync_locked(next - 1));
  }
  Segment segment{next, kSegmentHeaderBytes, dir + "/" + segment_name(next)};
  auto created = files.create(segment.path);
  if (!created.ok()) return created.error();
  Status written = (*created)->append(encode_segment_header(next));
  if (written.ok()) written = (*created)->sync();
  if (written.ok()) written = files.sync_dir(dir);
  if (!written.ok()) {
    (void)files.remove(segment.path).ok();
    return written;
  }
  // An empty last segment of the same number (its first append failed) is the same file.
  if (!segments.empty() && segments.back().first == next) segments.pop_back();
  segments.push_back(std::move(segment));
  file = std::move(*created);
  abandoned = false;
  return {};
}

uint64_t Journal::Impl::total_bytes() const {
  uint64_t total = 0;
  for (const Segment& s : segments) total += s.bytes;
  return total;
}

Result<uint64_t> Journal::Impl::append_locked(const std::vector<std::string_view>& records) {
  if (records.empty()) return next - 1;
  uint64_t bytes = 0;
  for (const std::string_view record : records) {
    if (record.size() > kMaxRecordBytes) {
      return Error{ErrorCode::kTooLarge, "a journal record of " + std::to_string(record.size()) +
                                             " bytes, limit " + std::to_string(kMaxRecordBytes)};
    }
    bytes += kRecordHeaderBytes + record.size();
  }
  if (options.max_bytes && total_bytes() + bytes > options.max_bytes) {
    return Error{ErrorCode::kNoSpace,
                 dir + ": at its limit of " + std::to_string(options.max_bytes) + " bytes"};
  }
  if (!file || abandoned || segments.back().bytes >= options.segment_bytes) {
    RETURN_IF_ERROR(begin_segment());
  }
  uint64_t sequence = next;
  std::vector<std::string> headers;
  for (const std::string_view record : records) {
    headers.push_back(encode_record_header(sequence++, record));
  }
  std::vector<std::string_view> parts;
  for (size_t i = 0; i < records.size(); ++i) {
    parts.push_back(headers[i]);
    parts.push_back(records[i]);
  }
  if (const Status written = file->append_parts(parts); !written.ok()) {
    // Take back what was half written; if that fails too, the segment ends here.
    if (!file->truncate(segments.back().bytes).ok()) abandoned = true;
    return written.error();
  }
  segments.back().bytes += bytes;
  next = sequence;
  return next - 1;
}

Status Journal::Impl::sync_locked(uint64_t up_to) {
  while (true) {
    if (failed_from <= up_to && up_to <= failed_through) return failure;
    if (synced >= up_to) return {};
    if (syncing) {
      synced_changed.wait(mutex);
      continue;
    }
    syncing = true;
    const uint64_t target = next - 1;
    const std::shared_ptr<WritableFile> target_file = file;
    mutex.unlock();
    const Status status = target_file->sync();
    mutex.lock();
    syncing = false;
    if (!status.ok()) {
      // The kernel may have dropped the pages, and would call the next sync a success: these
      // records have failed for good, and nothing is written behind them.
      failed_from = synced + 1;
      failed_through = target;
      failure = status;
      abandoned = true;
    }
    synced = std::max(synced, target);
    synced_changed.notify_all();
  }
}

Result<uint64_t> Journal::append(std::string_view record) {
  return append(std::vector<std::string_view>{record});
}

Result<uint64_t> Journal::append(const std::vector<std::string_view>& records) {
  MutexLock lock(impl_->mutex);
  return impl_->append_locked(records);
}

Status Journal::sync() {
  MutexLock lock(impl_->mutex);
  if (!impl_->file) return {};
  return impl_->sync_locked(impl_->next - 1);
}

Result<uint64_t> Journal::append_durable(std::string_view record) {
  MutexLock lock(impl_->mutex);
  ASSIGN_OR_RETURN(const uint64_t sequence, impl_->append_locked({record}));
  RETURN_IF_ERROR(impl_->sync_locked(sequence));
  return sequence;
}

Status Journal::begin_segment() {
  MutexLock lock(impl_->mutex);
  if (impl_->segments.empty() || impl_->segments.back().first == impl_->next) return {};
  return impl_->begin_segment();
}

Status Journal::trim(uint64_t up_to) {
  MutexLock alone(impl_->trim_mutex);
  std::vector<std::string> gone;
  {
    MutexLock lock(impl_->mutex);
    auto& segments = impl_->segments;
    if (!segments.empty() && up_to >= impl_->next - 1 && segments.back().first < impl_->next &&
        segments.back().bytes > impl_->options.segment_bytes / kRotateWhenTrimmedShare) {
      RETURN_IF_ERROR(impl_->begin_segment());
    }
    for (size_t i = 0; i + 1 < segments.size() && segments[i + 1].first <= up_to + 1; ++i) {
      gone.push_back(segments[i].path);
    }
  }
  if (gone.empty()) return {};
  for (const std::string& path : gone) {  // one may be missing: an earlier try went half way
    if (impl_->files.exists(path)) RETURN_IF_ERROR(impl_->files.remove(path));
  }
  RETURN_IF_ERROR(impl_->files.sync_dir(impl_->dir));
  MutexLock lock(impl_->mutex);
  impl_->segments.erase(impl_->segments.begin(),
                        impl_->segments.begin() + static_cast<std::ptrdiff_t>(gone.size()));
  return {};
}

uint64_t Journal::first_sequence() const {
  MutexLock lock(impl_->mutex);
  return impl_->segments.empty() ? impl_->next : impl_->segments.front().first;
}

uint64_t Journal::next_sequence() const {
  MutexLock lock(impl_->mutex);
  return impl_->next;
}

uint64_t Journal::oldest_segment_end() const {
  MutexLock lock(impl_->mutex);
  return impl_->segments.size() < 2 ? 0 : impl_->segments[1].first;
}

uint64_t Journal::size_bytes() const {
  MutexLock lock(impl_->mutex);
  return impl_->total_bytes();
}

}  // namespace logsvc::journal
