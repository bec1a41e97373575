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
  if (masker_) {
    std::string masked;
    for (Label& label : rest) {
      if (masker_->mask(label.value, masked)) label.value = masked;
    }
  }
  out.text = format_labels(rest);
  return names_.emplace(labels, std::move(out)).first->second;
}

void Output::mask(OutputLine& line) {
  if (masker_->mask(line.line, masked_)) line.line = masked_;
  if (masked_values_.size() < metadata_.size()) masked_values_.resize(metadata_.size());
  for (size_t i = 0; i < metadata_.size(); ++i) {
    if (masker_->mask(metadata_[i].value, masked_values_[i]))
      metadata_[i].value = masked_values_[i];
  }
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
  if (masker_) mask(line);
  line.metadata = metadata_;
  if (limits_ && !limits_->admit(line.labels, line.line, entry.steady_ns, paused_until_)) return;
  sink.add(line);
}

}  // namespace logsvc::agent
