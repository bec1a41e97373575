#include "insight/marks.h"

#include <algorithm>

#include "extract/json_fields.h"
#include "extract/logfmt_fields.h"

namespace logsvc::insight {
namespace {

bool take(Mark& mark, std::string& exit_code, std::string& image, std::string_view key,
          std::string_view value) {
  if (key == "event" || key == "action" || key == "Action" || key == "status") {
    if (mark.kind.empty()) mark.kind = value.substr(0, value.find(':'));
    if (const size_t colon = value.find(": "); colon != std::string_view::npos) {
      mark.detail = value.substr(colon + 2);
    }
  } else if (key == "exitCode" || key == "exit_code") {
    exit_code = value;
  } else if (key == "image") {
    image = value;
  } else if (key == "container" || key == "name" || key == "container_name") {
    if (mark.container.empty()) mark.container = value;
  } else if (key == "service") {
    mark.service = value;
  } else if (key == "host") {
    mark.host = value;
  } else if (key == "health" && mark.detail.empty()) {
    mark.detail = value;
  }
  return true;
}

}  // namespace

std::optional<Mark> read_mark(Timestamp at, std::string_view line) {
  Mark mark;
  mark.at = at;
  std::string exit_code, image;
  const auto visit = [&](std::string_view key, std::string_view value) {
    return take(mark, exit_code, image, key, value);
  };
  const size_t first = line.find_first_not_of(" \t");
  if (first != std::string_view::npos && line[first] == '{') {
    extract::JsonFields().read(line, visit);
  } else {
    extract::LogfmtFields().read(line, false, visit);
  }
  if (mark.kind.empty()) return std::nullopt;
  if (!exit_code.empty()) {
    mark.detail = "exit code " + exit_code;
  } else if (mark.detail.empty()) {
    mark.detail = image;
  }
  return mark;
}

void MarkBook::add(Mark mark) {
  const bool state = mark.kind == "start" || mark.kind == "die" || mark.kind == "stop" ||
                     mark.kind == "destroy" || mark.kind == "restart";
  if (state) {
    if (last_.size() >= kMaxServices && !last_.contains(mark.service)) last_.erase(last_.begin());
    auto& containers = last_[mark.service];
    Mark& last = containers[mark.container];
    if (last.at <= mark.at && !(mark.kind == "destroy" && last.kind == "die")) last = mark;
    if (containers.size() > 100) containers.erase(containers.begin());
  }
  const auto place = std::upper_bound(marks_.begin(), marks_.end(), mark.at,
                                      [](Timestamp t, const Mark& m) { return t < m.at; });
  marks_.insert(place, std::move(mark));
  if (marks_.size() > kMax) marks_.pop_front();
}

const Mark* MarkBook::stopped(const std::string& service) const {
  const auto found = last_.find(service);
  if (found == last_.end()) return nullptr;
  const Mark* newest = nullptr;
  for (const auto& [container, mark] : found->second) {
    if (mark.kind == "start" || mark.kind == "restart") return nullptr;
    if (!newest || mark.at > newest->at) newest = &mark;
  }
  return newest;
}

}  // namespace logsvc::insight
