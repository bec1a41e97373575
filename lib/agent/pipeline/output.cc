#include "agent/pipeline/output.h"

#include "base/utf8.h"

namespace logsvc::agent {
namespace {

constexpr size_t kMaxKept = 500;  // label sets whose text is kept

}  // namespace

const Output::Named& Output::named(const Labels& labels) {
  const auto known = names_.find(labels);
  if (known != names_.end()) return known->second;
  if (names_.size() >= kMaxKept) names_.clear();
  Named out;
  Labels rest = labels;
  if (const std::string* tenant = find_label(rest, kTenantLabel)) {
    out.tenant = *tenant;
    erase_label(rest, kTenantLabel);
  }
  out.text = format_labels(rest);
  return names_.emplace(labels, std::move(out)).first->second;
}

void Output::add(const PipelineEntry& entry, LineSink& sink) {
  const Named& name = named(entry.labels);
  OutputLine line;
  line.labels = name.text;
  line.tenant = name.tenant;
  line.timestamp = entry.timestamp;
  line.line = entry.line;
  if (!is_utf8(line.line)) {  // servers and their readers cannot show it
    repaired_ = repair_utf8(line.line);
    line.line = repaired_;
  }
  metadata_.clear();
  for (const Label& one : entry.metadata) metadata_.push_back({one.name, one.value});
  line.metadata = metadata_;
  if (limits_ && !limits_->admit(line.labels, line.line, entry.steady_ns, paused_until_)) return;
  sink.add(line);
}

}  // namespace logsvc::agent
