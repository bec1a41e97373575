#include "store/change/maintenance.h"

#include "os/memory.h"

namespace logsvc::store {
namespace {
constexpr Duration kRewriteTime = 500 * kMillisecond;  // per call, about
constexpr Duration kRetryRewriteAfter = kMinute;
}  // namespace

Status Maintenance::run() {
  RETURN_IF_ERROR(parts_.committer.maintain());
  RETURN_IF_ERROR(parts_.sealer.maintain());
  return_encoder_memory();
  parts_.clock.look();
  RETURN_IF_ERROR(parts_.expiry.run());
  return rewrite_files();
}

// Waits until sealing has stopped for a while: while it goes on, the memory is wanted again at
// once.
void Maintenance::return_encoder_memory() {
  const uint64_t sealed = environment_.metrics.sealed_files.value();
  const bool idle = sealed == sealed_before_;
  sealed_before_ = sealed;
  if (!idle || sealed == sealed_at_return_) return;
  sealed_at_return_ = sealed;
  return_free_memory();
}

// Rewrites one file after the other while sealing has nothing to do: a window waits for one at
// most.
Status Maintenance::rewrite_files() {
  const Clock& clock = environment_.clock;
  const int64_t begun = clock.steady_ns();
  while (!parts_.head.has_sealing() && clock.steady_ns() - begun < kRewriteTime) {
    if (clock.steady_ns() < rewrite_not_before_ns_) return {};
    const Result<bool> more = rewrite_some();
    if (!more.ok()) {
      rewrite_not_before_ns_ = clock.steady_ns() + kRetryRewriteAfter;
      return more.error();
    }
    if (!*more) return {};
    MutexLock lock(parts_.changes.mutex());
    RETURN_IF_ERROR(parts_.changes.remove_retired());
  }
  return {};
}

// Begins with what was asked for; returns false if there is nothing to do.
Result<bool> Maintenance::rewrite_some() {
  if (!environment_.options.hide_only) {
    ASSIGN_OR_RETURN(const bool deleted, parts_.deleter.delete_some());
    if (deleted) return true;
  }
  ASSIGN_OR_RETURN(const bool retained, parts_.retainer.retain_some());
  if (retained) return true;
  return parts_.joiner.join_some();
}

}  // namespace logsvc::store
