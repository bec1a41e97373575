#include "server/opening/opening_observer.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "insight/levels.h"
#include "server/query/lines_before.h"

namespace logsvc::server {
namespace {

// Escapes the text for a regular expression.
std::string literal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string selector_of(const std::vector<std::string>& services) {
  std::string names;
  for (const std::string& service : services) {
    if (!names.empty()) names += '|';
    names += literal(service);
  }
  return "{service_name=~" + quote(names) + "}";
}

// Looks up one opening.
class Observer {
 public:
  Observer(const Opening& opening, Timestamp now, const logql::Engine& engine,
           const logql::QueryRun& run)
      : opening_(opening),
        counted_to_(std::min(now, opening.at + kOpeningWindow)),
        looked_to_(std::min(now, opening.at + kOpeningLook)),
        engine_(engine),
        run_(run) {}

  Result<std::vector<ServiceOutcome>> services() {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, expected());
    std::vector<ServiceOutcome> out;
    for (const std::string& name : names) {
      out.push_back({});
      out.back().name = name;
      by_name_[name] = out.size() - 1;
    }
    if (out.empty()) return out;
    selector_ = selector_of(names);
    RETURN_IF_ERROR(count_levels(out));
    RETURN_IF_ERROR(find_peaks(out));
    for (ServiceOutcome& service : out) {
      ASSIGN_OR_RETURN(service.first_line, first(selector_of({service.name})));
    }
    return out;
  }

  Result<Successes> successes() {
    Successes out;
    if (selector_.empty()) return out;
    const std::string query = selector_ + " |= " + quote(opening_.success);
    ASSIGN_OR_RETURN(out.first, first(query));
    if (!out.first) return out;
    ASSIGN_OR_RETURN(const auto sums,
                     instant("sum" + lines_before(query, looked_to_ - opening_.at), looked_to_));
    for (const auto& one : sums) out.count += static_cast<uint64_t>(one.samples.at(0).value);
    return out;
  }

 private:
  // Returns the services that the opening names, or else those that logged in the hour before.
  Result<std::vector<std::string>> expected() {
    std::set<std::string> names(opening_.services.begin(), opening_.services.end());
    if (names.empty()) {
      const std::string query =
          "sum by (service_name)" + lines_before("{service_name=~\".+\"}", kHour);
      ASSIGN_OR_RETURN(const auto counts, instant(query, opening_.at));
      for (const auto& one : counts) names.emplace(label_value(one.labels, "service_name"));
    }
    std::vector<std::string> out(names.begin(), names.end());
    if (out.size() > kMaxOpeningServices) out.resize(kMaxOpeningServices);
    return out;
  }

  ServiceOutcome* find(std::vector<ServiceOutcome>& all, const Labels& labels) {
    const auto found = by_name_.find(std::string(label_value(labels, "service_name")));
    return found == by_name_.end() ? nullptr : &all[found->second];
  }

  Status count_levels(std::vector<ServiceOutcome>& out) {
    if (counted_to_ <= opening_.at) return {};
    const std::string query = "sum by (service_name, level, detected_level)" +
                              lines_before(selector_, counted_to_ - opening_.at);
    ASSIGN_OR_RETURN(const auto counts, instant(query, counted_to_));
    for (const auto& one : counts) {
      ServiceOutcome* service = find(out, one.labels);
      if (!service) continue;
      std::string_view level = label_value(one.labels, "level");
      if (level.empty()) level = label_value(one.labels, "detected_level");
      const auto n = static_cast<uint64_t>(one.samples.at(0).value);
      service->lines += n;
      if (insight::is_error(insight::level_of(level))) service->errors += n;
    }
    return {};
  }

  Status find_peaks(std::vector<ServiceOutcome>& out) {
    logql::RangeRequest range;
    range.run = run_;
    range.query = "sum by (service_name)" + lines_before(selector_, kSecond);
    range.start = opening_.at + kSecond;
    range.end = opening_.at + kOpeningWindow;
    range.step = kSecond;
    range.partial_series = true;
    ASSIGN_OR_RETURN(const logql::QueryResult result, engine_.range(range));
    for (const auto& one : std::get<logql::MatrixResult>(result.data).series) {
      ServiceOutcome* service = find(out, one.labels);
      if (!service) continue;
      for (const logql::Sample& sample : one.samples) {
        service->peak = std::max(service->peak, static_cast<uint64_t>(sample.value));
      }
    }
    return {};
  }

  Result<std::vector<logql::ResultSeries>> instant(const std::string& query, Timestamp time) {
    logql::InstantRequest request;
    request.run = run_;
    request.query = query;
    request.time = time;
    request.partial_series = true;
    ASSIGN_OR_RETURN(logql::QueryResult result, engine_.instant(request));
    return std::move(std::get<logql::VectorResult>(result.data).series);
  }

  // Returns how long after T0 the first line came that passes.
  Result<std::optional<Duration>> first(const std::string& query) {
    logql::RangeRequest range;
    range.run = run_;
    range.query = query;
    range.start = opening_.at;
    range.end = looked_to_;
    range.limit = 1;
    range.direction = Direction::kForward;
    if (range.end <= range.start) return std::optional<Duration>();
    ASSIGN_OR_RETURN(const logql::QueryResult result, engine_.range(range));
    for (const auto& stream : std::get<logql::StreamsResult>(result.data).streams) {
      return std::optional(stream.entries.at(0).timestamp - opening_.at);
    }
    return std::optional<Duration>();
  }

  const Opening& opening_;
  const Timestamp counted_to_;
  const Timestamp looked_to_;
  const logql::Engine& engine_;
  const logql::QueryRun& run_;
  std::string selector_;  // selects the expected services; empty: there are none
  std::map<std::string, size_t> by_name_;
};

// A container that ended twice without a start in between counts once.
void count_ends(const std::vector<insight::Mark>& marks, std::vector<ServiceOutcome>& services) {
  std::set<std::pair<std::string, std::string>> down;
  for (const insight::Mark& mark : marks) {
    const std::pair container(mark.host, mark.container);
    if (mark.kind == "start" || mark.kind == "restart") down.erase(container);
    if (mark.kind != "die" && mark.kind != "oom") continue;
    if (!down.insert(container).second) continue;
    for (ServiceOutcome& service : services) service.ends += service.name == mark.service;
  }
}

}  // namespace

Result<OpeningOutcome> observe_opening(const Opening& opening, Timestamp now,
                                       const logql::Engine& engine, insight::Insight& insight,
                                       const logql::QueryRun& run, const insight::Part& part) {
  OpeningOutcome out;
  if (now < opening.at) return out;
  out.over = now >= opening.at + kOpeningWindow;
  Observer observer(opening, now, engine, run);
  ASSIGN_OR_RETURN(out.services, observer.services());
  ASSIGN_OR_RETURN(const auto marks,
                   insight.marks({opening.at, opening.at + kOpeningWindow}, part));
  count_ends(marks, out.services);
  if (!opening.success.empty()) {
    ASSIGN_OR_RETURN(out.successes, observer.successes());
  }
  return out;
}

}  // namespace logsvc::server
