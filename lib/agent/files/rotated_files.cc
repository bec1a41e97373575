#include "agent/files/rotated_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "base/checksum.h"
#include "base/time.h"

namespace logsvc::agent {
namespace {

constexpr size_t kMaxFiles = 1000;

// Accepts numbers and dates: -20260131, .2026-01-31T10, .1
bool is_mark(std::string_view text) {
  return text.size() > 1 && (text[0] == '.' || text[0] == '-') &&
         text.find_first_not_of("0123456789.-_T") == std::string_view::npos &&
         text.find_first_of("0123456789") != std::string_view::npos;
}

// Returns a compressed file's name without the ending that marks it as compressed.
std::string_view unpacked_name(std::string_view found) {
  return compression_of_name(found) == Compression::kNone ? found
                                                          : found.substr(0, found.rfind('.'));
}

// Returns the text added to the name, at its end or before its extension; empty if it is another
// file.
std::string_view mark_of(std::string_view name, std::string_view found) {
  found = unpacked_name(found);
  const size_t dot = name.rfind('.');
  if (found.starts_with(name)) {
    found.remove_prefix(name.size());
  } else if (dot != std::string_view::npos && found.size() > name.size() &&
             found.starts_with(name.substr(0, dot)) && found.ends_with(name.substr(dot))) {
    found.remove_prefix(dot);
    found.remove_suffix(name.size() - dot);
  } else {
    return {};
  }
  return is_mark(found) ? found : std::string_view();
}

std::optional<uint64_t> number_of(std::string_view mark) {
  uint64_t number = 0;
  const char* const end = mark.data() + mark.size();
  const auto [last, failure] = std::from_chars(mark.data() + 1, end, number);
  constexpr uint64_t kLeastDate = 10'000'000;  // 20260131
  if (failure != std::errc() || last != end || number >= kLeastDate) return {};
  return number;
}

std::vector<RotatedFile> list_once(const std::string& path) {
  std::vector<RotatedFile> out;
  std::set<std::string> plain;
  const std::filesystem::path at(path);
  const std::string name = at.filename().string();
  std::error_code failure;
  for (std::filesystem::directory_iterator it(at.parent_path(), failure), end;
       !failure && it != end && out.size() < kMaxFiles; it.increment(failure)) {
    const std::string found = it->path().filename().string();
    const std::string_view mark = mark_of(name, found);
    struct stat info {};
    if (mark.empty() || ::stat(it->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    RotatedFile file{it->path().string(),
                     compression_of_name(found),
                     info.st_dev,
                     info.st_ino,
                     info.st_mtim.tv_sec * kSecond + info.st_mtim.tv_nsec,
                     number_of(mark)};
    if (file.compression == Compression::kNone) plain.insert(file.path);
    out.push_back(std::move(file));
  }
  std::erase_if(out, [&](const RotatedFile& file) {
    return file.compression != Compression::kNone &&
           plain.count(std::string(unpacked_name(file.path))) > 0;
  });
  const bool numbered =
      std::all_of(out.begin(), out.end(), [](const RotatedFile& f) { return f.number; });
  std::sort(out.begin(), out.end(), [&](const RotatedFile& a, const RotatedFile& b) {
    if (numbered && a.number != b.number) return *a.number > *b.number;
    return a.modified != b.modified ? a.modified < b.modified : a.path < b.path;
  });
  return out;
}

bool same_names(const std::vector<RotatedFile>& a, const std::vector<RotatedFile>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
    return one.path == other.path && one.inode == other.inode && one.device == other.device;
  });
}

}  // namespace

// Listing a folder takes time: a file renamed in the meantime may be missing from the list.
std::vector<RotatedFile> rotated_files(const std::string& path) {
  constexpr int kTries = 5;
  std::vector<RotatedFile> out = list_once(path);
  for (int i = 0; i < kTries; ++i) {
    std::vector<RotatedFile> again = list_once(path);
    if (same_names(out, again)) break;
    out = std::move(again);
  }
  return out;
}

std::optional<std::string> unpacked_head(int fd, Compression compression) {
  char first = 0;
  const auto bytes = open_bytes(fd, compression, 0);
  if (!bytes.ok() || !(*bytes)->read(&first, 1).ok()) return {};
  return first_bytes(fd, compression, kMaxHeadBytes);
}

bool begins_so(const std::string& head, const FileIdentity& file) {
  constexpr uint32_t kTelling = 32;
  const bool tells = file.head_bytes >= kTelling || head.size() == file.head_bytes;
  return tells && head.size() >= file.head_bytes &&
         hash_bytes(std::string_view(head).substr(0, file.head_bytes)) == file.head_hash;
}

}  // namespace logsvc::agent
