#include "server/shared/shared_items.h"

#include <nlohmann/json.hpp>

#include "server/shared/item_rules.h"

namespace logsvc::server {
namespace {

using nlohmann::json;

constexpr const char* kKinds[] = {"openings", "reports", "views", "counters"};

// Invalid UTF-8, which a request may hold, becomes U+FFFD.
std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

SharedItems::SharedItems(FileSystem& files, std::string path, const std::string& earlier_path,
                         uint64_t first_version, Diagnostics& diagnostics)
    : files_(files), path_(std::move(path)), diagnostics_(diagnostics), version_(first_version) {
  load(earlier_path);
}

void SharedItems::load(const std::string& earlier_path) {
  const auto is_missing = [](const Result<std::string>& bytes) {
    return !bytes.ok() && bytes.error().code == ErrorCode::kNotFound;
  };
  auto bytes = files_.read_all(path_);
  if (is_missing(bytes)) bytes = files_.read_all(earlier_path);
  if (is_missing(bytes)) return;
  const json root = bytes.ok() ? json::parse(*bytes, nullptr, false) : json();
  auto items = std::make_shared<Items>();
  size_t bad = 0;
  for (const char* kind : kKinds) {
    if (!root.is_object() || !root.contains(kind) || !root[kind].is_array()) continue;
    for (const json& item : root[kind]) {
      const auto good = checked_item(kind, item);
      if (good.ok()) (*items)[{kind, text_of(*good, "id")}] = dump(*good);
      if (!good.ok()) ++bad;
    }
  }
  if (!root.is_object() || bad > 0) {
    const std::string copy = path_ + ".damaged";
    const Status copied = bytes.ok() ? files_.replace(copy, *bytes) : bytes.error();
    diagnostics_.error("server",
                       "cannot parse the shared items file; the original is kept beside it",
                       {{"path", path_},
                        {"items_left_out", root.is_object() ? std::to_string(bad) : "all"},
                        {"original", copied.ok() ? copy : copied.error().message}});
  }
  MutexLock lock(mutex_);
  items_ = std::move(items);
}

Status SharedItems::change(std::string_view request_json) {
  const json request = json::parse(request_json, nullptr, false);
  if (!request.is_object()) return invalid("expected {\"put\":[…],\"remove\":[…]}");
  const json none = json::array();
  const json& put = request.contains("put") ? request["put"] : none;
  const json& remove = request.contains("remove") ? request["remove"] : none;
  if (!put.is_array() || !remove.is_array() || put.size() + remove.size() > kMaxChanges)
    return invalid("\"put\" or \"remove\" is not a list, or is too long");

  MutexLock one_at_a_time(writing_);
  std::shared_ptr<const Items> before;
  {
    MutexLock lock(mutex_);
    before = items_;
  }
  auto after = std::make_shared<Items>(*before);
  for (const json& one : remove) {
    if (!one.is_object()) return invalid("\"remove\" contains something other than an object");
    const std::string kind = text_of(one, "kind");
    if (!is_shared_kind(kind)) return invalid("unknown kind " + kind);
    after->erase({kind, text_of(one, "id")});
  }
  for (const json& one : put) {
    if (!one.is_object() || !one.contains("item")) return invalid("\"put\" contains no item");
    const std::string kind = text_of(one, "kind");
    ASSIGN_OR_RETURN(const json item, checked_item(kind, one["item"]));
    std::string text = dump(item);
    if (text.size() > kMaxItemBytes) return Error{ErrorCode::kTooLarge, "an item is too large"};
    (*after)[{kind, text_of(item, "id")}] = std::move(text);
  }
  std::map<std::string, size_t> counts;
  for (const auto& [key, text] : *after) {
    const size_t most = key.first == "counters" ? kMaxCounters : kMaxItems;
    if (++counts[key.first] > most) {
      return Error{ErrorCode::kTooLarge,
                   "more than " + std::to_string(most) + " " + key.first + ": remove some first"};
    }
  }
  std::string file = "{\"version\":1";
  for (const char* kind : kKinds) {
    file += std::string(",\n\"") + kind + "\":[";
    bool first = true;
    for (const auto& [key, text] : *after) {
      if (key.first != kind) continue;
      file += (std::exchange(first, false) ? "\n" : ",\n") + text;
    }
    file += ']';
  }
  file += "}\n";
  if (file.size() > kMaxFileBytes)
    return Error{ErrorCode::kTooLarge, "no room for more: remove some first"};
  RETURN_IF_ERROR(files_.replace(path_, file));
  MutexLock lock(mutex_);
  items_ = std::move(after);
  ++version_;
  return {};
}

std::string SharedItems::text(std::string_view known_version, bool with_reports) const {
  std::shared_ptr<const Items> items;
  std::string version;
  {
    MutexLock lock(mutex_);
    items = items_;
    version = std::to_string(version_);
  }
  if (version == known_version) return "{\"version\":" + version + '}';
  std::string out = "{\"version\":" + version;
  for (const char* kind : kKinds) {
    out += std::string(",\"") + kind + "\":[";
    bool first = true;
    for (const auto& [key, text] : *items) {
      if (key.first != kind || (!with_reports && key.first == "reports")) continue;
      if (!std::exchange(first, false)) out += ',';
      out += text;
    }
    out += ']';
  }
  return out + '}';
}

std::vector<SharedItem> SharedItems::of_kind(std::string_view kind) const {
  std::shared_ptr<const Items> items;
  {
    MutexLock lock(mutex_);
    items = items_;
  }
  std::vector<SharedItem> out;
  for (const auto& [key, text] : *items) {
    if (key.first == kind) out.push_back({key.first, key.second, text});
  }
  return out;
}

}  // namespace logsvc::server
