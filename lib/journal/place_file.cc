#include "journal/place_file.h"

#include "base/bytes.h"
#include "base/checksum.h"

namespace logsvc::journal {
namespace {

constexpr size_t kRecordBytes = 16;
constexpr size_t kMaxRecords = 4096;  // then the file is rewritten
constexpr uint64_t kSeed = 0x6B6361;

std::string record(uint64_t sequence) {
  std::string out;
  put_u64(out, sequence);
  put_u64(out, hash_bytes(out, kSeed));
  return out;
}

}  // namespace

Result<std::unique_ptr<PlaceFile>> PlaceFile::open(FileSystem& files, const std::string& path) {
  auto out = std::unique_ptr<PlaceFile>(new PlaceFile(files, path));
  size_t good = 0;
  if (files.exists(path)) {
    ASSIGN_OR_RETURN(const std::string bytes, files.read_all(path));
    for (; good + kRecordBytes <= bytes.size(); good += kRecordBytes) {
      const std::string_view one = std::string_view(bytes).substr(good, kRecordBytes);
      if (hash_bytes(one.substr(0, 8), kSeed) != load_fixed<uint64_t>(one.data() + 8)) break;
      out->sequence_ = load_fixed<uint64_t>(one.data());
    }
  }
  ASSIGN_OR_RETURN(out->file_, files.open_append(path));
  RETURN_IF_ERROR(out->file_->truncate(good));
  out->records_ = good / kRecordBytes;
  return out;
}

Status PlaceFile::write(uint64_t sequence) {
  if (records_ >= kMaxRecords) {
    RETURN_IF_ERROR(files_.replace(path_, record(sequence)));
    ASSIGN_OR_RETURN(file_, files_.open_append(path_));
    records_ = 1;
  } else {
    if (const Status written = file_->append(record(sequence)); !written.ok()) {
      (void)file_->truncate(records_ * kRecordBytes).ok();
      return written;
    }
    ++records_;
  }
  sequence_ = sequence;
  return {};
}

}  // namespace logsvc::journal
