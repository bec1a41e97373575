// Makes the index and the chunk files on disk agree at start. Rules: FORMAT.md, Start. For one
// thread, before anybody else has the index.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "store/change/day_directories.h"
#include "store/chunk/chunk_reader.h"
#include "store/index/catalog_db.h"
#include "store/policy/store_environment.h"

namespace logsvc::store {

class Reconciler {
 public:
  // Borrows all. last_place is raised to the highest place that any file is known to have had.
  Reconciler(const StoreEnvironment& environment, CatalogDb& index, StreamRegistry& streams,
             uint64_t& last_place)
      : environment_(environment),
        names_(environment.names),
        files_(environment.files),
        index_(index),
        streams_(streams),
        last_place_(last_place),
        days_(environment) {}

  // Returns the files that the index and the disk both have; kCorrupt if the index contradicts
  // itself.
  Result<FileSet> run();

 private:
  struct DiskFile {
    std::string day;
    uint64_t id;
  };
  struct FileContents {
    FileRow row;
    ChunkSummary summary;
    uint64_t damaged_blocks = 0;
  };
  Result<std::vector<DiskFile>> list_files();
  Status find_replaced(std::vector<DiskFile>& unknown, const std::map<uint64_t, DiskFile>& present,
                       std::set<uint64_t>& replaced);
  Status forget_missing(const std::vector<FileRow>& missing, const std::set<uint64_t>& replaced);
  Result<FileContents> read_for_adoption(const DiskFile& file, const ChunkReader& reader);
  Status adopt(const DiskFile& file, const std::map<uint64_t, DiskFile>& present,
               std::map<uint64_t, FileRow>& rows);
  Status remove_replaced(const std::set<uint64_t>& replaced,
                         const std::map<uint64_t, DiskFile>& present,
                         std::map<uint64_t, FileRow>& rows);
  Status set_aside_damaged(const DiskFile& file, const Error& why);

  const StoreEnvironment& environment_;
  const FileNames& names_;
  FileSystem& files_;
  CatalogDb& index_;
  StreamRegistry& streams_;
  uint64_t& last_place_;
  DayDirectories days_;
};

}  // namespace logsvc::store
