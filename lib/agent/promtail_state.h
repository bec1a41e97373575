// The positions file of an earlier Promtail, kept up to date so that one can go back to it. The
// agent's own places are in the spool.
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
  // Borrows the file system and the diagnostics. Returns kInvalid if the file cannot be parsed,
  // unless the configuration has ignore_invalid_yaml.
  static Result<std::unique_ptr<PromtailState>> open(FileSystem& files,
                                                     const PositionsConfig& config,
                                                     Diagnostics& diagnostics);

  // Returns the offsets as they were found.
  const std::map<std::string, uint64_t>& offsets() const { return found_.offsets; }
  // Returns the cursor of a job's journal; empty: none.
  std::string journal_cursor(const std::string& job) const;
  // Gives containers without a place in the spool the one that Promtail recorded. It has whole
  // seconds only, so lines of its last second may come twice, but none is lost.
  Status give_containers(Spool& spool, const std::string& source_prefix, Timestamp now) const;

  // Writes to the file and warns about failures. Any thread.
  void save_offsets(const std::map<std::string, uint64_t>& offsets);
  // Saves the places of containers, by id.
  void save_containers(const std::map<std::string, Timestamp>& last);
  // Saves how far a job's journal was read, as a systemd cursor.
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
