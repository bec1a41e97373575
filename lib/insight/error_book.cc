#include "insight/error_book.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "insight/message.h"

namespace logsvc::insight {

using nlohmann::json;

bool ErrorBook::add(const std::string& service, Level level, Timestamp at, std::string message) {
  std::string masked = mask_message(message);
  auto place = groups_.find(masked);
  const bool fresh = place == groups_.end();
  if (fresh) {
    if (groups_.size() >= max_groups_) {
      groups_.erase(std::min_element(groups_.begin(), groups_.end(), [](auto& a, auto& b) {
        return a.second.last < b.second.last;
      }));
    }
    ErrorGroup error{masked, std::move(message), {}, level, at, at, 0};
    place = groups_.emplace(std::move(masked), std::move(error)).first;
  }
  ErrorGroup& error = place->second;
  ++error.count;
  error.first = std::min(error.first, at);
  error.last = std::max(error.last, at);
  error.level = std::min(error.level, level);
  if (error.services.size() < kMaxServices) error.services.insert(service);
  return fresh;
}

void ErrorBook::forget_before(Timestamp oldest) {
  std::erase_if(groups_, [&](const auto& item) { return item.second.last < oldest; });
}

std::vector<const ErrorGroup*> ErrorBook::newest() const {
  std::vector<const ErrorGroup*> out;
  for (const auto& [masked, error] : groups_) out.push_back(&error);
  std::sort(out.begin(), out.end(), [](const ErrorGroup* a, const ErrorGroup* b) {
    return a->first != b->first ? a->first > b->first : a->masked < b->masked;
  });
  return out;
}

std::string ErrorBook::save() const {
  json faults = json::array();
  for (const auto& [masked, f] : groups_) {
    faults.push_back({{"masked", f.masked},
                      {"sample", f.sample},
                      {"services", f.services},
                      {"level", kLevelNames[f.level]},
                      {"first", f.first},
                      {"last", f.last},
                      {"count", f.count}});
  }
  return json{{"version", 1}, {"faults", std::move(faults)}}.dump(1, ' ', false,
                                                                  json::error_handler_t::replace);
}

Status ErrorBook::load(std::string_view text) {
  groups_.clear();
  try {
    const json whole = json::parse(text);
    if (whole.at("version") != 1) return Error{ErrorCode::kCorrupt, "version is not 1"};
    for (const json& item : whole.at("faults")) {
      if (groups_.size() >= max_groups_) break;
      ErrorGroup f{item.at("masked"),
                   item.at("sample"),
                   {},
                   level_of(std::string(item.at("level"))),
                   item.at("first"),
                   item.at("last"),
                   item.at("count")};
      for (const json& service : item.at("services")) f.services.insert(service);
      std::string key = f.masked;
      groups_.emplace(std::move(key), std::move(f));
    }
  } catch (const json::exception& error) {
    groups_.clear();
    return Error{ErrorCode::kCorrupt, error.what()};
  }
  return {};
}

}  // namespace logsvc::insight
