#include "agent/files/file_place.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "base/checksum.h"

namespace logsvc::agent {
namespace {

// Returns the hash of the first n bytes; nullopt if there are fewer.
std::optional<uint64_t> head_hash(int fd, uint32_t n) {
  char head[kMaxHeadBytes];
  size_t have = 0;
  while (have < n) {
    const ssize_t got = ::pread(fd, head + have, n - have, static_cast<off_t>(have));
    if (got <= 0) return {};
    have += static_cast<size_t>(got);
  }
  return hash_bytes({head, n});
}

}  // namespace

std::string encode_file_place(const FilePlace& p) {
  return "2 " + std::to_string(p.offset) + ' ' + std::to_string(p.file.device) + ' ' +
         std::to_string(p.file.inode) + ' ' + std::to_string(p.file.head_bytes) + ' ' +
         std::to_string(p.file.head_hash) + ' ' + std::to_string(p.modified);
}

std::optional<FilePlace> decode_file_place(std::string_view text) {
  uint64_t numbers[7] = {};
  for (size_t i = 0; i < (numbers[0] == 1 ? 6 : 7); ++i) {
    if (i > 0) {
      if (!text.starts_with(' ')) return {};
      text.remove_prefix(1);
    }
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), numbers[i]);
    if (failure != std::errc()) return {};
    text.remove_prefix(static_cast<size_t>(end - text.data()));
  }
  const bool known = numbers[0] == 1 || numbers[0] == 2;
  if (!text.empty() || !known || numbers[4] > kMaxHeadBytes || numbers[6] > INT64_MAX) return {};
  FilePlace out;
  out.offset = numbers[1];
  out.file = {numbers[2], numbers[3], static_cast<uint32_t>(numbers[4]), numbers[5]};
  out.modified = static_cast<int64_t>(numbers[6]);
  return out;
}

std::optional<FileIdentity> identify_file(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return {};
  FileIdentity out;
  out.device = info.st_dev;
  out.inode = info.st_ino;
  out.head_bytes = static_cast<uint32_t>(std::clamp<int64_t>(info.st_size, 0, kMaxHeadBytes));
  const auto hash = head_hash(fd, out.head_bytes);
  if (!hash) return {};
  out.head_hash = *hash;
  return out;
}

bool is_same_file(int fd, const FileIdentity& file) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return false;
  if (info.st_dev != file.device || info.st_ino != file.inode) return false;
  const auto hash = head_hash(fd, file.head_bytes);
  return hash && *hash == file.head_hash;
}

}  // namespace logsvc::agent
