// What a Promtail that was here before has left in its positions file, and what is kept up to date
// there so that one can go back to it. Our own places are in the spool.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "agent/config/promtail_config.h"
#include "agent/files/positions_file.h"
#include "agent/spool/spool.h"
#include "base/mutex.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"

namespace logsvc::agent {

class PromtailState {
 public:
  // Borrows the file system and the diagnostics. kInvalid if the file is not understood, unless the
  // configuration has ignore_invalid_yaml.
  static Result<std::unique_ptr<PromtailState>> open(FileSystem& files,
                                                     const PositionsConfig& config,
                                                     Diagnostics& diagnostics);

  // As they were found.
  const std::map<std::string, uint64_t>& offsets() const { return found_.offsets; }
  // Of a job's journal; empty: none.
  std::string journal_cursor(const std::string& job) const;
  // Containers of which the spool knows no place get Promtail's. That one is in whole seconds:
  // lines of its last second may come twice, none is left out.
  Status give_containers(Spool& spool, const std::string& source_prefix, Timestamp now) const;

  // Into the file. What cannot be written is warned of. Any thread.
  void save_offsets(const std::map<std::string, uint64_t>& offsets);
  // The places of containers, by id.
  void save_containers(const std::map<std::string, Timestamp>& last);
  // How far a job's journal has been read, in systemd's own form.
  void save_journal(const std::string& job, const std::string& cursor);

 private:
  PromtailState(FileSystem& files, const PositionsConfig& config, Diagnostics& diagnostics)
      : files_(files), path_(config.filename), diagnostics_(diagnostics) {}
  void write() REQUIRES(mutex_);

  FileSystem& files_;
  const std::string path_;
  Diagnostics& diagnostics_;
  PromtailPositions found_;
  Mutex mutex_;
  PromtailPositions written_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::agent
