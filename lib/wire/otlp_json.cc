#include <simdjson.h>

#include <cctype>
#include <charconv>

#include "base/utf8.h"
#include "wire/otlp.h"
#include "wire/otlp_batch.h"

namespace logsvc::wire {
namespace {

namespace dom = simdjson::dom;

// Members are taken as absent unless they have the type the protocol names.
template <typename Use>
Status for_each(const dom::element& object, const char* name, const Use& use) {
  dom::array array;
  if (object[name].get(array) != simdjson::SUCCESS) return {};
  for (const dom::element element : array) RETURN_IF_ERROR(use(element));
  return {};
}

std::string text_of(const dom::element& object, const char* name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

// 64-bit integers come as numbers or as strings.
template <typename T>
T number_of(const dom::element& element) {
  std::string_view text;
  T value = 0;
  if (element.get(text) == simdjson::SUCCESS) {
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }
  int64_t whole = 0;
  uint64_t natural = 0;
  if (element.get(whole) == simdjson::SUCCESS) return static_cast<T>(whole);
  if (element.get(natural) == simdjson::SUCCESS) return static_cast<T>(natural);
  return 0;
}

template <typename T>
T number_of(const dom::element& object, const char* name) {
  dom::element element;
  return object[name].get(element) == simdjson::SUCCESS ? number_of<T>(element) : T(0);
}

std::string hex_id(const dom::element& object, const char* name) {
  std::string id = text_of(object, name);
  for (char& c : id) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return id;
}

Status read_members(const dom::element& object, const char* name, int depth, OtlpValue::Map& out);

Result<OtlpValue> read_value(const dom::element& value, int depth) {
  if (depth > kMaxOtlpDepth) return invalid("a value is nested too deeply");
  OtlpValue out;
  dom::element part;
  bool flag = false;
  if (value["stringValue"].get(part) == simdjson::SUCCESS) {
    out.is = text_of(value, "stringValue");
  } else if (value["boolValue"].get(flag) == simdjson::SUCCESS) {
    out.is = flag;
  } else if (value["intValue"].get(part) == simdjson::SUCCESS) {
    out.is = number_of<int64_t>(part);
  } else if (value["doubleValue"].get(part) == simdjson::SUCCESS) {
    double number = 0;
    if (part.get(number) != simdjson::SUCCESS) number = number_of<double>(part);
    out.is = number;
  } else if (value["bytesValue"].get(part) == simdjson::SUCCESS) {
    out.is = text_of(value, "bytesValue");  // base64 already
  } else if (value["arrayValue"].get(part) == simdjson::SUCCESS) {
    OtlpValue::List list;
    RETURN_IF_ERROR(for_each(part, "values", [&](const dom::element& element) -> Status {
      ASSIGN_OR_RETURN(OtlpValue item, read_value(element, depth + 1));
      list.push_back(std::move(item));
      return {};
    }));
    out.is = std::move(list);
  } else if (value["kvlistValue"].get(part) == simdjson::SUCCESS) {
    OtlpValue::Map map;
    RETURN_IF_ERROR(read_members(part, "values", depth + 1, map));
    out.is = std::move(map);
  }
  return out;
}

Status read_members(const dom::element& object, const char* name, int depth, OtlpValue::Map& out) {
  return for_each(object, name, [&](const dom::element& element) -> Status {
    OtlpMember member;
    member.key = text_of(element, "key");
    dom::element value;
    if (element["value"].get(value) == simdjson::SUCCESS) {
      ASSIGN_OR_RETURN(member.value, read_value(value, depth));
    }
    out.push_back(std::move(member));
    return {};
  });
}

Result<OtlpScope> read_scope(const dom::element& scope_logs) {
  OtlpScope out;
  dom::element scope;
  if (scope_logs["scope"].get(scope) != simdjson::SUCCESS) return out;
  out.name = text_of(scope, "name");
  out.version = text_of(scope, "version");
  out.dropped_attributes = number_of<uint32_t>(scope, "droppedAttributesCount");
  RETURN_IF_ERROR(read_members(scope, "attributes", 0, out.attributes));
  return out;
}

Result<OtlpRecord> read_record(const dom::element& record) {
  OtlpRecord out;
  out.time = number_of<uint64_t>(record, "timeUnixNano");
  out.observed_time = number_of<uint64_t>(record, "observedTimeUnixNano");
  out.severity_number = number_of<int64_t>(record, "severityNumber");
  out.severity_text = text_of(record, "severityText");
  out.dropped_attributes = number_of<uint32_t>(record, "droppedAttributesCount");
  out.flags = number_of<uint32_t>(record, "flags");
  out.trace_id = hex_id(record, "traceId");
  out.span_id = hex_id(record, "spanId");
  dom::element body;
  if (record["body"].get(body) == simdjson::SUCCESS) {
    ASSIGN_OR_RETURN(out.body, read_value(body, 0));
  }
  RETURN_IF_ERROR(read_members(record, "attributes", 0, out.attributes));
  return out;
}

Status read_resource_logs(const dom::element& resource_logs, OtlpBatch& batch) {
  OtlpValue::Map attributes;
  dom::element resource;
  if (resource_logs["resource"].get(resource) == simdjson::SUCCESS) {
    RETURN_IF_ERROR(read_members(resource, "attributes", 0, attributes));
  }
  batch.resource(attributes);
  return for_each(resource_logs, "scopeLogs", [&](const dom::element& scope_logs) -> Status {
    ASSIGN_OR_RETURN(const OtlpScope scope, read_scope(scope_logs));
    batch.scope(scope);
    return for_each(scope_logs, "logRecords", [&](const dom::element& element) -> Status {
      ASSIGN_OR_RETURN(const OtlpRecord record, read_record(element));
      return batch.record(record);
    });
  });
}

}  // namespace

Result<Batch> decode_otlp_json(std::string body, Timestamp now, const OtlpLimits& limits) {
  dom::parser parser;
  dom::element root;
  auto failure = parser.parse(body).get(root);
  if (failure == simdjson::UTF8_ERROR) {
    body = repair_utf8(body);
    failure = parser.parse(body).get(root);
  }
  if (failure != simdjson::SUCCESS) {
    return invalid(std::string("cannot read the body as JSON: ") +
                   simdjson::error_message(failure));
  }
  if (!root.is_object()) return invalid("the body is not a JSON object");
  OtlpBatch batch(now, limits);
  RETURN_IF_ERROR(for_each(root, "resourceLogs", [&](const dom::element& resource_logs) {
    return read_resource_logs(resource_logs, batch);
  }));
  return batch.take();
}

}  // namespace logsvc::wire
