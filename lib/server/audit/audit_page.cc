#include "server/audit/audit_page.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/any_case.h"
#include "base/json_text.h"

namespace logsvc::server {
namespace {

using nlohmann::ordered_json;

constexpr const char* kTexts[] = {"event", "user", "role", "address", "outcome"};

bool has_text(const ordered_json& value, const std::string& lower) {
  if (value.is_string()) {
    return ascii_lowered(value.get_ref<const std::string&>()).find(lower) != std::string::npos;
  }
  return value.is_array() && std::any_of(value.begin(), value.end(),
                                         [&](const auto& one) { return has_text(one, lower); });
}

// Whether the text stands in a line as it stands in the value.
bool is_plain(const std::string& text) {
  std::string written;
  append_json_string(written, text, JsonEscapes::kNeeded);
  return written.size() == text.size() + 2;
}

class Filter {
 public:
  explicit Filter(const AuditRequest& request)
      : user_(request.user), lower_(ascii_lowered(request.text)) {}

  // What a line surely has that holds an event of interest.
  LinePredicate hint() const {
    std::vector<LinePredicate> parts;
    if (!user_.empty()) {
      std::string text = "\"user\":";
      append_json_string(text, user_, JsonEscapes::kNeeded);
      parts.push_back(LinePredicate::contains(std::move(text)));
    }
    if (!lower_.empty() && is_plain(lower_)) {
      parts.push_back(LinePredicate::contains_any_case(lower_));
    }
    return LinePredicate::all_of(std::move(parts));
  }

  bool passes(const ordered_json& event) const {
    for (const char* name : kTexts) {
      const auto found = event.find(name);
      if (found == event.end() || !found->is_string()) return false;
    }
    if (!user_.empty() && event["user"] != user_) return false;
    return lower_.empty() || std::any_of(event.begin(), event.end(), [&](const auto& value) {
             return has_text(value, lower_);
           });
  }

 private:
  const std::string user_;
  const std::string lower_;
};

std::string shown(ordered_json event, Timestamp time) {
  ordered_json out;
  out["timeMs"] = time / kMillisecond;
  for (const char* name : kTexts) {
    out[name] = std::move(event[name]);
    event.erase(name);
  }
  out["detail"] = std::move(event);
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Result<SelectQuery> selection(const AuditRequest& request, const Filter& filter) {
  SelectQuery out;
  out.range = request.range;
  if (request.before) {
    out.range.end = std::min(out.range.end, add_saturated(request.before->time, 1));
  }
  out.direction = Direction::kBackward;
  out.lines = filter.hint();
  out.limit_hint = request.limit;
  out.stop = request.stop;
  if (request.kind) {
    ASSIGN_OR_RETURN(Matcher event, Matcher::make(MatchType::kEqual, "event",
                                                  std::string(audit_name(*request.kind))));
    out.matchers.push_back(std::move(event));
  }
  return out;
}

}  // namespace

std::string AuditCursor::text() const {
  return std::to_string(time) + "-" + std::to_string(passed);
}

std::optional<AuditCursor> AuditCursor::parse(const std::string& text) {
  AuditCursor out;
  const char* const end = text.data() + text.size();
  const auto time = std::from_chars(text.data(), end, out.time);
  if (time.ec != std::errc() || time.ptr == end || *time.ptr != '-') return std::nullopt;
  const auto passed = std::from_chars(time.ptr + 1, end, out.passed);
  if (passed.ec != std::errc() || passed.ptr != end) return std::nullopt;
  return out;
}

Result<AuditPage> read_audit(const LogSource& log, const AuditRequest& request) {
  const Filter filter(request);
  ASSIGN_OR_RETURN(const SelectQuery query, selection(request, filter));
  ASSIGN_OR_RETURN(const auto found, log.select(query));
  AuditPage out;
  AuditCursor at = request.before.value_or(AuditCursor{});
  uint64_t skip = at.passed, shown_entries = 0, scanned = 0;
  while (found->next()) {
    const Entry& entry = found->entry();
    if (request.before && entry.timestamp == request.before->time && skip > 0) {
      --skip;
      continue;
    }
    const auto event = ordered_json::parse(entry.line, nullptr, false);
    const bool wanted = event.is_object() && filter.passes(event);
    const bool full = shown_entries == request.limit || out.entries.size() > kMaxAuditPage;
    if ((wanted && full) || ++scanned > kMaxAuditScan) {
      out.next = at;
      break;
    }
    at = {entry.timestamp, entry.timestamp == at.time ? at.passed + 1 : 1};
    if (!wanted) continue;
    if (shown_entries++ > 0) out.entries += ',';
    out.entries += shown(event, entry.timestamp);
  }
  RETURN_IF_ERROR(found->status());
  return out;
}

}  // namespace logsvc::server
