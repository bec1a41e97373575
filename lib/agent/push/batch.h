// Joins groups of the spool to one push without decoding their lines.
#pragma once

#include <map>
#include <string>

#include "agent/spool/spool_group.h"
#include "model/label_set.h"
#include "wire/agent_report.h"
#include "wire/push_builder.h"

namespace logsvc::agent {

struct BatchLimits {
  uint64_t bytes = 1u << 20;  // size of the uncompressed body
  Labels external_labels;     // for streams without a label of that name
};

class Batch {
 public:
  // Borrows the limits.
  explicit Batch(const BatchLimits& limits) : limits_(limits) {}

  bool empty() const { return last_sequence_ == 0; }
  bool full() const { return body_.message_bytes() >= limits_.bytes; }
  // Returns whether the group may join: it has the same tenant, and no limit is exceeded.
  bool takes(const SpoolGroup& group) const;
  // Returns kCorrupt if the group's block cannot be read; the group is then counted as sent.
  Status add(const SpoolGroup& group, uint64_t sequence);

  uint64_t lines() const { return lines_; }
  uint64_t last_sequence() const { return last_sequence_; }
  Timestamp oldest_read_at() const { return oldest_read_at_; }
  const std::string& tenant() const { return tenant_; }
  const std::vector<wire::SequenceRange>& ranges() const { return ranges_; }
  // Empties only the body.
  std::string take_body() { return body_.take(); }

 private:
  void add_range(const SpoolGroup& group);

  const BatchLimits& limits_;
  wire::PushBody body_;
  std::string tenant_;
  std::vector<wire::SequenceRange> ranges_;
  uint64_t lines_ = 0;
  uint64_t last_sequence_ = 0;
  Timestamp oldest_read_at_ = 0;
};

// Returns a source's name in reports: the beginning of a container's id, otherwise a hash.
std::string reported_source(std::string_view key);

}  // namespace logsvc::agent
