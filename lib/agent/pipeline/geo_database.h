// What is known of an address: a file in MaxMind's form (.mmdb) that says for networks where they
// are or whose they are.
//
// The file is mapped, not read: what is asked for comes into memory, and the system may take it
// back. So a file in use must be replaced by renaming another over it, as geoipupdate does; one
// that is cut while it is open ends the process. Bytes that are damaged give errors and nothing
// else.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"

namespace logsvc::agent {

class GeoDatabase;

// The record of one address. Views live as long as the database. For one thread.
class GeoRecord {
 public:
  // At most 7 keys of maps, or places of lists: "0" is the first one, "-1" the last.
  using Path = std::initializer_list<const char*>;
  // Empty if there is none, or something that is no text.
  std::string_view text(Path path);
  // A number of floating point.
  std::optional<double> number(Path path);
  // A whole number that is not negative, in any of the sizes of the form.
  std::optional<uint64_t> whole_number(Path path);

  // Why a part that was asked for could not be read; empty: the record is fine so far.
  const std::string& damage() const { return damage_; }

 private:
  friend class GeoDatabase;
  GeoRecord(const GeoDatabase& database, uint32_t offset) : database_(database), offset_(offset) {}
  const GeoDatabase& database_;
  const uint32_t offset_;
  std::string damage_;
};

// Safe from several threads: nothing of it changes.
class GeoDatabase {
 public:
  // kInvalid if there is no such file or it is no such database: says so and what to do.
  static Result<std::shared_ptr<const GeoDatabase>> open(const std::string& path);
  ~GeoDatabase();
  GeoDatabase(const GeoDatabase&) = delete;
  GeoDatabase& operator=(const GeoDatabase&) = delete;

  const std::string& path() const { return path_; }
  // What the database says it is: "GeoLite2-City".
  std::string_view type() const;

  // address: IPv4 or IPv6 as text. nullopt: that is none, or nothing is known of it. kCorrupt if
  // the way to the record is damaged.
  Result<std::optional<GeoRecord>> find(const std::string& address) const;

 private:
  friend class GeoRecord;
  struct File;
  GeoDatabase(std::string path, std::unique_ptr<File> file);
  const std::string path_;
  const std::unique_ptr<File> file_;
};

// The databases of a configuration, each open once however many stages ask it. Safe from several
// threads.
class GeoDatabases {
 public:
  // As GeoDatabase::open. The database is closed when nobody has it any more.
  Result<std::shared_ptr<const GeoDatabase>> open(const std::string& path);

 private:
  Mutex mutex_;
  std::map<std::string, std::weak_ptr<const GeoDatabase>> known_ GUARDED_BY(mutex_);  // by path
};

}  // namespace logsvc::agent
