#include "agent/pipeline/geo_database.h"

#include <arpa/inet.h>
#include <maxminddb.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace logsvc::agent {
namespace {

constexpr size_t kMaxPath = 7;

// The prefix of IPv6 addresses that stand for IPv4 addresses.
constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

struct Address {
  sockaddr_storage storage{};
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

void set_four(Address& out, const void* bytes) {
  auto* four = reinterpret_cast<sockaddr_in*>(&out.storage);
  four->sin_family = AF_INET;
  std::memcpy(&four->sin_addr, bytes, sizeof four->sin_addr);
}

std::optional<Address> parse_address(const std::string& text) {
  std::array<uint8_t, 16> bytes{};
  Address out;
  if (text.find('\0') != std::string::npos) return {};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    set_four(out, bytes.data());
    return out;
  }
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return {};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) {
    set_four(out, bytes.data() + kMapped.size());
    return out;
  }
  auto* six = reinterpret_cast<sockaddr_in6*>(&out.storage);
  six->sin6_family = AF_INET6;
  std::memcpy(&six->sin6_addr, bytes.data(), bytes.size());
  return out;
}

}  // namespace

struct GeoDatabase::File {
  MMDB_s database{};
  bool open = false;
  ~File() {
    if (open) MMDB_close(&database);
  }
  // Returns false if there is nothing at the path, or the data is damaged; `damage` then says why.
  bool read(uint32_t offset, GeoRecord::Path path, MMDB_entry_data_s& out,
            std::string& damage) const {
    std::array<const char*, kMaxPath + 1> keys{};
    if (path.size() > kMaxPath) return false;
    std::copy(path.begin(), path.end(), keys.begin());
    MMDB_entry_s entry{&database, offset};
    const int status = MMDB_aget_value(&entry, &out, keys.data());
    if (status == MMDB_SUCCESS) return out.has_data;
    if (status != MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR &&
        status != MMDB_INVALID_LOOKUP_PATH_ERROR) {
      damage = MMDB_strerror(status);
    }
    return false;
  }
};

std::string_view GeoRecord::text(Path path) {
  MMDB_entry_data_s data{};
  if (!database_.file_->read(offset_, path, data, damage_)) return {};
  if (data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size == 0) return {};
  return {data.utf8_string, data.data_size};
}

std::optional<double> GeoRecord::number(Path path) {
  MMDB_entry_data_s data{};
  if (!database_.file_->read(offset_, path, data, damage_)) return {};
  if (data.type == MMDB_DATA_TYPE_DOUBLE) return data.double_value;
  if (data.type == MMDB_DATA_TYPE_FLOAT) return data.float_value;
  return {};
}

std::optional<uint64_t> GeoRecord::whole_number(Path path) {
  MMDB_entry_data_s data{};
  if (!database_.file_->read(offset_, path, data, damage_)) return {};
  switch (data.type) {
    case MMDB_DATA_TYPE_UINT16:
      return data.uint16;
    case MMDB_DATA_TYPE_UINT32:
      return data.uint32;
    case MMDB_DATA_TYPE_UINT64:
      return data.uint64;
    default:
      return {};
  }
}

GeoDatabase::GeoDatabase(std::string path, std::unique_ptr<File> file)
    : path_(std::move(path)), file_(std::move(file)) {}
GeoDatabase::~GeoDatabase() = default;

Result<std::shared_ptr<const GeoDatabase>> GeoDatabase::open(const std::string& path) {
  struct stat known = {};
  if (::stat(path.c_str(), &known) != 0) {
    return invalid("cannot open " + path + ": " + std::strerror(errno) +
                   "; put a database there (geoipupdate fetches GeoLite2), or name its place in "
                   "db");
  }
  // Opening a pipe would block.
  if (!S_ISREG(known.st_mode)) return invalid(path + " is no file; name a .mmdb in db");
  auto file = std::make_unique<File>();
  const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &file->database);
  if (status == MMDB_FILE_OPEN_ERROR) {
    return invalid("cannot open " + path + ": " + std::strerror(errno) +
                   "; let the agent's user read it");
  }
  if (status != MMDB_SUCCESS) {
    return invalid(path + " is no MaxMind database, or a damaged one (" + MMDB_strerror(status) +
                   "); fetch it anew, unpacked");
  }
  file->open = true;
  return std::shared_ptr<const GeoDatabase>(new GeoDatabase(path, std::move(file)));
}

std::string_view GeoDatabase::type() const {
  const char* const type = file_->database.metadata.database_type;
  return type ? type : "";
}

Result<std::optional<GeoRecord>> GeoDatabase::find(const std::string& text) const {
  const auto address = parse_address(text);
  if (!address) return std::optional<GeoRecord>();
  int status = MMDB_SUCCESS;
  const MMDB_lookup_result_s found =
      MMDB_lookup_sockaddr(&file_->database, address->get(), &status);
  if (status == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR) return std::optional<GeoRecord>();
  if (status != MMDB_SUCCESS) return Error{ErrorCode::kCorrupt, MMDB_strerror(status)};
  if (!found.found_entry) return std::optional<GeoRecord>();
  return std::optional(GeoRecord(*this, found.entry.offset));
}

Result<std::shared_ptr<const GeoDatabase>> GeoDatabases::open(const std::string& path) {
  MutexLock lock(mutex_);
  auto& known = known_[path];
  if (auto open = known.lock()) return open;
  ASSIGN_OR_RETURN(auto database, GeoDatabase::open(path));
  known = database;
  return database;
}

}  // namespace logsvc::agent
