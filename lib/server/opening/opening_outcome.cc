#include "server/opening/opening_outcome.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace logsvc::server {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 4> kVerdicts = {"running", "good", "errors", "bad"};
constexpr std::array<std::string_view, 5> kWhats = {"silent", "errors", "manyErrors", "ended",
                                                    "noSuccess"};

json ms_of(const std::optional<Duration>& span) {
  return span ? json(*span / kMillisecond) : json();
}

void judge_service(const ServiceOutcome& s, bool over, std::vector<Reason>& reasons) {
  if (s.lines == 0 && over) reasons.push_back({Reason::What::kSilent, s.name, 0});
  if (s.ends > 0) reasons.push_back({Reason::What::kEnded, s.name, s.ends});
  if (s.errors == 0) return;
  // Among few lines the first error is not yet a significant share.
  const bool many = s.errors * kLinesPerError > s.lines && (over || s.lines >= kLinesPerError);
  reasons.push_back({many ? Reason::What::kManyErrors : Reason::What::kErrors, s.name, s.errors});
}

template <size_t n>
bool is_one_of(const json& value, const std::array<std::string_view, n>& names) {
  return value.is_string() &&
         std::find(names.begin(), names.end(), value.get_ref<const std::string&>()) != names.end();
}

bool is_count(const json& value) { return value.is_number_unsigned(); }
bool is_span(const json& value) { return value.is_null() || value.is_number_integer(); }
bool is_name(const json& value) { return value.is_string(); }

bool is_service(const json& s) {
  return s.is_object() && s.size() == 6 && is_name(s.value("name", json())) &&
         is_span(s.value("firstLineMs", json("none"))) && is_count(s.value("lines", json())) &&
         is_count(s.value("errors", json())) && is_count(s.value("peak", json())) &&
         is_count(s.value("ends", json()));
}

bool is_success(const json& s) {
  return s.is_null() || (s.is_object() && s.size() == 2 && is_count(s.value("count", json())) &&
                         is_span(s.value("firstMs", json("none"))));
}

bool is_reason(const json& r) {
  return r.is_object() && r.size() == 3 && is_one_of(r.value("what", json()), kWhats) &&
         is_name(r.value("service", json())) && is_count(r.value("count", json()));
}

bool is_list_of(const json& value, bool (*fits)(const json&)) {
  return value.is_array() && std::all_of(value.begin(), value.end(), fits);
}

}  // namespace

Judgement judge(const OpeningOutcome& outcome) {
  Judgement out;
  for (const ServiceOutcome& s : outcome.services) judge_service(s, outcome.over, out.reasons);
  if (outcome.over && outcome.successes && outcome.successes->count == 0) {
    out.reasons.push_back({Reason::What::kNoSuccess, "", 0});
  }
  const bool bad = std::any_of(out.reasons.begin(), out.reasons.end(),
                               [](const Reason& r) { return r.what != Reason::What::kErrors; });
  // Nobody was expected and nobody logged: nothing opened.
  if (bad || (outcome.over && outcome.services.empty())) {
    out.verdict = Verdict::kBad;
  } else if (!outcome.over) {
    out.verdict = Verdict::kRunning;
  } else {
    out.verdict = out.reasons.empty() ? Verdict::kGood : Verdict::kErrors;
  }
  return out;
}

json opening_json(const OpeningOutcome& outcome, size_t most_services) {
  const Judgement judgement = judge(outcome);
  json services = json::array(), reasons = json::array();
  for (const ServiceOutcome& s : outcome.services) {
    if (services.size() == most_services) break;
    services.push_back({{"name", s.name},
                        {"firstLineMs", ms_of(s.first_line)},
                        {"lines", s.lines},
                        {"errors", s.errors},
                        {"peak", s.peak},
                        {"ends", s.ends}});
  }
  for (const Reason& r : judgement.reasons) {
    if (reasons.size() == most_services) break;
    reasons.push_back({{"what", kWhats[static_cast<size_t>(r.what)]},
                       {"service", r.service},
                       {"count", r.count}});
  }
  json success;
  if (outcome.successes) {
    success = {{"count", outcome.successes->count}, {"firstMs", ms_of(outcome.successes->first)}};
  }
  return {{"verdict", kVerdicts[static_cast<size_t>(judgement.verdict)]},
          {"over", outcome.over},
          {"more", outcome.services.size() - services.size()},
          {"services", std::move(services)},
          {"success", std::move(success)},
          {"reasons", std::move(reasons)}};
}

Status check_opening_json(const json& value) {
  const auto wrong = [](const char* name) {
    return Error{ErrorCode::kInvalid,
                 std::string("\"result\": \"") + name + "\" is not as the server writes it"};
  };
  if (!value.is_object() || value.size() != 6) return wrong("result");
  if (!is_one_of(value.value("verdict", json()), kVerdicts)) return wrong("verdict");
  if (!value.value("over", json()).is_boolean()) return wrong("over");
  if (!is_count(value.value("more", json()))) return wrong("more");
  if (!is_list_of(value.value("services", json()), is_service)) return wrong("services");
  if (!is_success(value.value("success", json("none")))) return wrong("success");
  if (!is_list_of(value.value("reasons", json()), is_reason)) return wrong("reasons");
  return {};
}

}  // namespace logsvc::server
