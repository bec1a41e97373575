#include "agent/push/batch.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "base/checksum.h"

namespace logsvc::agent {
namespace {
constexpr size_t kIdBytes = 64, kShortIdBytes = 12;
}

std::string reported_source(std::string_view key) {
  const std::string_view last = key.substr(key.rfind('/') + 1);
  const bool id = last.size() == kIdBytes && std::all_of(last.begin(), last.end(), [](char c) {
                    return std::isxdigit(static_cast<unsigned char>(c));
                  });
  if (id) return std::string(last.substr(0, kShortIdBytes));
  char hash[20];
  std::snprintf(hash, sizeof hash, "%012llx",
                static_cast<unsigned long long>(hash_bytes(key) >> 16));
  return hash;
}

bool Batch::takes(const SpoolGroup& group) const {
  if (lines_ == 0 || group.lines == 0) return true;
  return group.tenant == tenant_ && !full() && ranges_.size() < wire::kMaxReportedRanges;
}

Status Batch::add(const SpoolGroup& group, uint64_t sequence) {
  last_sequence_ = sequence;
  if (group.lines == 0) return {};
  if (lines_ == 0) {
    tenant_ = group.tenant;
    oldest_read_at_ = group.read_at;
  }
  lines_ += group.lines;
  add_range(group);
  if (limits_.external_labels.empty()) return body_.add(group.block);
  ASSIGN_OR_RETURN(const std::string block, wire::add_labels(group.block, limits_.external_labels));
  return body_.add(block);
}

void Batch::add_range(const SpoolGroup& group) {
  std::string source = reported_source(group.source);
  for (wire::SequenceRange& range : ranges_) {
    if (range.source == source && range.first + range.count == group.first_line) {
      range.count += group.lines;
      return;
    }
  }
  ranges_.push_back({std::move(source), group.first_line, group.lines});
}

}  // namespace logsvc::agent
