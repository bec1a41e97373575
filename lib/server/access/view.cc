#include "server/access/view.h"

#include "server/access/audited_source.h"
#include "server/access/masked_source.h"
#include "server/access/restricted_tail.h"
#include "server/access/scoped_source.h"

namespace logsvc::server {
namespace {

// Wraps what lives longer than every view.
std::shared_ptr<const LogSource> borrowed(const LogSource& source) {
  return {std::shared_ptr<void>(), &source};
}

}  // namespace

Views::Views(const LogSource& all, const logql::EngineLimits& limits,
             std::shared_ptr<const masking::Masker> masker, std::shared_ptr<const LogSource> audit)
    : all_(all),
      audit_(std::move(audit)),
      limits_(limits),
      masker_(std::move(masker)),
      unrestricted_(std::make_shared<const View>(borrowed(all), limits)) {}

bool Views::masks(const Principal& principal) const {
  return principal.masked() && masker_ && !masker_->empty();
}

bool Views::reads_audit(const Principal& principal) const {
  return audit_ && principal.may(Access::kAdmin) && principal.scoped_to.empty();
}

std::shared_ptr<const LogSource> Views::stored_for(const Principal& principal) const {
  auto source = borrowed(all_);
  if (reads_audit(principal)) {
    source = std::make_shared<const AuditedSource>(std::move(source), audit_);
  }
  if (!principal.scoped_to.empty()) {
    source = std::make_shared<const ScopedSource>(std::move(source), principal.scoped_to);
  }
  return source;
}

std::shared_ptr<const View> Views::of(const Principal& principal,
                                      const logql::EngineLimits& limits) const {
  const bool restricted =
      !principal.scoped_to.empty() || masks(principal) || reads_audit(principal);
  if (!restricted && &limits == &limits_) return unrestricted_;
  auto source = stored_for(principal);
  if (masks(principal)) {
    source = std::make_shared<const MaskedSource>(std::move(source), masker_);
  }
  return std::make_shared<const View>(std::move(source), limits);
}

std::unique_ptr<logql::TailQuery> Views::narrowed(const Principal& principal,
                                                  std::unique_ptr<logql::TailQuery> query) const {
  if (!principal.scoped_to.empty()) query = scoped_tail(std::move(query), principal.scoped_to);
  if (masks(principal)) query = masked_tail(std::move(query), masker_);
  return query;
}

FeedKey Views::feed_key(const Principal& principal, std::string query, bool categorize) const {
  return {std::move(query), categorize, key_of(principal)};
}

// The first character tells the two kinds apart, whatever a scope holds.
std::string Views::key_of(const Principal& principal) const {
  if (masks(principal)) return "masked " + principal.scope;
  return principal.scoped_to.empty() ? std::string() : "as it is " + principal.scope;
}

insight::Part Views::part_of(const Principal& principal) const {
  insight::Part out;
  out.key = key_of(principal);
  if (out.key.empty()) return out;
  out.matchers = principal.scoped_to;
  out.stored = stored_for(principal);
  if (masks(principal)) {
    out.mask = [masker = masker_](std::string_view text, std::string& masked) {
      return masker->mask(text, masked);
    };
  }
  return out;
}

}  // namespace logsvc::server
