#include "server/access/masked_source.h"

#include "server/access/masked_entry.h"

namespace logsvc::server {
namespace {

class MaskedEntries : public EntryIterator {
 public:
  MaskedEntries(std::unique_ptr<EntryIterator> stored,
                std::shared_ptr<const masking::Masker> masker, LinePredicate lines)
      : stored_(std::move(stored)), lines_(std::move(lines)), masked_(std::move(masker)) {}

  bool next() override {
    while (stored_->next()) {
      entry_ = &masked_.of(stored_->entry());
      if (!passes(lines_, entry_->line)) continue;
      ++stats_.lines_processed;
      stats_.bytes_processed += entry_->line.size();
      return true;
    }
    return false;
  }
  const Entry& entry() const override { return *entry_; }
  const LabelSet& labels() const override { return stored_->labels(); }
  const Status& status() const override { return stored_->status(); }
  const ReadStats& stats() const override {
    stats_.warnings = stored_->stats().warnings;
    return stats_;
  }

 private:
  const std::unique_ptr<EntryIterator> stored_;
  const LinePredicate lines_;
  MaskedEntry masked_;
  const Entry* entry_ = nullptr;
  mutable ReadStats stats_;
};

}  // namespace

LinePredicate implied_before_masking(const LinePredicate& test, const masking::Masker& masker) {
  using Kind = LinePredicate::Kind;
  LinePredicate out;
  switch (test.kind) {
    case Kind::kContains:
      // A replacement may hold the text in other letters.
      return test.any_case || masker.may_touch(test.text) ? out : test;
    case Kind::kAllOf:
      for (const LinePredicate& part : test.parts) {
        LinePredicate implied = implied_before_masking(part, masker);
        if (!implied.is_trivial()) out.parts.push_back(std::move(implied));
      }
      return out;
    case Kind::kAnyOf: {
      std::vector<LinePredicate> parts;
      for (const LinePredicate& part : test.parts) {
        parts.push_back(implied_before_masking(part, masker));
        if (parts.back().is_trivial()) return out;
      }
      return LinePredicate::any_of(std::move(parts));
    }
    case Kind::kNoneOf:  // the text may be in what is hidden
      return out;
  }
  return out;
}

Result<std::unique_ptr<EntryIterator>> MaskedSource::select(const SelectQuery& query) const {
  SelectQuery stored = query;
  stored.lines = implied_before_masking(query.lines, *masker_);
  stored.parser = {};
  stored.fields.clear();
  ASSIGN_OR_RETURN(auto entries, stored_->select(stored));
  return std::unique_ptr<EntryIterator>(
      std::make_unique<MaskedEntries>(std::move(entries), masker_, query.lines));
}

}  // namespace logsvc::server
