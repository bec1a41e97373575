// A place in a file that is still found after the file was renamed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logsvc::agent {

// Which file it is: a name tells less than device, inode and how the file begins (an inode is used
// again when its file is gone).
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint32_t head_bytes = 0;  // how many of the first bytes the hash is of
  uint64_t head_hash = 0;
  bool operator==(const FileIdentity&) const = default;
};
inline constexpr uint32_t kMaxHeadBytes = 256;

struct FilePlace {
  FileIdentity file;
  uint64_t offset = 0;   // of the first byte of the first line not read; of .gz: of what is in it
  int64_t modified = 0;  // when the file was last written to, ns; 0: not known
};

// "2 offset device inode head_bytes head_hash modified"; read is version 1 too, without the last.
std::string encode_file_place(const FilePlace& place);
std::optional<FilePlace> decode_file_place(std::string_view text);

// Of an open file, by its first bytes (at most kMaxHeadBytes). nullopt if it cannot be read.
std::optional<FileIdentity> identify_file(int fd);
// Whether the open file is that one, grown or not.
bool is_same_file(int fd, const FileIdentity& file);

}  // namespace logsvc::agent
