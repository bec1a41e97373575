#include "server/access/masked_entry.h"

namespace logsvc::server {

const Entry& MaskedEntry::of(const Entry& entry) {
  shown_ = entry;
  if (masker_->mask(entry.line, line_)) shown_.line = line_;
  if (!entry.metadata.empty()) {
    mask_metadata(entry.metadata);
    shown_.metadata = metadata_;
  }
  return shown_;
}

void MaskedEntry::mask_metadata(std::span<const LabelView> pairs) {
  std::string name;
  metadata_.clear();
  // The texts stay where they are while views of them are handed out.
  if (values_.size() < pairs.size()) values_.resize(pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (masker_->mask(pairs[i].name, name)) continue;
    metadata_.push_back(pairs[i]);
    if (masker_->mask(pairs[i].value, values_[i])) metadata_.back().value = values_[i];
  }
}

}  // namespace logsvc::server
