// Makes masked copies of entries, one at a time: of the line, and of the values of structured
// metadata. A pair whose name has something to hide is left out. For one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "masking/masker.h"
#include "model/entry.h"

namespace logsvc::server {

class MaskedEntry {
 public:
  explicit MaskedEntry(std::shared_ptr<const masking::Masker> masker)
      : masker_(std::move(masker)) {}

  // Valid as long as the entry, and until the next call.
  const Entry& of(const Entry& entry);

 private:
  void mask_metadata(std::span<const LabelView> pairs);

  const std::shared_ptr<const masking::Masker> masker_;
  Entry shown_;
  std::string line_;
  std::vector<std::string> values_;
  std::vector<LabelView> metadata_;
};

}  // namespace logsvc::server
