// Makes every path below the data directory.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace logsvc::store {

// A file's number says its place among the files of its day, in the order of arrival (about the
// second in which it was begun), and how often the content of this place was rewritten.
inline constexpr int kGenerationBits = 12;
inline constexpr uint64_t kMaxGeneration = (1u << kGenerationBits) - 1;
inline uint64_t first_number(uint64_t place) { return place << kGenerationBits; }
inline uint64_t place_of(uint64_t number) { return number >> kGenerationBits; }
inline uint64_t generation_of(uint64_t number) { return number & kMaxGeneration; }

class FileNames {
 public:
  explicit FileNames(std::string dir) : dir_(std::move(dir)) {}

  const std::string& root() const { return dir_; }
  std::string lock() const { return dir_ + "/LOCK"; }
  std::string index() const { return dir_ + "/index.db"; }
  std::string journal() const { return dir_ + "/journal"; }
  std::string acknowledged() const { return dir_ + "/acknowledged"; }
  std::string deletions() const { return dir_ + "/deletions"; }
  std::string clock() const { return dir_ + "/clock"; }
  std::string chunks() const { return dir_ + "/chunks"; }
  std::string quarantine() const { return dir_ + "/quarantine"; }
  // `day` is written as by format_day.
  std::string day(const std::string& day) const { return chunks() + "/" + day; }
  std::string chunk(const std::string& day_name, uint64_t id) const {
    return day(day_name) + "/" + chunk_name(id);
  }

  static std::string chunk_name(uint64_t id) {
    char name[32];
    std::snprintf(name, sizeof name, "%016llx.chunk", static_cast<unsigned long long>(id));
    return name;
  }
  // Returns nullopt if the name is not a chunk file's.
  static std::optional<uint64_t> parse_chunk_name(std::string_view name) {
    if (name.size() != 22 || name.substr(16) != ".chunk") return {};
    uint64_t id = 0;
    for (const char c : name.substr(0, 16)) {
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return {};
      id = id << 4 | static_cast<uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return id;
  }

 private:
  std::string dir_;
};

}  // namespace logsvc::store
