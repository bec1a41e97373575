#include "agent/spool/group_writer.h"

namespace logsvc::agent {
namespace {
constexpr size_t kMaxKeptBuilders = 16;
}

void GroupWriter::add(const OutputLine& line) {
  auto found = builders_.find(line.tenant);
  if (found == builders_.end()) found = builders_.emplace(line.tenant, wire::PushBuilder()).first;
  found->second.add(line.labels, line.timestamp, line.line, line.metadata);
  ++lines_;
  bytes_ += line.line.size();
}

Status GroupWriter::commit(const std::string& source, const std::string& position,
                           uint64_t& last_line, Timestamp now) {
  for (auto& [tenant, builder] : builders_) {
    if (builder.lines() == 0) continue;
    Pending& p = pending_.emplace_back(Pending{tenant, builder.lines(), {}});
    builder.finish(p.block);
  }
  if (builders_.size() > kMaxKeptBuilders) builders_.clear();
  // The last group has the position, so a torn write has it only together with all other groups.
  const std::string before = pending_.size() > 1 ? spool_.state(source).position : "";
  std::vector<SpoolGroup> groups;
  uint64_t next_line = last_line + 1;
  for (const Pending& p : pending_) {
    groups.push_back({source, before, p.tenant, next_line, p.lines, now, p.block});
    next_line += p.lines;
  }
  if (groups.empty()) groups.push_back({source, "", "", next_line, 0, now, ""});
  groups.back().position = position;
  RETURN_IF_ERROR(spool_.append(groups));
  last_line = next_line - 1;
  pending_.clear();
  lines_ = 0;
  bytes_ = 0;
  return {};
}

}  // namespace logsvc::agent
