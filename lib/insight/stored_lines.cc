#include "insight/stored_lines.h"

#include <algorithm>

#include "insight/levels.h"
#include "pushdown/column_source.h"

namespace logsvc::insight {
namespace {

// Spellings of levels that are looked up one by one.
constexpr size_t kMaxSpellings = 100;

Result<SelectQuery> query_of(MatchType type, const char* label, const std::string& value,
                             TimeRange range, const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const Matcher matcher, Matcher::make(type, label, value));
  SelectQuery query;
  query.matchers = {matcher};
  query.range = range;
  query.stop = stop;
  return query;
}

Status visit_entries(const LogSource& source, const SelectQuery& query, const StoredEntry& visit) {
  ASSIGN_OR_RETURN(const auto entries, source.select(query));
  while (entries->next()) visit(entries->labels(), entries->entry());
  return entries->status();
}

Status read_marks(const LogSource& source, SelectQuery query, const ReadMark& read,
                  std::vector<Mark>& out) {
  query.direction = Direction::kBackward;
  query.limit_hint = MarkBook::kMax;
  ASSIGN_OR_RETURN(const auto events, source.select(query));
  for (size_t n = 0; n < MarkBook::kMax && events->next();) {
    auto mark = read(events->labels(), events->entry());
    if (!mark) continue;
    out.push_back(std::move(*mark));
    ++n;
  }
  return events->status();
}

}  // namespace

Status visit_labelled(const LogSource& source, TimeRange range, const std::stop_token& stop,
                      const TimesOfStream& visit) {
  ASSIGN_OR_RETURN(const SelectQuery query,
                   query_of(MatchType::kNotEqual, "level", "", range, stop));
  const auto counted = pushdown::visit_times(
      source, query, [&](const LabelSet& labels, std::span<const Timestamp> times) {
        visit(labels, times);
        return Status();
      });
  return counted.ok() ? Status() : counted.error();
}

Status visit_others(const LogSource& source, TimeRange range, const std::stop_token& stop,
                    const StoredEntry& visit) {
  ASSIGN_OR_RETURN(const SelectQuery query, query_of(MatchType::kEqual, "level", "", range, stop));
  return visit_entries(source, query, visit);
}

Status visit_labelled_errors(const LogSource& source, TimeRange range, const std::stop_token& stop,
                             const StoredEntry& visit) {
  ASSIGN_OR_RETURN(auto levels, source.label_values("level", range, {}));
  std::erase_if(levels, [](const std::string& word) { return !is_error(level_of(word)); });
  if (levels.size() > kMaxSpellings) levels.resize(kMaxSpellings);
  for (const std::string& level : levels) {
    ASSIGN_OR_RETURN(const SelectQuery query,
                     query_of(MatchType::kEqual, "level", level, range, stop));
    RETURN_IF_ERROR(visit_entries(source, query, visit));
  }
  return {};
}

Result<std::vector<Mark>> stored_marks(const LogSource& source, TimeRange range,
                                       const std::stop_token& stop, const ReadMark& read) {
  std::vector<Mark> out;
  ASSIGN_OR_RETURN(const SelectQuery of_agents,
                   query_of(MatchType::kEqual, "job", kDockerEventsJob, range, stop));
  RETURN_IF_ERROR(read_marks(source, of_agents, read, out));
  ASSIGN_OR_RETURN(const SelectQuery others,
                   query_of(MatchType::kEqual, "source", kDockerEventSource, range, stop));
  RETURN_IF_ERROR(read_marks(source, others, read, out));
  std::reverse(out.begin(), out.end());
  std::stable_sort(out.begin(), out.end(),
                   [](const Mark& a, const Mark& b) { return a.at < b.at; });
  return out;
}

}  // namespace logsvc::insight
