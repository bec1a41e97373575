// Holds what all parts of a store work with: its settings and the world around it. It is borrowed,
// and constant after open, so that all threads may use it.
#pragma once

#include "os/clock.h"
#include "os/file_system.h"
#include "store/common/file_names.h"
#include "store/common/store_metrics.h"
#include "store/policy/store_options.h"
#include "telemetry/diagnostics.h"

namespace logsvc::store {

struct StoreEnvironment {
  const StoreOptions& options;
  const FileNames& names;
  FileSystem& files;
  const Clock& clock;
  Diagnostics& diagnostics;
  StoreMetrics& metrics;
};

}  // namespace logsvc::store
