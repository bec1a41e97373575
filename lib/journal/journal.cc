#include "journal/journal.h"

#include <algorithm>

#include "journal/journal_impl.h"
#include "journal/segment_scan.h"

namespace logsvc::journal {
namespace {

constexpr uint64_t kRotateWhenTrimmedShare = 16;  // share of a full segment

constexpr const char* kDamagedSuffix = ".damaged";

}  // namespace

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::open(FileSystem& files, std::string dir,
                                               JournalOptions options, OpenReport* report) {
  RETURN_IF_ERROR(files.make_dirs(dir));
  // What a process that died has created need not be durable yet.
  RETURN_IF_ERROR(files.sync_dir(parent_dir(dir)));
  RETURN_IF_ERROR(files.sync_dir(dir));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, files.list(dir));
  auto impl = std::make_unique<Impl>(files, dir, options);
  OpenReport ignored;
  MutexLock lock(impl->mutex);
  RETURN_IF_ERROR(impl->find_segments(names, report ? *report : ignored));
  RETURN_IF_ERROR(impl->drop_strays());
  if (!impl->segments.empty()) {
    RETURN_IF_ERROR(impl->go_on_behind_last(report ? *report : ignored));
  }
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

// Every header is read before anything is changed: if one has another version, nothing is changed.
Status Journal::Impl::find_segments(const std::vector<std::string>& names, OpenReport& report) {
  std::vector<Segment> empty;
  for (const std::string& name : names) {
    const auto first = parse_segment_name(name);
    if (!first) continue;
    Segment segment{*first, 0, dir + "/" + name, {}};
    ASSIGN_OR_RETURN(segment.bytes, files.file_size(segment.path));
    bool holds_nothing = false;
    RETURN_IF_ERROR(read_header(segment, holds_nothing));
    if (holds_nothing) {
      empty.push_back(std::move(segment));
    } else {
      segments.push_back(std::move(segment));
    }
  }
  for (const Segment& segment : empty) {
    next = std::max(next, segment.first);
    if (segment.bytes <= kSegmentHeaderBytes) {  // a crash while it was being made
      RETURN_IF_ERROR(files.remove(segment.path));
    } else {
      ASSIGN_OR_RETURN(std::string moved, set_aside(segment.path));
      report.set_aside.push_back(std::move(moved));
    }
  }
  return {};
}

// If the header does not verify, the name and the records say what it was. holds_nothing is set if
// neither the header nor any record verifies.
Status Journal::Impl::read_header(Segment& segment, bool& holds_nothing) {
  ASSIGN_OR_RETURN(const auto file, files.open_read(segment.path));
  ASSIGN_OR_RETURN(const std::string head,
                   file->read_at(0, std::min(file->size(), kSegmentHeaderBytes)));
  const auto header = decode_segment_header(head, segment.path);
  if (header.ok() && header->first == segment.first) {
    segment.header = *header;
    return {};
  }
  ASSIGN_OR_RETURN(const std::string bytes, files.read_all(segment.path));
  const bool newer = !header.ok() && header.error().code == ErrorCode::kUnsupported;
  const auto found = newer ? header_of_flipped_version(bytes, segment.first)
                           : header_from_records(bytes, segment.first);
  if (found) {
    segment.header = *found;
    damaged.insert(segment.first);
    return {};
  }
  if (header.ok()) {
    return Error{ErrorCode::kCorrupt, segment.path + ": holds the records from " +
                                          std::to_string(header->first) +
                                          ", its name says otherwise"};
  }
  if (newer) return header.error();
  holds_nothing = true;
  return {};
}

// Drops segments that have no record and whose numbers are in the one before: an attempt to begin
// them failed, and their removal was not durable.
Status Journal::Impl::drop_strays() {
  for (size_t i = segments.size(); i-- > 1;) {
    if (segments[i].bytes > segments[i].header.bytes()) continue;
    if (i + 1 == segments.size()) {
      ASSIGN_OR_RETURN(const std::string bytes, files.read_all(segments[i - 1].path));
      if (scan_segment(segments[i - 1].header, bytes).next <= segments[i].first) continue;
    }
    RETURN_IF_ERROR(files.remove(segments[i].path));
    segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return {};
}

// Appends continue in the last segment only if all of it verifies.
Status Journal::Impl::go_on_behind_last(OpenReport& report) {
  const Segment& last = segments.back();
  ASSIGN_OR_RETURN(const std::string bytes, files.read_all(last.path));
  const SegmentScan scan = scan_segment(last.header, bytes);
  if (scan.damaged) damaged.insert(last.first);
  if (scan.end < bytes.size()) {
    report.torn_bytes = bytes.size() - scan.end;
    report.detail = last.path + ":" + std::to_string(scan.end);
  }
  ASSIGN_OR_RETURN(file, files.open_append(last.path));
  abandoned = scan.end < bytes.size() || damaged.count(last.first) != 0 ||
              last.header.version != kSegmentVersion || scan.next < next;
  // Nothing will be synced there any more, and a process that died need not have done it.
  if (abandoned) RETURN_IF_ERROR(file->sync());
  next = std::max(next, scan.next);
  synced = next - 1;
  return {};
}

// Returns the name it has now.
Result<std::string> Journal::Impl::set_aside(const std::string& path) {
  std::string target = path + kDamagedSuffix;
  for (int n = 1; files.exists(target); ++n) {
    target = path + kDamagedSuffix + "." + std::to_string(n);
  }
  RETURN_IF_ERROR(files.rename(path, target));
  return target;
}

Status Journal::Impl::begin_segment() {
  // Everything that is not synced is in the last segment: a sync of that one covers all. Other
  // threads append while this one waits, and may begin the segment themselves.
  while (file && synced < next - 1 && failed_through < next - 1) {
    const std::shared_ptr<WritableFile> before = file;
    RETURN_IF_ERROR(sync_locked(next - 1));
    if (file != before) return {};
  }
  uint64_t kept_to = passed_over_from ? passed_over_from : next;
  if (failed_through == next - 1 && failed_from != 0) kept_to = std::min(kept_to, failed_from);
  Segment segment{next, kSegmentHeaderBytes, dir + "/" + segment_name(next),
                  new_segment_header(next, kept_to)};
  auto created = files.create(segment.path);
  if (!created.ok()) return created.error();
  Status written = (*created)->append(encode_segment_header(segment.header));
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
  passed_over_from = 0;
  return {};
}

Status Journal::Impl::advance_to(uint64_t sequence) {
  if (sequence <= next) return {};
  if (file) RETURN_IF_ERROR(file->sync());
  if (passed_over_from == 0) passed_over_from = next;
  next = sequence;
  synced = next - 1;
  abandoned = true;
  return {};
}

// A segment without a record is never full.
bool Journal::Impl::is_full(const Segment& segment) const {
  return segment.bytes >= options.segment_bytes && segment.bytes > segment.header.bytes();
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
    bytes += SegmentHeader().record_header_bytes() + record.size();
  }
  if (options.max_bytes && total_bytes() + bytes > options.max_bytes) {
    return Error{ErrorCode::kNoSpace,
                 dir + ": at its limit of " + std::to_string(options.max_bytes) + " bytes"};
  }
  while (!file || abandoned || is_full(segments.back())) RETURN_IF_ERROR(begin_segment());
  uint64_t sequence = next;
  std::vector<std::string> headers;
  for (const std::string_view record : records) {
    headers.push_back(encode_record_header(segments.back().header, sequence++, record));
  }
  std::vector<std::string_view> parts;
  for (size_t i = 0; i < records.size(); ++i) {
    parts.push_back(headers[i]);
    parts.push_back(records[i]);
  }
  if (const Status written = file->append_parts(parts); !written.ok()) {
    // This takes back what was half written; if that fails too, the segment ends here.
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

Status Journal::begin() {
  MutexLock lock(impl_->mutex);
  return impl_->segments.empty() ? impl_->begin_segment() : Status();
}

bool Journal::is_begun() const {
  MutexLock lock(impl_->mutex);
  return !impl_->segments.empty();
}

Status Journal::advance_to(uint64_t sequence) {
  MutexLock lock(impl_->mutex);
  return impl_->advance_to(sequence);
}

Status Journal::trim(uint64_t up_to) {
  MutexLock alone(impl_->trim_mutex);
  std::vector<std::string> gone;
  std::set<std::string> kept;
  {
    MutexLock lock(impl_->mutex);
    auto& segments = impl_->segments;
    if (!segments.empty() && up_to >= impl_->next - 1 && segments.back().first < impl_->next &&
        segments.back().bytes > impl_->options.segment_bytes / kRotateWhenTrimmedShare) {
      RETURN_IF_ERROR(impl_->begin_segment());
    }
    for (size_t i = 0; i + 1 < segments.size() && segments[i + 1].first <= up_to + 1; ++i) {
      gone.push_back(segments[i].path);
      if (impl_->damaged.count(segments[i].first)) kept.insert(segments[i].path);
    }
  }
  if (gone.empty()) return {};
  for (const std::string& path : gone) {  // one may be missing: an earlier attempt got half way
    if (!impl_->files.exists(path)) continue;
    if (kept.count(path)) {
      RETURN_IF_ERROR(impl_->set_aside(path));
    } else {
      RETURN_IF_ERROR(impl_->files.remove(path));
    }
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
