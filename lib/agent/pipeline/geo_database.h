// Looks up addresses in a file in MaxMind's format (.mmdb), which says where networks are or who
// owns them.
//
// The file is mapped, not read: parts come into memory when they are needed, and the system may
// free them again. So a file in use must be replaced by renaming another over it, as geoipupdate
// does; a file that is truncated while it is open ends the process. Damaged bytes only give errors.
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

// Holds one address's record. Views live as long as the database. For one thread.
class GeoRecord {
 public:
  // A path of at most 7 map keys or list indices: "0" is the first item, "-1" the last.
  using Path = std::initializer_list<const char*>;
  // Returns an empty text if the value is absent or not a text.
  std::string_view text(Path path);
  // Returns a floating-point number.
  std::optional<double> number(Path path);
  // Returns a non-negative whole number in any of the format's sizes.
  std::optional<uint64_t> whole_number(Path path);

  // Returns why a requested part could not be read; empty: the record is fine so far.
  const std::string& damage() const { return damage_; }

 private:
  friend class GeoDatabase;
  GeoRecord(const GeoDatabase& database, uint32_t offset) : database_(database), offset_(offset) {}
  const GeoDatabase& database_;
  const uint32_t offset_;
  std::string damage_;
};

// An open database. It is immutable, and so safe from several threads.
class GeoDatabase {
 public:
  // Returns kInvalid with advice if the file does not exist or is not such a database.
  static Result<std::shared_ptr<const GeoDatabase>> open(const std::string& path);
  ~GeoDatabase();
  GeoDatabase(const GeoDatabase&) = delete;
  GeoDatabase& operator=(const GeoDatabase&) = delete;

  const std::string& path() const { return path_; }
  // Returns the type that the database gives itself: "GeoLite2-City".
  std::string_view type() const;

  // address: IPv4 or IPv6 as text. Returns nullopt if it is not an address or nothing is known
  // about it, and kCorrupt if the way to the record is damaged.
  Result<std::optional<GeoRecord>> find(const std::string& address) const;

 private:
  friend class GeoRecord;
  struct File;
  GeoDatabase(std::string path, std::unique_ptr<File> file);
  const std::string path_;
  const std::unique_ptr<File> file_;
};

// Opens each database of a configuration once, however many stages use it. Safe from several
// threads.
class GeoDatabases {
 public:
  // Does the same as GeoDatabase::open. The database is closed when its last user releases it.
  Result<std::shared_ptr<const GeoDatabase>> open(const std::string& path);

 private:
  Mutex mutex_;
  std::map<std::string, std::weak_ptr<const GeoDatabase>> known_ GUARDED_BY(mutex_);  // by path
};

}  // namespace logsvc::agent
