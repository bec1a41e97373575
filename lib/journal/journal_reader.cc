#include <algorithm>

#include "journal/journal_impl.h"
#include "journal/segment_scan.h"

namespace logsvc::journal {
namespace {
constexpr uint64_t kReadBytes = 1u << 20;
constexpr size_t kMaxLosses = 100;

// Returns 0 if there is none, or if the segment has version 1.
uint64_t marker_of(const std::deque<Segment>& segments, uint64_t first) {
  const auto found = std::find_if(segments.rbegin(), segments.rend(),
                                  [&](const Segment& s) { return s.first <= first; });
  return found == segments.rend() || found->first != first ? 0 : found->header.marker;
}

}  // namespace

Journal::Reader::Reader(const Impl& journal, uint64_t from) : journal_(journal), wanted_(from) {}

std::unique_ptr<Journal::Reader> Journal::read_from(uint64_t sequence) const {
  return std::unique_ptr<Reader>(new Reader(*impl_, sequence));
}

// Opens the segment that holds wanted_, or the first one after it. Returns false if there is none
// yet.
Result<bool> Journal::Reader::next_segment() {
  while (true) {
    std::string path;
    SegmentHeader header;
    uint64_t first = 0;
    {
      MutexLock lock(journal_.mutex);
      const auto& segments = journal_.segments;
      for (auto s = segments.rbegin(); s != segments.rend(); ++s) {
        if (s->first <= segment_first_) break;  // already read
        first = s->first;
        path = s->path;
        header = s->header;
        if (s->first <= wanted_) break;
      }
    }
    if (first == 0) return false;
    auto opened = journal_.files.open_read(path);
    if (!opened.ok() && opened.error().code == ErrorCode::kNotFound) {  // trimmed meanwhile
      segment_first_ = first;
      continue;
    }
    if (!opened.ok()) return opened.error();
    file_ = std::move(*opened);
    path_ = std::move(path);
    header_ = header;
    segment_first_ = at_ = first;
    offset_ = buffer_offset_ = std::min(header.bytes(), file_->size());
    buffer_.clear();
    return true;
  }
}

// Makes the n bytes at offset_ part of the buffer. Returns false if the file does not have them
// (yet).
Result<bool> Journal::Reader::fill(uint64_t n) {
  if (offset_ + n <= buffer_offset_ + buffer_.size()) return true;
  uint64_t size = file_->size();
  if (offset_ + n > size) {  // it may have grown since it was opened
    auto opened = journal_.files.open_read(path_);
    if (!opened.ok()) return false;
    file_ = std::move(*opened);
    size = file_->size();
    if (offset_ + n > size) return false;
  }
  ASSIGN_OR_RETURN(buffer_,
                   file_->read_at(offset_, std::min(std::max(n, kReadBytes), size - offset_)));
  buffer_offset_ = offset_;
  return true;
}

// Reads the record at offset_ if it is before `end`; returns false if it does not verify or is not
// there.
Result<bool> Journal::Reader::read_here(uint64_t end) {
  const uint64_t head = header_.record_header_bytes();
  ASSIGN_OR_RETURN(const bool has_header, fill(head));
  if (!has_header) return false;
  const RecordHeader header = decode_record_header(
      header_, std::string_view(buffer_).substr(offset_ - buffer_offset_, head), at_);
  if (header.length > kMaxRecordBytes || header.sequence < at_ || header.sequence >= end) {
    return false;
  }
  ASSIGN_OR_RETURN(const bool has_record, fill(head + header.length));
  if (!has_record) return false;
  record_ = std::string_view(buffer_).substr(offset_ - buffer_offset_ + head, header.length);
  if (!record_verifies(header_, header, record_)) return false;
  sequence_ = header.sequence;
  at_ = sequence_ + 1;
  offset_ += head + record_.size();
  return true;
}

// Continues with the next record of the segment that verifies.
Result<bool> Journal::Reader::find_behind_damage(uint64_t end) {
  auto opened = journal_.files.open_read(path_);  // it may have grown
  if (!opened.ok() && opened.error().code == ErrorCode::kNotFound) return false;  // it was trimmed
  if (!opened.ok()) return opened.error();
  file_ = std::move(*opened);
  if (offset_ >= file_->size()) return false;
  ASSIGN_OR_RETURN(std::string rest, file_->read_at(offset_, file_->size() - offset_));
  const auto found = find_record(header_, rest, 0, at_);
  if (!found || found->sequence >= end) return false;
  lose({at_, found->sequence - at_, path_ + ":" + std::to_string(offset_), found->offset});
  note_damage(segment_first_);
  buffer_ = std::move(rest);
  buffer_offset_ = offset_;
  offset_ += found->offset;
  at_ = found->sequence;
  return read_here(end);
}

void Journal::Reader::note_damage(uint64_t segment) {
  MutexLock lock(journal_.mutex);
  journal_.damaged.insert(segment);
}

// Records that nobody asked for are not reported as lost.
void Journal::Reader::lose(Loss loss) {
  const uint64_t end = loss.first + loss.records;
  loss.first = std::max(loss.first, wanted_);
  if (loss.first >= end) return;
  loss.records = end - loss.first;
  lost_records_ += loss.records;
  if (losses_.size() < kMaxLosses) {
    losses_.push_back(std::move(loss));
  } else {
    losses_.back().records = end - losses_.back().first;
  }
}

Result<bool> Journal::Reader::next() {
  while (true) {
    uint64_t end = 0, last_segment = 0, marker = 0;
    bool abandoned = false;
    {
      MutexLock lock(journal_.mutex);
      end = journal_.next;
      abandoned = journal_.abandoned;
      if (!journal_.segments.empty()) last_segment = journal_.segments.back().first;
      marker = marker_of(journal_.segments, segment_first_);
    }
    if (std::max(at_, wanted_) >= end) return false;
    if (file_ && marker != 0 && marker != header_.marker) {
      // It had no record yet, and was created anew under its name: it is the next one again.
      file_.reset();
      --segment_first_;
    }
    bool good = false;
    if (file_) {
      ASSIGN_OR_RETURN(good, read_here(end));
    }
    if (file_ && !good) {
      ASSIGN_OR_RETURN(good, find_behind_damage(end));
    }
    if (good) {
      if (sequence_ < wanted_) continue;
      wanted_ = sequence_ + 1;
      return true;
    }
    // This segment has no more good records.
    Loss loss{at_, 0, path_ + ":" + std::to_string(offset_), 0};
    if (file_) loss.bytes = file_->size() - std::min(file_->size(), offset_);
    if (file_ && segment_first_ >= last_segment) {
      // Nothing was written under these numbers: their segment was never finished. The next one
      // will show it.
      if (abandoned) return false;
      return Error{ErrorCode::kCorrupt, loss.where + ": a record that was written does not verify"};
    }
    const uint64_t before = file_ ? segment_first_ : 0;
    ASSIGN_OR_RETURN(const bool found, next_segment());
    if (!found) return false;
    if (before != 0 && header_.kept_to > loss.first) {
      loss.records = header_.kept_to - loss.first;
      if (loss.bytes > 0) note_damage(before);
      lose(std::move(loss));
    }
  }
}

Status Journal::replay(uint64_t from,
                       const std::function<bool(uint64_t, std::string_view)>& visit) const {
  const auto reader = read_from(from);
  while (true) {
    ASSIGN_OR_RETURN(const bool found, reader->next());
    if (!found || !visit(reader->sequence(), reader->record())) return {};
  }
}

}  // namespace logsvc::journal
