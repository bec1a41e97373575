#include "server/api/detected_api.h"

#include <map>
#include <set>

#include "base/json_text.h"
#include "server/explore/detected_fields.h"
#include "server/explore/field_type.h"
#include "server/query/response_json.h"
#include "server/query/selection.h"
#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

constexpr uint64_t kDefaultLines = 100;
constexpr uint64_t kDefaultFields = 1000;

// Numbers and UUIDs identify single things, not kinds of things, unless the label is known to be
// worth showing or is a flag.
bool is_worth_showing(const std::string& name, const std::set<std::string>& values) {
  static const std::set<std::string> kAlways = {"cluster", "namespace", "instance", "pod"};
  if (kAlways.count(name)) return true;
  const auto all = [&](auto&& test) { return std::all_of(values.begin(), values.end(), test); };
  if (all([](const std::string& v) { return v == "0" || v == "1"; })) return true;
  return !all([](const std::string& v) { return is_number(v) || is_uuid(v); });
}

struct FieldsRequest {
  logql::RangeRequest sample;
  uint64_t max_fields = kDefaultFields;
};

Result<FieldsRequest> read_fields_request(const Params& params, Timestamp now) {
  FieldsRequest out;
  ASSIGN_OR_RETURN(const TimeRange range, params.range(now));
  if (range.end < range.start) {
    return invalid("end timestamp must not be before or equal to start time");
  }
  const char* name = params.text("limit").empty() ? "field_limit" : "limit";
  ASSIGN_OR_RETURN(out.max_fields, params.limit(kDefaultFields, name));
  out.sample.query = params.text("query");
  ASSIGN_OR_RETURN(out.sample.limit, params.limit(kDefaultLines, "line_limit"));
  ASSIGN_OR_RETURN(out.sample.step, params.step("step", default_step(range)));
  out.sample.start = range.start;
  out.sample.end = range.end;
  out.sample.categorize_labels = true;
  if (logql::is_metric_query(out.sample.query)) return invalid("only log selector is supported");
  return out;
}

struct Detected {
  std::vector<DetectedField> fields;
  std::vector<std::string> warnings;
};

Result<Detected> detect(const logql::Engine& engine, const FieldsRequest& request) {
  ASSIGN_OR_RETURN(const logql::QueryResult result, engine.range(request.sample));
  FieldDetector detector(request.max_fields);
  for (const auto& stream : std::get<logql::StreamsResult>(result.data).streams) {
    RETURN_IF_ERROR(detector.add(stream, request.sample.run));
  }
  ASSIGN_OR_RETURN(auto fields, detector.take(request.sample.run.cancellation));
  return Detected{std::move(fields), result.warnings};
}

void append_list(std::string& out, const auto& values) {
  out += '[';
  bool first = true;
  for (const std::string& value : values) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, value, JsonEscapes::kNeeded);
  }
  out += ']';
}

void append_field(std::string& out, const DetectedField& field) {
  out += "{\"label\":";
  append_json_string(out, field.name, JsonEscapes::kNeeded);
  out += ",\"type\":\"" + field.type + "\",\"cardinality\":" + std::to_string(field.values.size()) +
         ",\"parsers\":";
  if (field.parsers.empty()) {
    out += "null";
  } else {
    append_list(out, field.parsers);
  }
  if (!field.json_path.empty()) {
    out += ",\"jsonPath\":";
    append_list(out, field.json_path);
  }
  out += '}';
}

std::string fields_response(const Detected& detected, uint64_t limit) {
  const std::vector<DetectedField>& fields = detected.fields;
  if (fields.empty() && detected.warnings.empty()) return "{}\n";
  std::string out = "{\"fields\":[";
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i) out += ',';
    append_field(out, fields[i]);
  }
  out += "],\"limit\":" + std::to_string(limit);
  append_warnings(out, detected.warnings);
  return out + "}\n";
}

