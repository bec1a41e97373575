#include "agent/spool/ack_file.h"

#include <cctype>
#include <cstdio>

#include "base/bytes.h"
#include "base/checksum.h"

namespace logsvc::agent {
namespace {

constexpr size_t kRecordBytes = 16;
constexpr size_t kMaxRecords = 4096;  // then the file begins anew
constexpr uint64_t kSeed = 0x6B6361;

std::string record(uint64_t sequence) {
  std::string out;
  put_u64(out, sequence);
  put_u64(out, hash_bytes(out, kSeed));
  return out;
}

}  // namespace

Result<std::unique_ptr<AckFile>> AckFile::open(FileSystem& files, const std::string& path) {
  auto out = std::unique_ptr<AckFile>(new AckFile(files, path));
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

Status AckFile::write(uint64_t sequence) {
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

std::string file_name_of(const std::string& name) {
  std::string out;
  for (const char c : name.substr(0, 40)) {
    out += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' ? c : '_';
  }
  char hash[20];
  std::snprintf(hash, sizeof hash, "-%016llx", static_cast<unsigned long long>(hash_bytes(name)));
  return out + hash;
}

}  // namespace logsvc::agent
