// Finds time zones: the server's own through the C library, others from the system's zone files.
#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

#include "gotext/time/go_time.h"

namespace logsvc::tmpl {

// Holds one zone file (TZif, version 2 or later): the offsets in force from given instants on.
struct ZoneFile {
  struct Kind {
    int32_t offset = 0;
    std::string name;
  };
  std::vector<int64_t> from;     // sorted
  std::vector<uint8_t> kind_of;  // one for each
  std::vector<Kind> kinds;

  const Kind* at(int64_t seconds) const {
    if (kinds.empty()) return nullptr;
    const auto next = std::upper_bound(from.begin(), from.end(), seconds);
    if (next == from.begin()) return &kinds[0];
    return &kinds[kind_of[static_cast<size_t>(next - from.begin()) - 1]];
  }
};

namespace {

int64_t big_endian(const char* p, int bytes) {
  uint64_t v = bytes == 8 || !(p[0] & 0x80) ? 0 : ~uint64_t{0};
  for (int i = 0; i < bytes; ++i) v = v << 8 | static_cast<unsigned char>(p[i]);
  return static_cast<int64_t>(v);
}

struct Header {
  size_t utc_flags, standard_flags, leaps, times, kinds, names;
};
constexpr size_t kHeaderBytes = 44;

bool read_header(std::string_view bytes, Header& h) {
  if (bytes.size() < kHeaderBytes || bytes.substr(0, 4) != "TZif") return false;
  size_t* const fields[] = {&h.utc_flags, &h.standard_flags, &h.leaps,
                            &h.times,     &h.kinds,          &h.names};
  for (int i = 0; i < 6; ++i) {
    *fields[i] = static_cast<size_t>(big_endian(bytes.data() + 20 + i * 4, 4));
    if (*fields[i] > 100'000) return false;
  }
  return true;
}

std::shared_ptr<const ZoneFile> parse_zone_file(std::string_view bytes) {
  Header h{};
  if (!read_header(bytes, h)) return nullptr;
  // The first block has 32-bit times; the second one, which is wanted, begins behind it.
  const size_t first = kHeaderBytes + h.times * 5 + h.kinds * 6 + h.names + h.leaps * 8 +
                       h.standard_flags + h.utc_flags;
  if (bytes.size() < first) return nullptr;
  bytes.remove_prefix(first);
  if (!read_header(bytes, h)) return nullptr;
  bytes.remove_prefix(kHeaderBytes);
  if (bytes.size() < h.times * 9 + h.kinds * 6 + h.names) return nullptr;
  auto out = std::make_shared<ZoneFile>();
  for (size_t i = 0; i < h.times; ++i) out->from.push_back(big_endian(bytes.data() + i * 8, 8));
  const char* kind_of = bytes.data() + h.times * 8;
  const char* kinds = kind_of + h.times;
  const std::string_view names(kinds + h.kinds * 6, h.names);
  for (size_t i = 0; i < h.times; ++i) {
    const auto kind = static_cast<uint8_t>(kind_of[i]);
    if (kind >= h.kinds) return nullptr;
    out->kind_of.push_back(kind);
  }
  for (size_t i = 0; i < h.kinds; ++i) {
    const char* k = kinds + i * 6;
    const auto name = static_cast<unsigned char>(k[5]);
    if (name >= names.size()) return nullptr;
    const std::string_view tail = names.substr(name);
    out->kinds.push_back(
        {static_cast<int32_t>(big_endian(k, 4)), std::string(tail.substr(0, tail.find('\0')))});
  }
  return out;
}

}  // namespace

TimeZone TimeZone::named(const std::string& name) {
  TimeZone out(false, name.empty() ? "UTC" : name);
  if (name.empty() || name.size() > 64 || name[0] == '/' || name.find("..") != std::string::npos) {
    return out;
  }
  std::ifstream in("/usr/share/zoneinfo/" + name, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  out.file_ = parse_zone_file(bytes);
  return out;
}

TimeZone TimeZone::fixed(int32_t offset, const std::string& abbreviation) {
  TimeZone out(false, abbreviation);
  auto file = std::make_shared<ZoneFile>();
  file->kinds.push_back({offset, abbreviation});
  out.file_ = std::move(file);
  return out;
}

void TimeZone::apply(GoTime& t) const {
  t.offset = 0;
  t.zone = "UTC";
  t.location = *this;
  if (local_) {
    const std::time_t seconds = t.seconds;
    std::tm parts{};
    if (localtime_r(&seconds, &parts) && parts.tm_zone) {
      t.offset = static_cast<int32_t>(parts.tm_gmtoff);
      t.zone = parts.tm_zone;
    }
    return;
  }
  if (!file_) return;
  if (const auto* kind = file_->at(t.seconds)) {
    t.offset = kind->offset;
    t.zone = kind->name;
  }
}

void TimeZone::from_wall_clock(int64_t wall_seconds, GoTime& t) const {
  // Takes the offset in force about that time, then once more with the better guess.
  t.seconds = wall_seconds;
  apply(t);
  t.seconds = wall_seconds - t.offset;
  apply(t);
  t.seconds = wall_seconds - t.offset;
  apply(t);
}

std::optional<int32_t> TimeZone::offset_of(std::string_view abbreviation,
                                           int64_t wall_seconds) const {
  constexpr int64_t kHalfYear = 182 * 86'400;  // leads to the other half of a zone with summer time
  GoTime t;
  from_wall_clock(wall_seconds, t);
  if (t.zone == abbreviation) return t.offset;
  for (const int64_t away : {int64_t{86'400}, -int64_t{86'400}, kHalfYear, -kHalfYear}) {
    t.seconds = wall_seconds + away;
    apply(t);
    if (t.zone == abbreviation) return t.offset;
  }
  if (file_) {
    for (const auto& kind : file_->kinds) {
      if (kind.name == abbreviation) return kind.offset;
    }
  }
  return {};
}

}  // namespace logsvc::tmpl