std::string field_values_response(const Detected& detected, const std::string& name,
                                  uint64_t limit) {
  const std::vector<DetectedField>& fields = detected.fields;
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const DetectedField& field) { return field.name == name; });
  if (found == fields.end() && detected.warnings.empty()) return "{}\n";
  std::set<std::string> offered;
  if (found != fields.end()) {
    for (const std::string& value : found->values) {
      offered.insert(found->parsers.empty() ? value : query_text(value));
    }
  }
  std::vector<std::string> values(offered.begin(), offered.end());
  if (values.size() > limit) values.resize(limit);
  std::string out = "{\"limit\":" + std::to_string(limit) + ",\"values\":";
  append_list(out, values);
  append_warnings(out, detected.warnings);
  return out + "}\n";
}

}  // namespace

void DetectedApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET POST", "/loki/api/v1/detected_labels", "loki_api_v1_detected_labels", A::kRead,
              handler(this, &DetectedApi::detected_labels)});
  routes.add({"GET POST", "/loki/api/v1/detected_fields", "loki_api_v1_detected_fields", A::kRead,
              handler(this, &DetectedApi::detected_fields)});
  routes.add({"GET POST", "/loki/api/v1/detected_field/{name}/values",
              "loki_api_v1_detected_field_name_values", A::kRead,
              handler(this, &DetectedApi::detected_field_values)});
}

void DetectedApi::detected_labels(const http::Request& request, http::Response& response,
                                  const Principal& principal) {
  const auto view = views_.of(principal);
  const auto selected =
      read_selection(Params(request), clock_.now(), {.query_required = false, .allow_all = true});
  if (!selected.ok()) return send_error(response, selected.error());
  std::vector<std::vector<Matcher>> groups;
  if (!selected->matchers.empty()) groups.push_back(selected->matchers);
  const auto series = view->source().series(selected->range, groups);
  if (!series.ok()) return send_error(response, series.error());
  std::map<std::string, std::set<std::string>> values;
  for (const LabelSet& labels : *series) {
    for (const Label& label : labels.labels()) values[label.name].insert(label.value);
  }
  std::string out;
  for (const auto& [name, of_label] : values) {
    if (!is_worth_showing(name, of_label)) continue;
    out += out.empty() ? "{\"detectedLabels\":[" : ",";
    out += "{\"label\":";
    append_json_string(out, name, JsonEscapes::kNeeded);
    out += ",\"cardinality\":" + std::to_string(of_label.size()) + "}";
  }
  send_json(response, out.empty() ? "{}\n" : out + "]}\n");
}

void DetectedApi::detected_fields(const http::Request& request, http::Response& response,
                                  const Principal& principal) {
  const auto view = views_.of(principal);
  auto wanted = read_fields_request(Params(request), clock_.now());
  if (!wanted.ok()) return send_error(response, wanted.error());
  queries_.answer(request, response, principal, [&](const logql::QueryRun& run) -> Status {
    wanted->sample.run = run;
    ASSIGN_OR_RETURN(const Detected detected, detect(view->engine(), *wanted));
    send_json(response, fields_response(detected, wanted->max_fields));
    return {};
  });
}

void DetectedApi::detected_field_values(const http::Request& request, http::Response& response,
                                        const Principal& principal) {
  const auto view = views_.of(principal);
  const auto wanted = read_fields_request(Params(request), clock_.now());
  if (!wanted.ok()) return send_error(response, wanted.error());
  queries_.answer(request, response, principal, [&](const logql::QueryRun& run) -> Status {
    FieldsRequest all = *wanted;
    all.sample.run = run;
    all.max_fields = std::numeric_limits<uint64_t>::max();
    ASSIGN_OR_RETURN(const Detected detected, detect(view->engine(), all));
    const std::string name = name_in_path(request.path);
    send_json(response, field_values_response(detected, name, wanted->max_fields));
    return {};
  });
}

}  // namespace logsvc::server
