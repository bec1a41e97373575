#include "server/ingest/masked_batch.h"

#include <algorithm>
#include <span>
#include <string>

namespace logsvc::server {
namespace {

class BatchMasker {
 public:
  BatchMasker(const masking::Masker& masker, Batch& batch) : masker_(masker), batch_(batch) {}

  void run() {
    for (StreamEntries& stream : batch_.streams) {
      mask_labels(stream.labels);
      for (Entry& entry : stream.entries) {
        mask(entry.line);
        mask_metadata(entry);
      }
    }
    if (hidden_) batch_.packed = {};
  }

 private:
  bool mask(std::string_view& text) {
    if (!masker_.mask(text, out_)) return false;
    text = batch_.arena.copy(out_);
    hidden_ = true;
    return true;
  }

  void mask_metadata(Entry& entry) {
    std::span<LabelView> copy;
    for (size_t i = 0; i < entry.metadata.size(); ++i) {
      std::string_view value = entry.metadata[i].value;
      if (!mask(value)) continue;
      if (copy.empty()) {
        copy = batch_.arena.make_array<LabelView>(entry.metadata.size());
        std::copy(entry.metadata.begin(), entry.metadata.end(), copy.begin());
        entry.metadata = copy;
      }
      copy[i].value = value;
    }
  }

  void mask_labels(LabelSet& labels) {
    Labels copy;
    for (size_t i = 0; i < labels.labels().size(); ++i) {
      if (!masker_.mask(labels.labels()[i].value, out_)) continue;
      if (copy.empty()) copy = labels.labels();
      copy[i].value = out_;
      hidden_ = true;
    }
    if (!copy.empty()) labels = LabelSet::from(std::move(copy));
  }

  const masking::Masker& masker_;
  Batch& batch_;
  std::string out_;
  bool hidden_ = false;
};

}  // namespace

void mask_batch(const masking::Masker& masker, Batch& batch) { BatchMasker(masker, batch).run(); }

}  // namespace logsvc::server
