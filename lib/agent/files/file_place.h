// A place in a file that can be found again after the file was renamed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logsvc::agent {

// Identifies a file by device, inode and its first bytes: names change, and the inode of a deleted
// file is used again.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint32_t head_bytes = 0;  // how many bytes the hash covers
  uint64_t head_hash = 0;
  bool operator==(const FileIdentity&) const = default;
};
inline constexpr uint32_t kMaxHeadBytes = 256;

struct FilePlace {
  FileIdentity file;
  uint64_t offset = 0;   // of the first byte of the first unread line; in .gz: of its text
  int64_t modified = 0;  // when the file was last written to, ns; 0: not known
};

// Writes "2 offset device inode head_bytes head_hash modified"; version 1, which lacks the last
// one, can be read too.
std::string encode_file_place(const FilePlace& place);
std::optional<FilePlace> decode_file_place(std::string_view text);

// Identifies an open file by at most kMaxHeadBytes first bytes. Returns nullopt if it cannot be
// read.
std::optional<FileIdentity> identify_file(int fd);
// Returns whether the open file is the given one, even if it has grown.
bool is_same_file(int fd, const FileIdentity& file);

}  // namespace logsvc::agent
