#include "store/change/clock_watch.h"

namespace logsvc::store {

void ClockWatch::open(std::optional<Timestamp> newest) {
  const Status opened =
      clock_.open(environment_.clock.now(), environment_.clock.steady_ns(), newest);
  if (!opened.ok()) {
    environment_.diagnostics.warn("store", "cannot read the time of the last run",
                                  {{"why", opened.error().message}});
  }
  look();
}

void ClockWatch::look() {
  const int64_t steady = environment_.clock.steady_ns();
  Diagnostics& diagnostics = environment_.diagnostics;
  if (const Status kept = clock_.look(environment_.clock.now(), steady); !kept.ok()) {
    diagnostics.warn("store", "cannot write down the time of this run",
                     {{"why", kept.error().message}});
  }
  const auto held = clock_.held();
  if (!held && said_held_ns_) {
    diagnostics.warn("store", "the clock is believed again: lines are deleted for their age", {});
  }
  if (!held) said_held_ns_.reset();
  if (!held || (said_held_ns_ && steady - *said_held_ns_ < kHour)) return;
  said_held_ns_ = steady;
  diagnostics.error("store",
                    "the clock has jumped ahead: nothing is deleted for its age until the clock "
                    "has kept its pace "
                    "for a day or POST /api/retention/confirm-clock says that it is right",
                    {{"clock", format_rfc3339(held->clock)},
                     {"expected", format_rfc3339(held->expected)},
                     {"left", format_duration(held->left)}});
}

Status ClockWatch::confirm() {
  environment_.diagnostics.warn("store",
                                "the clock was confirmed: lines are deleted for their age again",
                                {{"clock", format_rfc3339(environment_.clock.now())}});
  return clock_.confirm(environment_.clock.now(), environment_.clock.steady_ns());
}

}  // namespace logsvc::store
