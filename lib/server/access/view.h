// What a caller may see of the lines, and whether masked. Handlers read through a view and have no
// other way to the store, so that none of them can forget a scope or the rules of masking.
// Immutable; safe from several threads.
#pragma once

#include <memory>

#include "insight/part.h"
#include "logql/engine.h"
#include "masking/masker.h"
#include "model/log_source.h"
#include "server/auth/principal.h"
#include "server/live/tail_hub.h"

namespace logsvc::server {

class View {
 public:
  // Keeps the source.
  View(std::shared_ptr<const LogSource> source, const logql::EngineLimits& limits)
      : source_(std::move(source)), engine_(*source_, limits) {}

  const LogSource& source() const { return *source_; }
  const logql::Engine& engine() const { return engine_; }

 private:
  const std::shared_ptr<const LogSource> source_;
  const logql::Engine engine_;
};

class Views {
 public:
  // Borrows the source of all lines. The masker hides what it finds from those whose role says so;
  // null: there is nothing to hide. The audit log, if there is one, is for admins who see all
  // lines, and for nobody else.
  Views(const LogSource& all, const logql::EngineLimits& limits,
        std::shared_ptr<const masking::Masker> masker = nullptr,
        std::shared_ptr<const LogSource> audit = nullptr);

  // What is read lasts as long as the view.
  std::shared_ptr<const View> of(const Principal& principal) const {
    return of(principal, limits_);
  }
  // The same with other limits.
  std::shared_ptr<const View> of(const Principal& principal,
                                 const logql::EngineLimits& limits) const;

  // The same for live lines: the query narrowed, and what feeds it (live/tail_hub.h).
  std::unique_ptr<logql::TailQuery> narrowed(const Principal& principal,
                                             std::unique_ptr<logql::TailQuery> query) const;
  FeedKey feed_key(const Principal& principal, std::string query, bool categorize) const;
  // The same for what is known without asking the lines.
  insight::Part part_of(const Principal& principal) const;
  // Equal for those who see the same; empty for those who see everything as it is.
  std::string key_of(const Principal& principal) const;

  const logql::EngineLimits& limits() const { return limits_; }

 private:
  bool masks(const Principal& principal) const;
  bool reads_audit(const Principal& principal) const;
  // What is stored of the lines that it may see, as it is.
  std::shared_ptr<const LogSource> stored_for(const Principal& principal) const;

  const LogSource& all_;
  const std::shared_ptr<const LogSource> audit_;  // null: none
  const logql::EngineLimits limits_;
  const std::shared_ptr<const masking::Masker> masker_;
  const std::shared_ptr<const View> unrestricted_;
};

}  // namespace logsvc::server
