#include "server/shared/item_rules.h"

#include <algorithm>

#include "logql/engine.h"
#include "server/opening/opening_outcome.h"

namespace logsvc::server {
namespace {

using nlohmann::json;

constexpr size_t kMaxName = 200, kMaxSearch = 8'000;
constexpr size_t kMaxQuery = 5'000, kMaxMarkdown = 24'000;

Result<std::string> text(const json& item, const char* name, size_t least, size_t most) {
  const auto found = item.find(name);
  if (found == item.end() || !found->is_string())
    return invalid(std::string("\"") + name + "\" is not a text");
  const auto& value = found->get_ref<const std::string&>();
  if (value.size() < least || value.size() > most) {
    return invalid(std::string("\"") + name + "\" has " + std::to_string(value.size()) +
                   " bytes; " + std::to_string(least) + " to " + std::to_string(most) + " may be");
  }
  return value;
}

Result<int64_t> time_ms(const json& item) {
  const auto found = item.find("atMs");
  if (found == item.end() || !found->is_number_integer()) return invalid("\"atMs\" is not a time");
  const auto ms = found->get<int64_t>();
  if (ms < kMinOpeningMs || ms > kMaxOpeningMs) return invalid("\"atMs\" is not a time in ms");
  return ms;
}

Result<json> opening(const json& item) {
  json out;
  ASSIGN_OR_RETURN(out["name"], text(item, "name", 0, kMaxName));
  ASSIGN_OR_RETURN(out["atMs"], time_ms(item));
  json services = json::array();
  const auto listed = item.find("services");
  if (listed == item.end() || !listed->is_array() || listed->size() > kMaxOpeningServices)
    return invalid("\"services\" is not a list of up to " + std::to_string(kMaxOpeningServices));
  for (const json& service : *listed) {
    if (!service.is_string() || service.get_ref<const std::string&>().size() > kMaxName)
      return invalid("\"services\" contains an invalid name");
    services.push_back(service);
  }
  out["services"] = std::move(services);
  if (item.contains("success")) {
    ASSIGN_OR_RETURN(out["success"], text(item, "success", 0, kMaxSuccessBytes));
  }
  return out;
}

Result<json> report(const json& item) {
  json out;
  ASSIGN_OR_RETURN(out["name"], text(item, "name", 0, kMaxName));
  ASSIGN_OR_RETURN(out["atMs"], time_ms(item));
  if (!item.contains("result")) {
    ASSIGN_OR_RETURN(out["markdown"], text(item, "markdown", 1, kMaxMarkdown));
    return out;
  }
  RETURN_IF_ERROR(check_opening_json(item["result"]));
  out["result"] = item["result"];
  return out;
}

Result<json> view(const json& item) {
  json out;
  ASSIGN_OR_RETURN(out["name"], text(item, "name", 1, kMaxName));
  ASSIGN_OR_RETURN(const std::string search, text(item, "search", 0, kMaxSearch));
  if (!search.empty() && search[0] != '?') return invalid("\"search\" does not begin with ?");
  out["search"] = search;
  return out;
}

Result<json> counter(const json& item) {
  json out;
  ASSIGN_OR_RETURN(out["name"], text(item, "name", 1, kMaxName));
  ASSIGN_OR_RETURN(const std::string query, text(item, "query", 1, kMaxQuery));
  const auto parsed = logql::TailQuery::parse(query);
  if (!parsed.ok()) return invalid("\"query\": " + parsed.error().message);
  out["query"] = query;
  return out;
}

}  // namespace

bool is_shared_kind(const std::string& kind) {
  return kind == "openings" || kind == "reports" || kind == "views" || kind == "counters";
}

bool is_shared_id(const std::string& id) {
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  };
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), allowed);
}

Result<json> checked_item(const std::string& kind, const json& item) {
  if (!item.is_object()) return invalid("an item is not an object");
  ASSIGN_OR_RETURN(const std::string id, text(item, "id", 1, 64));
  if (!is_shared_id(id)) return invalid("\"id\" contains more than letters, digits, - and _");
  Result<json> out = invalid("unknown kind " + kind);
  if (kind == "openings") out = opening(item);
  if (kind == "reports") out = report(item);
  if (kind == "views") out = view(item);
  if (kind == "counters") out = counter(item);
  if (out.ok()) (*out)["id"] = id;
  return out;
}

}  // namespace logsvc::server
