#include <algorithm>

#include "journal/journal_impl.h"
#include "journal/segment_format.h"

namespace logsvc::journal {
namespace {
constexpr uint64_t kReadBytes = 1u << 20;
}

Journal::Reader::Reader(const Impl& journal, uint64_t from) : journal_(journal), wanted_(from) {}

std::unique_ptr<Journal::Reader> Journal::read_from(uint64_t sequence) const {
  return std::unique_ptr<Reader>(new Reader(*impl_, sequence));
}

// Opens the segment that holds wanted_, or the first one after it. False: there is none yet.
Result<bool> Journal::Reader::next_segment() {
  while (true) {
    std::string path;
    uint64_t first = 0;
    {
      MutexLock lock(journal_.mutex);
      const auto& segments = journal_.segments;
      for (auto s = segments.rbegin(); s != segments.rend(); ++s) {
        if (s->first <= segment_first_) break;  // already read
        first = s->first;
        path = s->path;
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
    ASSIGN_OR_RETURN(const std::string header, (*opened)->read_at(0, kSegmentHeaderBytes));
    ASSIGN_OR_RETURN(const uint64_t stored_first, decode_segment_header(header, path));
    if (stored_first != first) {
      return Error{ErrorCode::kCorrupt, path + ": holds the records from " +
                                            std::to_string(stored_first) +
                                            ", its name says otherwise"};
    }
    file_ = std::move(*opened);
    path_ = std::move(path);
    segment_first_ = at_ = first;
    offset_ = buffer_offset_ = kSegmentHeaderBytes;
    buffer_.clear();
    return true;
  }
}

// Makes the n bytes at offset_ part of the buffer. False: the file does not have them (yet).
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

Result<bool> Journal::Reader::next() {
  while (true) {
    uint64_t end = 0, last_segment = 0;
    bool abandoned = false;
    {
      MutexLock lock(journal_.mutex);
      end = journal_.next;
      abandoned = journal_.abandoned;
      if (!journal_.segments.empty()) last_segment = journal_.segments.back().first;
    }
    if (std::max(at_, wanted_) >= end) return false;
    bool good = false;
    if (file_) {
      ASSIGN_OR_RETURN(const bool has_header, fill(kRecordHeaderBytes));
      if (has_header) {
        const RecordHeader header = decode_record_header(
            std::string_view(buffer_).substr(offset_ - buffer_offset_, kRecordHeaderBytes));
        bool has_record = header.length <= kMaxRecordBytes;
        if (has_record) {
          ASSIGN_OR_RETURN(has_record, fill(kRecordHeaderBytes + header.length));
        }
        if (has_record) {
          record_ = std::string_view(buffer_).substr(offset_ - buffer_offset_ + kRecordHeaderBytes,
                                                     header.length);
          good = record_verifies(header, at_, record_);
        }
      }
    }
    if (good) {
      sequence_ = at_++;
      offset_ += kRecordHeaderBytes + record_.size();
      if (sequence_ < wanted_) continue;
      wanted_ = sequence_ + 1;
      return true;
    }
    // This segment has no more good records. Records between it and the next one are lost.
    const uint64_t stopped = at_;
    const uint64_t offset = offset_;
    const std::string path = path_;
    if (file_ && segment_first_ >= last_segment) {
      // Numbers that nothing was written under: their segment was never finished. The next one
      // will show it.
      if (abandoned) return false;
      return Error{ErrorCode::kCorrupt, path + ":" + std::to_string(offset) +
                                            ": a record that was written does not verify"};
    }
    ASSIGN_OR_RETURN(const bool found, next_segment());
    if (!found) return false;
    if (!path.empty() && at_ > std::max(stopped, wanted_)) {
      lost_records_ += at_ - std::max(stopped, wanted_);
      damage_ = path + ":" + std::to_string(offset);
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
