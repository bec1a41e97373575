#include "agent/docker/event_lines.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "agent/spool/full_spool.h"
#include "model/label_set.h"

namespace logsvc::agent {
namespace {

using Json = nlohmann::json;
constexpr char kSource[] = "docker-events";

std::string attribute(const DockerEvent& event, const char* name) {
  const auto found = event.attributes.find(name);
  return found == event.attributes.end() ? "" : found->second;
}

// Recognises the exit codes of an orderly stop: 0, SIGINT and SIGTERM.
bool is_orderly(const std::string& code) { return code == "0" || code == "130" || code == "143"; }

struct Meaning {
  const char* level;
  std::string message;  // follows the container's name
};

bool meaning_of(const DockerEvent& event, Meaning& out) {
  const std::string& action = event.action;
  const std::string code = attribute(event, "exitCode"), signal = attribute(event, "signal");
  if (action == "start") {
    out = {"info", "started"};
  } else if (action == "die") {
    out = {is_orderly(code) ? "info" : "error", "ended with exit code " + code};
  } else if (action == "oom") {
    out = {"error", "ran out of memory"};
  } else if (action == "kill") {
    out = {"info", "was sent signal " + signal};
  } else if (action == "stop" || action == "restart" || action == "pause" || action == "unpause" ||
             action == "create" || action == "destroy") {
    static const std::map<std::string, const char*> kWords = {
        {"stop", "was stopped"}, {"restart", "was restarted"}, {"pause", "was paused"},
        {"unpause", "goes on"},  {"create", "was created"},    {"destroy", "was removed"}};
    out = {"info", kWords.at(action)};
  } else if (action == "rename") {
    out = {"info", "was " + attribute(event, "oldName") + " before"};
  } else if (action.rfind("health_status", 0) == 0) {
    const bool bad = action.find("unhealthy") != std::string::npos;
    out = {bad ? "warn" : "info", bad ? "is unhealthy" : "is healthy"};
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool make_event_line(const DockerEvent& event, const std::string& host, EventLine& out) {
  Meaning meaning;
  if (!meaning_of(event, meaning)) return false;
  const std::string name = attribute(event, "name");
  Json line = {{"event", event.action.substr(0, event.action.find(':'))},
               {"container", name},
               {"container_id", event.id.substr(0, 12)},
               {"image", attribute(event, "image")},
               {"level", meaning.level},
               {"message", name + " " + meaning.message}};
  for (const char* number : {"exitCode", "signal", "execDuration"}) {
    const std::string text = attribute(event, number);
    int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure == std::errc() && end == text.data() + text.size()) line[number] = value;
  }
  out.labels = LabelSet::from({{"job", "docker-events"},
                               {"host", host},
                               {"service", "docker-events"},
                               {"level", meaning.level}})
                   .to_string();
  out.timestamp = event.time;
  out.line = line.dump(-1, ' ', false, Json::error_handler_t::replace);
  return true;
}

EventLines::EventLines(Spool& spool, SpoolWakeup& wakeup, const Clock& clock, Counter& dropped,
                       std::string host)
    : spool_(spool), wakeup_(wakeup), clock_(clock), dropped_(dropped), host_(std::move(host)) {
  const std::string position = spool.state(kSource).position;
  const auto [end, failure] =
      std::from_chars(position.data(), position.data() + position.size(), last_);
  last_key_ = failure == std::errc() ? std::string(end, position.data() + position.size()) : "";
}

Timestamp EventLines::last() const {
  MutexLock lock(mutex_);
  return last_;
}

void EventLines::add(const DockerEvent& event) {
  MutexLock lock(mutex_);
  // The daemon sends the last events again when asked for those since then.
  const std::string key = " " + event.action + " " + event.id.substr(0, 12);
  if (event.time < last_ || (event.time == last_ && key == last_key_)) return;
  EventLine line;
  if (!make_event_line(event, host_, line)) return;
  builder_.add(line.labels, line.timestamp, line.line);
  std::string block;
  builder_.finish(block);
  const std::string position = std::to_string(event.time) + key;
  SpoolGroup group{kSource, position, "", spool_.state(kSource).lines + 1, 1, clock_.now(), block};
  if (!append_or_drop(spool_, {&group, 1}, dropped_)) return;
  last_ = event.time;
  last_key_ = key;
  wakeup_.wake();
}

}  // namespace logsvc::agent
