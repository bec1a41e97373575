// Groups of the spool → one push: joined as they are, without a look at the lines.
#pragma once

#include <map>
#include <string>

#include "agent/spool/spool_group.h"
#include "model/label_set.h"
#include "wire/agent_report.h"
#include "wire/push_builder.h"

namespace logsvc::agent {

struct BatchLimits {
  uint64_t bytes = 1u << 20;  // of the uncompressed body
  Labels external_labels;     // for streams that do not have the name
};

class Batch {
 public:
  // Borrows the limits.
  explicit Batch(const BatchLimits& limits) : limits_(limits) {}

  bool empty() const { return last_sequence_ == 0; }
  bool full() const { return body_.message_bytes() >= limits_.bytes; }
  // Whether the group may join: of one tenant, not too much of anything.
  bool takes(const SpoolGroup& group) const;
  // kCorrupt if the group's block cannot be read; it is counted as sent.
  Status add(const SpoolGroup& group, uint64_t sequence);

  uint64_t lines() const { return lines_; }
  uint64_t last_sequence() const { return last_sequence_; }
  Timestamp oldest_read_at() const { return oldest_read_at_; }
  const std::string& tenant() const { return tenant_; }
  const std::vector<wire::SequenceRange>& ranges() const { return ranges_; }
  // Empties the body alone.
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

// The name of a source in reports: the beginning of a container's id, else a hash.
std::string reported_source(std::string_view key);

}  // namespace logsvc::agent
