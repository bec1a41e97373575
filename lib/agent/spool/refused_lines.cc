#include "agent/spool/refused_lines.h"

#include <algorithm>

#include "base/bytes.h"

namespace logsvc::agent {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kMaxReasonBytes = 4096;
constexpr char kSource[] = "refused";

std::string request_path(const std::string& dir) { return dir + "/refused.request"; }

}  // namespace

std::string encode_refused_group(const RefusedGroup& group) {
  std::string out;
  put_u8(out, kVersion);
  put_string(out, group.client);
  put_string(out, group.tenant);
  put_zigzag(out, group.refused_at);
  put_varint(out, group.lines);
  put_string(out, group.reason.substr(0, kMaxReasonBytes));
  out += group.block;
  return out;
}

Result<RefusedGroup> decode_refused_group(std::string_view bytes) {
  ByteReader in(bytes);
  RefusedGroup group;
  const bool known = in.u8() == kVersion;
  group.client = in.string();
  group.tenant = in.string();
  group.refused_at = in.zigzag();
  group.lines = in.varint();
  group.reason = in.string();
  group.block = in.rest();
  if (!known || !in.ok() || group.lines == 0 || group.block.empty())
    return Error{ErrorCode::kCorrupt, "a group of refused lines cannot be read"};
  return group;
}

Result<std::unique_ptr<RefusedLines>> RefusedLines::open(FileSystem& files, const std::string& dir,
                                                         Options options) {
  journal::JournalOptions journal_options;
  journal_options.segment_bytes = options.segment_bytes;
  journal_options.max_bytes = options.max_bytes;
  auto out = std::unique_ptr<RefusedLines>(new RefusedLines(files, dir, std::move(options)));
  ASSIGN_OR_RETURN(out->journal_,
                   journal::Journal::open(files, dir + "/refused", journal_options, nullptr));
  uint64_t lines = 0;
  RETURN_IF_ERROR(out->journal_->replay(1, [&](uint64_t, std::string_view record) {
    if (const auto group = decode_refused_group(record); group.ok()) lines += group->lines;
    return true;
  }));
  MutexLock lock(out->mutex_);
  out->lines_ = lines;
  return out;
}

Status RefusedLines::add(const RefusedGroup& group) {
  MutexLock lock(mutex_);
  const std::string record = encode_refused_group(group);
  auto added = journal_->append_durable(record);
  while (!added.ok() && added.error().code == ErrorCode::kNoSpace && lines_ > 0) {
    RETURN_IF_ERROR(drop_oldest());
    added = journal_->append_durable(record);
  }
  if (!added.ok()) return added.error();
  lines_ += group.lines;
  return {};
}

uint64_t RefusedLines::lines() const {
  MutexLock lock(mutex_);
  return lines_;
}

Status RefusedLines::drop_oldest() {
  if (journal_->oldest_segment_end() == 0) RETURN_IF_ERROR(journal_->begin_segment());
  const uint64_t end = journal_->oldest_segment_end();
  if (end == 0) return Error{ErrorCode::kNoSpace, "there is no room for refused lines"};
  uint64_t dropped = 0;
  RETURN_IF_ERROR(journal_->replay(1, [&](uint64_t sequence, std::string_view record) {
    if (sequence >= end) return false;
    if (const auto group = decode_refused_group(record); group.ok()) dropped += group->lines;
    return true;
  }));
  RETURN_IF_ERROR(journal_->trim(end - 1));
  lines_ -= std::min(lines_, dropped);
  options_.on_dropped(dropped);
  return {};
}

Result<bool> RefusedLines::obey_request(Spool& spool, Timestamp now) {
  MutexLock lock(mutex_);
  const std::string path = request_path(dir_);
  if (!files_.exists(path)) return false;
  ASSIGN_OR_RETURN(const std::string request, files_.read_all(path));
  if (request == kSendAgain) RETURN_IF_ERROR(send_again(spool, now));
  if (request == kSendAgain || request == kClear) RETURN_IF_ERROR(clear());
  RETURN_IF_ERROR(files_.remove(path));
  return true;
}

// All clients get the lines: a server that has some of them drops exact duplicates.
Status RefusedLines::send_again(Spool& spool, Timestamp now) {
  Status failure;
  RETURN_IF_ERROR(journal_->replay(1, [&](uint64_t, std::string_view record) {
    const auto refused = decode_refused_group(record);
    if (!refused.ok()) return true;
    const SpoolGroup group{kSource,        "",  refused->tenant, spool.state(kSource).lines + 1,
                           refused->lines, now, refused->block};
    failure = spool.append({&group, 1});
    return failure.ok();
  }));
  RETURN_IF_ERROR(failure);
  return spool.sync();
}

Status RefusedLines::clear() {
  RETURN_IF_ERROR(journal_->begin_segment());
  RETURN_IF_ERROR(journal_->trim(journal_->next_sequence() - 1));
  lines_ = 0;
  return {};
}

Status request_of_refused(FileSystem& files, const std::string& dir, const std::string& request) {
  return files.replace(request_path(dir), request);
}

}  // namespace logsvc::agent
