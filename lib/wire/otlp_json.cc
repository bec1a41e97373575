#include <simdjson.h>

#include <algorithm>
#include <array>

#include "wire/json_message.h"
#include "wire/otlp.h"
#include "wire/otlp_batch.h"

namespace logsvc::wire {
namespace {

using Element = simdjson::dom::element;

constexpr size_t kTraceIdBytes = 16, kSpanIdBytes = 8;

// Reads a number, or its name: SEVERITY_NUMBER_ERROR is 17, SEVERITY_NUMBER_ERROR2 18.
Status read_severity(const Element& value, const BodyPath& at, int64_t& out) {
  static constexpr std::string_view kPrefix = "SEVERITY_NUMBER_";
  static constexpr std::array<std::string_view, 6> kNames = {"TRACE", "DEBUG", "INFO",
                                                             "WARN",  "ERROR", "FATAL"};
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS || !text.starts_with(kPrefix))
    return read_number(value, at, out);
  text.remove_prefix(kPrefix.size());
  out = 0;
  if (text == "UNSPECIFIED") return {};
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (!text.starts_with(kNames[i])) continue;
    const std::string_view rest = text.substr(kNames[i].size());
    const bool numbered = rest.size() == 1 && rest[0] >= '2' && rest[0] <= '4';
    if (!rest.empty() && !numbered) break;
    out = static_cast<int64_t>(4 * i + 1) + (numbered ? rest[0] - '1' : 0);
    return {};
  }
  return wrong(at, "the name or the number of a severity", value);
}

Status read_value(const Element& value, const BodyPath& at, int depth, OtlpValue& out);

Status read_member(const Element& value, const BodyPath& at, int depth, OtlpMember& out) {
  Expected expected("\"key\"");
  const auto use = [&](std::string_view name, const Element& part,
                       const BodyPath& place) -> Status {
    if (name == "key") {
      expected.found();
      return read_text(part, place, out.key);
    }
    if (name == "value") return read_value(part, place, depth, out.value);
    expected.other(name);
    return {};
  };
  RETURN_IF_ERROR(for_members(value, at, use));
  return expected.check(at);
}

Status read_members(const Element& list, const BodyPath& at, int depth, OtlpValue::Map& out) {
  return for_elements(list, at, [&](const Element& element, const BodyPath& place) {
    return read_member(element, place, depth, out.emplace_back());
  });
}

Status read_items(const Element& list, const BodyPath& at, int depth, OtlpValue::List& out) {
  return for_elements(list, at, [&](const Element& element, const BodyPath& place) {
    return read_value(element, place, depth, out.emplace_back());
  });
}

// Reads {"values":[…]}.
template <typename Container, typename Read>
Status read_values(const Element& value, const BodyPath& at, int depth, const Read& read,
                   Container& out) {
  Expected expected("\"values\"");
  const auto use = [&](std::string_view name, const Element& part,
                       const BodyPath& place) -> Status {
    if (name != "values") {
      expected.other(name);
      return {};
    }
    expected.found();
    return read(part, place, depth + 1, out);
  };
  RETURN_IF_ERROR(for_members(value, at, use));
  return expected.check(at);
}

// Returns false if the member does not belong to a value.
Result<bool> read_variant(std::string_view name, const Element& part, const BodyPath& at, int depth,
                          OtlpValue& out) {
  Status read;
  if (is_named(name, "stringValue") || is_named(name, "bytesValue")) {  // base64 already
    read = read_text(part, at, out.is.emplace<std::string>());
  } else if (is_named(name, "intValue")) {
    read = read_number(part, at, out.is.emplace<int64_t>());
  } else if (is_named(name, "doubleValue")) {
    read = read_double(part, at, out.is.emplace<double>());
  } else if (is_named(name, "boolValue")) {
    if (part.get(out.is.emplace<bool>()) != simdjson::SUCCESS)
      return wrong(at, "true or false", part);
  } else if (is_named(name, "arrayValue")) {
    read = read_values(part, at, depth, read_items, out.is.emplace<OtlpValue::List>());
  } else if (is_named(name, "kvlistValue")) {
    read = read_values(part, at, depth, read_members, out.is.emplace<OtlpValue::Map>());
  } else {
    return false;
  }
  if (!read.ok()) return read.error();
  return true;
}

Status read_value(const Element& value, const BodyPath& at, int depth, OtlpValue& out) {
  if (depth > kMaxOtlpDepth) return invalid("a value is nested too deeply");
  Expected expected("a value such as {\"stringValue\":\"…\"}");
  const auto use = [&](std::string_view name, const Element& part,
                       const BodyPath& place) -> Status {
    ASSIGN_OR_RETURN(const bool known, read_variant(name, part, place, depth, out));
    known ? expected.found() : expected.other(name);
    return {};
  };
  RETURN_IF_ERROR(for_members(value, at, use));
  return expected.check(at);
}

