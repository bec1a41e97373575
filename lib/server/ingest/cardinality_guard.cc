#include "server/ingest/cardinality_guard.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/ingest/ingest_limits.h"

namespace logsvc::server {
namespace {

using nlohmann::json;

// Label sets of an hour that are known to be counted; more are counted again, which only costs
// time.
constexpr size_t kMaxCounted = 100'000;
constexpr Duration kLeftAlone = kDay;

std::string runaway_text(const LabelSet& labels, const std::string& name, uint64_t most) {
  return stream_limit_text(labels) + ": the label " + name + " has more than " +
         std::to_string(most) + " values a day (--max-label-values)";
}

}  // namespace

CardinalityGuard::CardinalityGuard(CardinalityOptions options, FileSystem& files,
                                   const Clock& clock, Metrics& metrics, Diagnostics& diagnostics)
    : options_(std::move(options)),
      files_(files),
      clock_(clock),
      diagnostics_(diagnostics),
      folded_entries_(metrics.counter(
          "logsvc_ingest_folded_entries_total",
          "Entries of which a label with too many values became structured metadata")),
      values_(options_.max_values) {
  metrics.gauge_function("logsvc_ingest_runaway_labels", "Labels with too many values", [this] {
    const MutexLock lock(mutex_);
    return static_cast<double>(runaway_.size());
  });
  if (options_.max_values > 0 && options_.action == CardinalityOptions::Action::kFold) load();
}

bool CardinalityGuard::is_protected(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kNames = {
      "container", "host", "job", "level", "namespace", "service", "service_name"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

void CardinalityGuard::load() {
  if (options_.file.empty() || !files_.exists(options_.file)) return;
  const auto text = files_.read_all(options_.file);
  const json read = text.ok() ? json::parse(*text, nullptr, false) : json();
  if (!read.is_object() || !read.contains("folded") || !read["folded"].is_object()) {
    diagnostics_.warn("server",
                      "cannot read which labels are folded; the file is moved to .bad, and labels "
                      "with too many values are noticed anew",
                      {{"file", options_.file}, {"why", text.ok() ? "" : text.error().message}});
    (void)files_.rename(options_.file, options_.file + ".bad");
    return;
  }
  const MutexLock lock(mutex_);
  for (const auto& [name, since] : read["folded"].items()) {
    if (!since.is_number_integer() || is_protected(name)) continue;
    if (runaway_.size() >= LabelValues::kMaxNames) break;
    runaway_[name] = {since.get<int64_t>() * kMillisecond, clock_.steady_ns()};
  }
  update_folded();
}

void CardinalityGuard::save() {
  if (options_.file.empty() || options_.action != CardinalityOptions::Action::kFold) return;
  const MutexLock writing(file_mutex_);
  json folded = json::object();
  {
    const MutexLock lock(mutex_);
    if (!std::exchange(changed_, false)) return;
    for (const auto& [name, runaway] : runaway_) {
      if (!is_protected(name)) folded[name] = runaway.since / kMillisecond;
    }
  }
  const std::string text =
      json{{"folded", std::move(folded)}}.dump(-1, ' ', false, json::error_handler_t::replace);
  if (const Status done = files_.replace(options_.file, text); !done.ok()) {
    diagnostics_.warn("server", "cannot write which labels are folded",
                      {{"why", done.error().message}});
    const MutexLock lock(mutex_);
    unwritten_ = true;
  }
}

void CardinalityGuard::update_folded() {
  Names names;
  for (const auto& [name, runaway] : runaway_) {
    if (!is_protected(name)) names.push_back(name);
  }
  const bool fold = options_.action == CardinalityOptions::Action::kFold && !names.empty();
  folded_ = fold ? std::make_shared<const Names>(std::move(names)) : nullptr;
  changed_ = true;
}

void CardinalityGuard::note_runaway(const std::string& name) {
  const auto [at, fresh] = runaway_.try_emplace(name);
  at->second.last_over_ns = clock_.steady_ns();
  if (!fresh) return;
  at->second.since = clock_.now();
  update_folded();
  const char* const what =
      is_protected(name)
          ? "a label has very many values; it says where lines come from and stays a label"
      : options_.action == CardinalityOptions::Action::kFold
          ? "a label has too many values; it is structured metadata of the entries from now on"
          : "a label has too many values; pushes with further ones are refused";
  diagnostics_.warn("server", what,
                    {{"label", name}, {"more_than", std::to_string(options_.max_values)}});
}

Status CardinalityGuard::count(const LabelSet& labels) {
  Status out;
  bool steady = true;
  for (const Label& label : labels.labels()) {
    if (values_.add(label.name, label.value, hour_)) {
      steady &= runaway_.empty() || !runaway_.contains(label.name);
      continue;
    }
    steady = false;
    note_runaway(label.name);
    if (options_.action == CardinalityOptions::Action::kReject && !is_protected(label.name)) {
      out = Error{ErrorCode::kLimit, runaway_text(labels, label.name, options_.max_values)};
    }
  }
  if (steady && counted_.size() < kMaxCounted) counted_.insert(labels.hash());
  return out;
}

void CardinalityGuard::begin_hour(int64_t hour) {
  hour_ = hour;
  counted_.clear();
  changed_ |= std::exchange(unwritten_, false);
  const int64_t now = clock_.steady_ns();
  const size_t before = runaway_.size();
  for (auto it = runaway_.begin(); it != runaway_.end();) {
    Runaway& runaway = it->second;
    if (values_.count(it->first, hour) > options_.max_values / 2) runaway.last_over_ns = now;
    if (now - runaway.last_over_ns < kLeftAlone) {
      ++it;
      continue;
    }
    diagnostics_.info("server", "a label has few values again; it is left alone",
                      {{"label", it->first}});
    it = runaway_.erase(it);
  }
  if (runaway_.size() != before) update_folded();
}

void CardinalityGuard::count_stored(const LogSource& source) {
  if (options_.max_values == 0) return;
  const Timestamp now = clock_.now();
  const auto series =
      source.series({add_saturated(now, -LabelValues::kWindowHours * kHour), now}, {});
  if (!series.ok()) return;
  {
    const MutexLock lock(mutex_);
    hour_ = clock_.steady_ns() / kHour;
    for (const LabelSet& labels : *series) (void)count(labels);
  }
  save();
}

Status CardinalityGuard::apply(Batch& batch) {
  if (options_.max_values == 0) return {};
  std::shared_ptr<const Names> folded;
  Status out;
  bool changed = false;
  {
    const MutexLock lock(mutex_);
    const int64_t hour = clock_.steady_ns() / kHour;
    if (hour != hour_) begin_hour(hour);
    for (const StreamEntries& stream : batch.streams) {
      if (stream.entries.empty() || counted_.contains(stream.labels.hash())) continue;
      if (Status one = count(stream.labels); !one.ok()) out = std::move(one);
    }
    folded = folded_;
    changed = changed_;
  }
  if (changed) save();
  if (out.ok() && folded) folded_entries_.add(fold_labels(batch, *folded));
  return out;
}

std::vector<RunawayLabel> CardinalityGuard::runaway() const {
  using Action = RunawayLabel::Action;
  std::vector<RunawayLabel> out;
  const MutexLock lock(mutex_);
  for (const auto& [name, runaway] : runaway_) {
    const Action action = is_protected(name) ? Action::kNone
                          : options_.action == CardinalityOptions::Action::kFold
                              ? Action::kFolded
                              : Action::kRejected;
    out.push_back({name, options_.max_values, action, runaway.since});
  }
  return out;
}

}  // namespace logsvc::server
