#include "store/store.h"

#include "store/store_impl.h"

namespace logsvc::store {

Result<Appended> Store::append(std::shared_ptr<const Batch> batch) {
  return impl_->committer.append(std::move(batch));
}

Result<std::unique_ptr<EntryIterator>> Store::select(const SelectQuery& query) const {
  return impl_->reader.select(query);
}

Result<ReadStats> Store::count(const pushdown::CountQuery& query,
                               const pushdown::CountVisitor& visit) const {
  return impl_->reader.count(query, visit);
}

Result<ReadStats> Store::visit_times(const SelectQuery& query,
                                     const pushdown::TimesVisitor& visit) const {
  return impl_->reader.visit_times(query, visit);
}

Result<ReadStats> Store::visit_field(const SelectQuery& query, const std::string& name,
                                     pushdown::FieldVisitor& visitor) const {
  return impl_->reader.visit_field(query, name, visitor);
}

Result<std::vector<LabelSet>> Store::series(TimeRange range,
                                            const std::vector<std::vector<Matcher>>& groups) const {
  return impl_->reader.series(range, groups);
}

Result<std::vector<std::string>> Store::label_names(TimeRange range,
                                                    const std::vector<Matcher>& matchers) const {
  return impl_->reader.label_names(range, matchers);
}

Result<std::vector<std::string>> Store::label_values(const std::string& name, TimeRange range,
                                                     const std::vector<Matcher>& matchers) const {
  return impl_->reader.label_values(name, range, matchers);
}

Result<std::vector<StreamTotals>> Store::totals(TimeRange range,
                                                const std::vector<Matcher>& matchers) const {
  return impl_->reader.totals(range, matchers);
}

Result<std::vector<StreamVolume>> Store::volumes(const std::vector<TimeRange>& buckets,
                                                 const std::vector<Matcher>& matchers) const {
  return impl_->reader.volumes(buckets, matchers);
}

Result<std::string> Store::request_deletion(const std::string& query, TimeRange range) {
  return impl_->base->deletions->add(query, range, impl_->base->environment.clock.now());
}

Status Store::cancel_deletion(const std::string& id, bool force) {
  const StoreEnvironment& environment = impl_->base->environment;
  return impl_->base->deletions->cancel(id, force, environment.clock.now(),
                                        environment.options.deletion_cancel_period);
}

std::vector<DeleteRequest> Store::deletions() const { return impl_->base->deletions->list(); }

std::optional<HeldRetention> Store::retention_held() const { return impl_->clock.clock().held(); }

Status Store::confirm_clock() { return impl_->clock.confirm(); }

Status Store::flush() { return impl_->sealer.flush(impl_->committer.rotate_all()); }

Status Store::maintain() { return impl_->maintenance.run(); }

StoreTotals Store::totals() const {
  StoreTotals out;
  out.streams = impl_->base->streams.size();
  out.journal_bytes = impl_->base->journal->size_bytes();
  const Window::Sizes head = impl_->base->head.sizes();
  out.head_bytes = head.line_bytes;
  out.head_entries = head.entries;
  const auto all = impl_->catalog.files();
  for (const auto& [id, row] : *all) {
    out.files += 1;
    out.file_bytes += row->bytes;
    out.file_line_bytes += row->raw_bytes;
    if (out.oldest == 0 || row->first < out.oldest) out.oldest = row->first;
  }
  return out;
}

}  // namespace logsvc::store