Status read_scope(const Element& scope, const BodyPath& at, OtlpScope& out) {
  return for_members(scope, at, [&](std::string_view name, const Element& part, const BodyPath& p) {
    if (name == "name") return read_text(part, p, out.name);
    if (name == "version") return read_text(part, p, out.version);
    if (name == "attributes") return read_members(part, p, 0, out.attributes);
    if (is_named(name, "droppedAttributesCount"))
      return read_number(part, p, out.dropped_attributes);
    return Status();
  });
}

Status read_record(const Element& record, const BodyPath& at, OtlpRecord& out) {
  return for_members(record, at,
                     [&](std::string_view name, const Element& part, const BodyPath& p) {
                       if (is_named(name, "timeUnixNano")) return read_number(part, p, out.time);
                       if (is_named(name, "observedTimeUnixNano"))
                         return read_number(part, p, out.observed_time);
                       if (is_named(name, "severityNumber"))
                         return read_severity(part, p, out.severity_number);
                       if (is_named(name, "severityText"))
                         return read_text(part, p, out.severity_text);
                       if (is_named(name, "droppedAttributesCount"))
                         return read_number(part, p, out.dropped_attributes);
                       if (is_named(name, "traceId"))
                         return read_id(part, p, kTraceIdBytes, out.trace_id);
                       if (is_named(name, "spanId"))
                         return read_id(part, p, kSpanIdBytes, out.span_id);
                       if (name == "flags") return read_number(part, p, out.flags);
                       if (name == "body") return read_value(part, p, 0, out.body);
                       if (name == "attributes") return read_members(part, p, 0, out.attributes);
                       return Status();
                     });
}

// Calls describe for what stands beside a list and describes its elements, wherever it stands;
// describe returns false for unknown names.
template <typename Describe>
Status read_beside(const Element& value, const BodyPath& at, const char* list,
                   const Describe& describe) {
  Expected expected(list);
  const auto use = [&](std::string_view name, const Element& part,
                       const BodyPath& place) -> Status {
    if (is_named(name, list)) {
      expected.found();
      return {};
    }
    ASSIGN_OR_RETURN(const bool known, describe(name, part, place));
    if (!known) expected.other(name);
    return {};
  };
  RETURN_IF_ERROR(for_members(value, at, use));
  return expected.check(at);
}

template <typename Use>
Status read_list(const Element& value, const BodyPath& at, const char* list, const Use& use) {
  return for_members(value, at, [&](std::string_view name, const Element& part, const BodyPath& p) {
    return is_named(name, list) ? for_elements(part, p, use) : Status();
  });
}

Status read_scope_logs(const Element& scope_logs, const BodyPath& at, OtlpBatch& batch) {
  OtlpScope scope;
  const auto describe = [&](std::string_view name, const Element& part,
                            const BodyPath& place) -> Result<bool> {
    if (name != "scope") return is_named(name, "schemaUrl");
    RETURN_IF_ERROR(read_scope(part, place, scope));
    return true;
  };
  RETURN_IF_ERROR(read_beside(scope_logs, at, "logRecords", describe));
  batch.scope(scope);
  const auto use = [&](const Element& element, const BodyPath& place) -> Status {
    OtlpRecord record;
    RETURN_IF_ERROR(read_record(element, place, record));
    return batch.record(record);
  };
  return read_list(scope_logs, at, "logRecords", use);
}

Status read_resource(const Element& resource, const BodyPath& at, OtlpValue::Map& attributes) {
  return for_members(
      resource, at, [&](std::string_view name, const Element& part, const BodyPath& p) {
        return name == "attributes" ? read_members(part, p, 0, attributes) : Status();
      });
}

Status read_resource_logs(const Element& resource_logs, const BodyPath& at, OtlpBatch& batch) {
  OtlpValue::Map attributes;
  const auto describe = [&](std::string_view name, const Element& part,
                            const BodyPath& place) -> Result<bool> {
    if (name != "resource") return is_named(name, "schemaUrl");
    RETURN_IF_ERROR(read_resource(part, place, attributes));
    return true;
  };
  RETURN_IF_ERROR(read_beside(resource_logs, at, "scopeLogs", describe));
  batch.resource(attributes);
  const auto use = [&](const Element& element, const BodyPath& place) {
    return read_scope_logs(element, place, batch);
  };
  return read_list(resource_logs, at, "scopeLogs", use);
}

}  // namespace

Result<Batch> decode_otlp_json(std::string body, Timestamp now, const OtlpLimits& limits) {
  simdjson::dom::parser parser;
  ASSIGN_OR_RETURN(const Element root, parse_json(body, parser, "the body"));
  if (!root.is_object()) return invalid("the body is not a JSON object");
  const auto nothing = [](std::string_view, const Element&, const BodyPath&) -> Result<bool> {
    return false;
  };
  RETURN_IF_ERROR(read_beside(root, BodyPath(), "resourceLogs", nothing));
  OtlpBatch batch(now, limits);
  const auto use = [&](const Element& element, const BodyPath& place) {
    return read_resource_logs(element, place, batch);
  };
  RETURN_IF_ERROR(read_list(root, BodyPath(), "resourceLogs", use));
  return batch.take();
}

}  // namespace logsvc::wire
