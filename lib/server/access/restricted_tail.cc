#include "server/access/restricted_tail.h"

#include "server/access/masked_entry.h"

namespace logsvc::server {
namespace {

class ScopedTail : public logql::TailQuery {
 public:
  ScopedTail(std::unique_ptr<TailQuery> query, const std::vector<Matcher>& scope)
      : query_(std::move(query)), matchers_(query_->matchers()) {
    matchers_.insert(matchers_.end(), scope.begin(), scope.end());
  }

  const std::vector<Matcher>& matchers() const override { return matchers_; }
  bool process(const LabelSet& stream, const Entry& entry, bool categorize, Labels& labels,
               logql::ResultEntry& out) override {
    return query_->process(stream, entry, categorize, labels, out);
  }

 private:
  const std::unique_ptr<TailQuery> query_;
  std::vector<Matcher> matchers_;
};

class MaskedTail : public logql::TailQuery {
 public:
  MaskedTail(std::unique_ptr<TailQuery> query, std::shared_ptr<const masking::Masker> masker)
      : query_(std::move(query)), masked_(std::move(masker)) {}

  const std::vector<Matcher>& matchers() const override { return query_->matchers(); }
  bool process(const LabelSet& stream, const Entry& entry, bool categorize, Labels& labels,
               logql::ResultEntry& out) override {
    return query_->process(stream, masked_.of(entry), categorize, labels, out);
  }

 private:
  const std::unique_ptr<TailQuery> query_;
  MaskedEntry masked_;
};

}  // namespace

std::unique_ptr<logql::TailQuery> scoped_tail(std::unique_ptr<logql::TailQuery> query,
                                              const std::vector<Matcher>& scope) {
  return std::make_unique<ScopedTail>(std::move(query), scope);
}

std::unique_ptr<logql::TailQuery> masked_tail(std::unique_ptr<logql::TailQuery> query,
                                              std::shared_ptr<const masking::Masker> masker) {
  return std::make_unique<MaskedTail>(std::move(query), std::move(masker));
}

}  // namespace logsvc::server
