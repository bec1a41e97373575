#include "agent/docker/log_files.h"

#include <sys/stat.h>

#include <algorithm>

#include "agent/docker/log_file_bytes.h"
#include "base/checksum.h"

namespace logsvc::agent {
namespace {

constexpr size_t kReadBytes = 128u << 10;
constexpr size_t kMaxRecordBytes = 8u << 20;  // longer ones are skipped
constexpr size_t kFirstBytes = 64;
constexpr int kMaxFiles = 1000;
constexpr Duration kDisorder = kSecond;  // of the times of both outputs

}  // namespace

LogFiles::LogFiles(std::string path, LogFileFormat format, LogFileBuffers& buffers)
    : path_(std::move(path)), format_(format), buffers_(buffers) {}
LogFiles::~LogFiles() = default;

Result<LogFiles::File> LogFiles::open_file(const std::string& path) const {
  File file;
  ASSIGN_OR_RETURN(file.bytes, LogFileBytes::open(path));
  file.inode = file.bytes->inode();
  ASSIGN_OR_RETURN([[maybe_unused]] const size_t n, file.bytes->read(0, kFirstBytes, file.first));
  return file;
}

// Lists all files, the oldest first. A rotation in progress may hide one, which the next look
// finds.
Result<std::deque<LogFiles::File>> LogFiles::list() const {
  std::deque<File> out;
  for (int n = 0; n < kMaxFiles; ++n) {
    const std::string name = n == 0 ? path_ : path_ + "." + std::to_string(n);
    auto file = open_file(name);
    if (!file.ok() && file.error().code == ErrorCode::kNotFound && n > 0)
      file = open_file(name + ".gz");
    if (!file.ok() && file.error().code == ErrorCode::kNotFound) {
      if (n == 0) continue;  // between the rename and the new file
      break;
    }
    if (!file.ok()) return file.error();
    out.push_front(std::move(*file));
  }
  return out;
}

bool LogFiles::is_anchor(File& file, const Cursor& cursor) {
  buffers_.bytes.clear();
  for (size_t n = kReadBytes;; n *= 2) {
    buffers_.bytes.clear();
    const auto got = file.bytes->read(cursor.offset, n, buffers_.bytes);
    if (!got.ok()) return false;
    const DecodedRecord found = decode_log_file(format_, buffers_.bytes, buffers_.text);
    if (found.kind == DecodedRecord::Kind::kIncomplete && *got == n && n < kMaxRecordBytes)
      continue;
    if (found.kind != DecodedRecord::Kind::kRecord) return false;
    file.offset = cursor.offset + found.bytes;
    return found.record.stream == cursor.stream && found.record.timestamp == cursor.timestamp &&
           hash_bytes(found.record.text) == cursor.hash;
  }
}

bool LogFiles::begins_after(File& file, Timestamp time) {
  buffers_.bytes.clear();
  if (!file.bytes->read(0, kReadBytes, buffers_.bytes).ok()) return true;
  const DecodedRecord first = decode_log_file(format_, buffers_.bytes, buffers_.text);
  return first.kind != DecodedRecord::Kind::kRecord || first.record.timestamp >= time;
}

Result<bool> LogFiles::open(const Cursor& cursor) {
  ASSIGN_OR_RETURN(files_, list());
  if (cursor.timestamp == 0) return true;  // from the beginning: nothing to search for
  const auto known = std::find_if(files_.begin(), files_.end(), [&](const File& file) {
    return cursor.file != 0 && file.inode == cursor.file;
  });
  if (known != files_.end()) {
    if (is_anchor(*known, cursor)) {
      files_.erase(files_.begin(), known);
      return true;
    }
    known->offset = 0;
  }
  // If a newer file begins after the cursor's time, the place is not in the older ones.
  while (files_.size() > 1 && !begins_after(files_[1], cursor.timestamp - kDisorder))
    files_.pop_front();
  return false;
}

bool LogFiles::was_replaced() const {
  struct stat s;
  if (::stat(path_.c_str(), &s) != 0) return false;
  return files_.empty() || static_cast<uint64_t>(s.st_ino) != files_.back().inode;
}

Status LogFiles::look() {
  if (!was_replaced()) return {};
  ASSIGN_OR_RETURN(std::deque<File> all, list());
  if (files_.empty()) {
    files_ = std::move(all);
    return {};
  }
  File& last = files_.back();
  if (last.first.size() < kFirstBytes) {
    last.first.clear();
    ASSIGN_OR_RETURN([[maybe_unused]] const size_t n, last.bytes->read(0, kFirstBytes, last.first));
  }
  // Finds the newest of the known files, by its number or, once compressed, by its first bytes.
  const auto is_last = [&](const File& file) {
    return file.inode == last.inode ||
           (!last.first.empty() && file.bytes->compressed() && file.first == last.first);
  };
  const auto found = std::find_if(all.begin(), all.end(), is_last);
  if (found == all.end()) {
    // It was rotated away completely; our handle still reads it, but the files in between are lost.
    if (all.size() > 1) ++gaps_;
  } else {
    all.erase(all.begin(), found + 1);
  }
  for (File& file : all) files_.push_back(std::move(file));
  return {};
}

Result<size_t> LogFiles::read(size_t max_bytes, const OnRecord& on_record) {
  size_t total = 0;
  while (total < max_bytes) {
    if (files_.empty()) {
      RETURN_IF_ERROR(look());
      if (files_.empty()) break;
    }
    ASSIGN_OR_RETURN(const size_t n, read_file(files_.front(), max_bytes - total, on_record));
    total += n;
    if (n > 0) continue;
    // At the end: a file with a successor is not written any more, but it may have grown since the
    // last read.
    if (files_.size() == 1) {
      if (!was_replaced()) break;
      RETURN_IF_ERROR(look());
      if (files_.size() == 1) break;
      continue;
    }
    files_.pop_front();
  }
  return total;
}

// With max-file=1 the daemon empties the file instead of rotating it, so its beginning changes.
Status LogFiles::check_emptied(File& file) {
  if (file.offset == 0) return {};
  buffers_.text.clear();
  ASSIGN_OR_RETURN(const size_t n, file.bytes->read(0, kFirstBytes, buffers_.text));
  if (n >= file.first.size() && buffers_.text.compare(0, file.first.size(), file.first) == 0) {
    if (file.first.size() < kFirstBytes) file.first = buffers_.text;
    return {};
  }
  ++gaps_;
  file.first = buffers_.text;
  file.offset = 0;
  return {};
}

Result<size_t> LogFiles::read_file(File& file, size_t max_bytes, const OnRecord& on_record) {
  size_t want = std::min(max_bytes, kReadBytes);
  if (!file.bytes->compressed()) {
    RETURN_IF_ERROR(check_emptied(file));
    ASSIGN_OR_RETURN(const uint64_t size, file.bytes->size());
    want = std::min(want, static_cast<size_t>(size - std::min(size, file.offset)));
    if (want == 0) return size_t{0};
  }
  while (true) {
    buffers_.bytes.clear();
    ASSIGN_OR_RETURN(const size_t got, file.bytes->read(file.offset, want, buffers_.bytes));
    std::string_view rest = buffers_.bytes;
    while (!rest.empty()) {
      DecodedRecord decoded = decode_log_file(format_, rest, buffers_.text);
      if (decoded.kind == DecodedRecord::Kind::kIncomplete) break;
      if (decoded.kind == DecodedRecord::Kind::kRecord) {
        decoded.record.file = file.inode;
        decoded.record.offset = file.offset + (buffers_.bytes.size() - rest.size());
        on_record(decoded.record);
      } else {
        ++damaged_;
      }
      rest.remove_prefix(decoded.bytes);
    }
    const size_t used = buffers_.bytes.size() - rest.size();
    file.offset += used;
    if (used > 0) return used;
    if (got < want) return size_t{0};
    if (want >= kMaxRecordBytes) {
      ++damaged_;
      file.offset += got;
      return got;
    }
    want *= 2;
  }
}

}  // namespace logsvc::agent
