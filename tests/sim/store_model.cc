#include "sim/store_model.h"

#include <set>

namespace logsvc::sim {

bool StoreModel::is_meant(const Deletion& d, const Key& key) {
  return key.labels == d.labels && d.range.contains(key.timestamp) &&
         key.text.find(d.text) != std::string::npos;
}

void StoreModel::push(const Lines& lines, bool acknowledged) {
  ++pushes_;
  for (const auto& l : lines) {
    const Key key{l.labels, l.line.timestamp, l.line.text};
    const auto [line, is_new] = lines_.try_emplace(key);
    bool being_deleted = false;
    for (const auto& [id, d] : deletions_) {
      being_deleted = being_deleted || (!d.processed && is_meant(d, key));
    }
    if (acknowledged) line->second.push = pushes_;
    Fate& fate = line->second.fate;
    if (being_deleted) {
      fate = Fate::kMay;
    } else if (acknowledged) {
      fate = Fate::kMust;
    } else if (fate == Fate::kMustNot) {
      fate = Fate::kMay;
    }
  }
}

void StoreModel::remove(const std::string& id, Deletion deletion) {
  for (auto& [key, state] : lines_) {
    if (is_meant(deletion, key)) state.fate = deletion.acknowledged ? Fate::kMustNot : Fate::kMay;
  }
  deletions_[id] = std::move(deletion);
}

void StoreModel::set_processed(const std::string& id) {
  const auto found = deletions_.find(id);
  if (found != deletions_.end()) found->second.processed = true;
}

void StoreModel::expire(Timestamp cutoff) {
  for (auto& [key, state] : lines_) {
    Fate& fate = state.fate;
    if (fate == Fate::kMust && add_saturated(start_of_day(key.timestamp), kDay) <= cutoff) {
      fate = Fate::kMay;
    }
  }
}

void StoreModel::allow_all() {
  for (auto& [key, state] : lines_) {
    if (state.fate == Fate::kMust) state.fate = Fate::kMay;
  }
}

namespace {
std::string describe(const LabelSet& labels, Timestamp time, const std::string& text) {
  return labels.to_string() + " " + std::to_string(time) + " " + text.substr(0, 60);
}
}  // namespace

std::optional<std::string> StoreModel::check(const store::Store& store) {
  std::map<Key, int> found;
  const auto entries = store.select({});
  if (!entries.ok()) return "cannot be read: " + entries.error().message;
  Timestamp last = INT64_MIN;
  uint64_t count = 0;
  while ((*entries)->next()) {
    const Entry& e = (*entries)->entry();
    const Key key{(*entries)->labels(), e.timestamp, std::string(e.line)};
    const std::string what = describe(key.labels, key.timestamp, key.text);
    if (e.timestamp < last) return "out of order: " + what;
    last = e.timestamp;
    ++count;
    const auto line = lines_.find(key);
    if (line == lines_.end()) return "nobody pushed: " + what;
    if (line->second.fate == Fate::kMustNot) return "was deleted: " + what;
    if (found[key]++ != 0) return "twice: " + what;
  }
  if (!(*entries)->status().ok()) return "reading ended: " + (*entries)->status().error().message;
  if (!(*entries)->stats().warnings.empty()) return (*entries)->stats().warnings[0];
  if (auto lost = check_missing(found)) return lost;
  uint64_t counted = 0;
  const auto stats =
      store.visit_times({}, [&](const LabelSet&, std::span<const Timestamp> times) -> Status {
        counted += times.size();
        return {};
      });
  if (!stats.ok()) return "cannot be counted: " + stats.error().message;
  if (counted != count) {
    return std::to_string(count) + " lines, counted as " + std::to_string(counted);
  }
  return {};
}

std::optional<std::string> StoreModel::check_missing(const std::map<Key, int>& found) {
  std::set<uint64_t> pushes;
  missing_ = 0;
  for (auto& [key, state] : lines_) {
    if (state.fate != Fate::kMust || found.count(key)) continue;
    pushes.insert(state.push);
    if (pushes.size() > allowed_losses_) {
      return "lost: " + describe(key.labels, key.timestamp, key.text);
    }
    state.fate = Fate::kMay;
    ++missing_;
  }
  allowed_losses_ = 0;
  return {};
}

}  // namespace logsvc::sim
