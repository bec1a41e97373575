#include "insight/error_book.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "insight/message.h"

namespace logsvc::insight {

using nlohmann::json;

bool ErrorBook::add(const std::string& service, Level level, Timestamp at, std::string message) {
  std::string masked = mask_message(message);
  auto place = faults_.find(masked);
  const bool fresh = place == faults_.end();
  if (fresh) {
    if (faults_.size() >= max_faults_) {
      faults_.erase(std::min_element(faults_.begin(), faults_.end(), [](auto& a, auto& b) {
        return a.second.last < b.second.last;
      }));
    }
    Fault fault{masked, std::move(message), {}, level, at, at, 0};
    place = faults_.emplace(std::move(masked), std::move(fault)).first;
  }
  Fault& fault = place->second;
  ++fault.count;
  fault.first = std::min(fault.first, at);
  fault.last = std::max(fault.last, at);
  fault.level = std::min(fault.level, level);
  if (fault.services.size() < kMaxServices) fault.services.insert(service);
  return fresh;
}

void ErrorBook::forget_before(Timestamp oldest) {
  std::erase_if(faults_, [&](const auto& item) { return item.second.last < oldest; });
}

std::vector<const Fault*> ErrorBook::newest() const {
  std::vector<const Fault*> out;
  for (const auto& [masked, fault] : faults_) out.push_back(&fault);
  std::sort(out.begin(), out.end(), [](const Fault* a, const Fault* b) {
    return a->first != b->first ? a->first > b->first : a->masked < b->masked;
  });
  return out;
}

std::string ErrorBook::save() const {
  json faults = json::array();
  for (const auto& [masked, f] : faults_) {
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
  faults_.clear();
  try {
    const json whole = json::parse(text);
    if (whole.at("version") != 1) return Error{ErrorCode::kCorrupt, "version is not 1"};
    for (const json& item : whole.at("faults")) {
      if (faults_.size() >= max_faults_) break;
      Fault f{item.at("masked"),
              item.at("sample"),
              {},
              level_of(std::string(item.at("level"))),
              item.at("first"),
              item.at("last"),
              item.at("count")};
      for (const json& service : item.at("services")) f.services.insert(service);
      std::string key = f.masked;
      faults_.emplace(std::move(key), std::move(f));
    }
  } catch (const json::exception& fault) {
    faults_.clear();
    return Error{ErrorCode::kCorrupt, fault.what()};
  }
  return {};
}

}  // namespace logsvc::insight
