#include "store/policy/retention_clock.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "store/common/corrupt.h"

namespace logsvc::store {
namespace {

constexpr uint32_t kMagic = 0x3143474C;  // "LGC1"
constexpr uint16_t kVersion = 1;
// A server that was off for a night, or a machine that slept, does not make the clock wrong.
constexpr Duration kPlausible = kDay;
constexpr Duration kConvincing = kDay;
constexpr Duration kSaveEvery = 10 * kMinute;

}  // namespace

bool RetentionClock::Pace::is_kept(Timestamp now, int64_t now_steady_ns) const {
  const Timestamp about = expected(now_steady_ns);
  return now <= add_saturated(about, kPlausible) && now >= add_saturated(about, -kPlausible);
}

Status RetentionClock::open(Timestamp now, int64_t steady_ns, std::optional<Timestamp> newest) {
  MutexLock lock(mutex_);
  const Status known = read(steady_ns);
  if (!saved_ns_) believed_ = {newest.value_or(now), steady_ns};
  judge(now, steady_ns);
  const Status saved = save(steady_ns);
  return known.ok() ? saved : known;
}

Status RetentionClock::look(Timestamp now, int64_t steady_ns) {
  MutexLock lock(mutex_);
  const bool was_in_doubt = doubt_.has_value();
  judge(now, steady_ns);
  const bool changed = was_in_doubt != doubt_.has_value();
  if (saved_ns_ && !changed && steady_ns - *saved_ns_ < kSaveEvery) return {};
  return save(steady_ns);
}

void RetentionClock::judge(Timestamp now, int64_t steady_ns) {
  if (believed_.is_kept(now, steady_ns)) {
    believed_ = {now, steady_ns};
    doubt_.reset();
    return;
  }
  if (!doubt_ || !doubt_->pace.is_kept(now, steady_ns)) {
    doubt_ = Doubt{{now, steady_ns}, 0};
    return;
  }
  doubt_->kept += steady_ns - doubt_->pace.steady_ns;
  doubt_->pace = {now, steady_ns};
  if (doubt_->kept < kConvincing) return;
  believed_ = doubt_->pace;
  doubt_.reset();
}

Status RetentionClock::confirm(Timestamp now, int64_t steady_ns) {
  MutexLock lock(mutex_);
  believed_ = {now, steady_ns};
  doubt_.reset();
  return save(steady_ns);
}

std::optional<HeldRetention> RetentionClock::held() const {
  MutexLock lock(mutex_);
  if (!doubt_) return {};
  const Timestamp expected = believed_.expected(doubt_->pace.steady_ns);
  if (doubt_->pace.wall < expected) return {};
  return HeldRetention{doubt_->pace.wall, expected, kConvincing - doubt_->kept};
}

// Writes FORMAT.md's Clock. The steady clock begins anew with each start.
Status RetentionClock::save(int64_t steady_ns) {
  std::string out;
  put_u32(out, kMagic);
  put_u16(out, kVersion);
  put_zigzag(out, believed_.expected(steady_ns));
  put_u8(out, doubt_ ? 1 : 0);
  put_zigzag(out, doubt_ ? doubt_->pace.wall : 0);
  put_zigzag(out, doubt_ ? doubt_->kept : 0);
  put_u64(out, hash_bytes(out));
  saved_ns_ = steady_ns;  // a disk that is full is not tried again at once
  return files_.replace(path_, out);
}

Status RetentionClock::read(int64_t steady_ns) {
  if (!files_.exists(path_)) return {};
  ASSIGN_OR_RETURN(const std::string bytes, files_.read_all(path_));
  constexpr size_t kHashBytes = 8;
  const Error damaged = corrupt(path_ + " is corrupt: retention begins with the clock as it is");
  if (bytes.size() < kHashBytes + 6 || load_fixed<uint32_t>(bytes.data()) != kMagic) return damaged;
  const std::string_view body = std::string_view(bytes).substr(0, bytes.size() - kHashBytes);
  if (load_fixed<uint64_t>(bytes.data() + body.size()) != hash_bytes(body)) return damaged;
  ByteReader in(body);
  in.u32();
  if (in.u16() != kVersion) {
    return Error{ErrorCode::kUnsupported, path_ + " is of another release: left out"};
  }
  const Timestamp believed = in.zigzag();
  const bool in_doubt = in.u8() != 0;
  const Timestamp doubted = in.zigzag();
  const Duration kept = in.zigzag();
  if (!in.done()) return damaged;
  believed_ = {believed, steady_ns};
  if (in_doubt) doubt_ = Doubt{{doubted, steady_ns}, kept};
  saved_ns_ = steady_ns;
  return {};
}

}  // namespace logsvc::store
