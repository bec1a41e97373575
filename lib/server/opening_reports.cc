#include "server/opening_reports.h"

#include <nlohmann/json.hpp>

#include "server/opening/opening_observer.h"

namespace logsvc::server {
namespace {

using nlohmann::json;

constexpr auto kEvery = std::chrono::seconds(5);
constexpr size_t kMostServices = 40;

// The item has the form that item_rules.cc accepts.
Opening opening_of(const json& item) {
  Opening out;
  out.name = item.at("name");
  out.at = item.at("atMs").get<int64_t>() * kMillisecond;
  out.services = item.at("services").get<std::vector<std::string>>();
  out.success = item.value("success", "");
  return out;
}

// Writes the report as an item of the team; with fewer services if their names are too long for
// one.
std::string report_of(const SharedItem& item, const Opening& opening,
                      const OpeningOutcome& outcome) {
  for (size_t most = kMostServices;; most /= 2) {
    const json report = {{"id", item.id},
                         {"name", opening.name},
                         {"atMs", opening.at / kMillisecond},
                         {"result", opening_json(outcome, most)}};
    std::string text = report.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() < SharedItems::kMaxItemBytes || most == 0) return text;
  }
}

}  // namespace

OpeningReports::OpeningReports(const logql::Engine& engine, insight::Insight& insight,
                               SharedItems& items, const Clock& clock, Diagnostics& diagnostics)
    : engine_(engine),
      insight_(insight),
      items_(items),
      clock_(clock),
      diagnostics_(diagnostics),
      thread_([this] { run(); }) {}

OpeningReports::~OpeningReports() {
  ending_.cancel({ErrorCode::kCancelled, "the server ends"});
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void OpeningReports::run() {
  for (;;) {
    write_due();
    MutexLock lock(mutex_);
    if (!stopping_) changed_.wait_for(mutex_, kEvery);
    if (stopping_) return;
  }
}

void OpeningReports::write_due() {
  MutexLock lock(writing_);
  for (const SharedItem& report : items_.of_kind("reports")) written_.insert(report.id);
  const Timestamp now = clock_.now();
  if (now < next_try_) return;
  for (const SharedItem& opening : items_.of_kind("openings")) {
    const Timestamp at = json::parse(opening.json)["atMs"].get<int64_t>() * kMillisecond;
    const bool due = now - at >= kAfter && now - at <= kWithin;
    if (!due || written_.contains(opening.id)) continue;
    const Status done = write(opening);
    if (done.ok()) {
      written_.insert(opening.id);
      continue;
    }
    if (done.error().code == ErrorCode::kCancelled) return;
    diagnostics_.warn("server", "cannot store the report of an opening; trying again in a minute",
                      {{"opening", opening.id}, {"why", done.error().message}});
    next_try_ = now + kMinute;
  }
}

Status OpeningReports::write(const SharedItem& item) {
  const Opening opening = opening_of(json::parse(item.json));
  ASSIGN_OR_RETURN(
      const OpeningOutcome outcome,
      observe_opening(opening, clock_.now(), engine_, insight_, {ending_.cancellation(), nullptr}));
  return items_.change(R"({"put":[{"kind":"reports","item":)" + report_of(item, opening, outcome) +
                       "}]}");
}

}  // namespace logsvc::server
