#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "wire/otlp.h"
#include "wire/otlp_batch.h"

namespace logsvc::wire {
namespace {

using protozero::pbf_reader;

// Field numbers of opentelemetry.proto.
enum : protozero::pbf_tag_type {
  kRequestResourceLogs = 1,
  kResourceLogsResource = 1,
  kResourceLogsScopeLogs = 2,
  kResourceAttributes = 1,
  kScopeLogsScope = 1,
  kScopeLogsRecords = 2,
  kScopeName = 1,
  kScopeVersion = 2,
  kScopeAttributes = 3,
  kScopeDropped = 4,
  kRecordTime = 1,
  kRecordSeverityNumber = 2,
  kRecordSeverityText = 3,
  kRecordBody = 5,
  kRecordAttributes = 6,
  kRecordDropped = 7,
  kRecordFlags = 8,
  kRecordTraceId = 9,
  kRecordSpanId = 10,
  kRecordObservedTime = 11,
  kKeyValueKey = 1,
  kKeyValueValue = 2,
  kValueString = 1,
  kValueBool = 2,
  kValueInt = 3,
  kValueDouble = 4,
  kValueArray = 5,
  kValueMap = 6,
  kValueBytes = 7,
  kListValues = 1,
  kStatusMessage = 2,
};

struct TooDeep : protozero::exception {
  const char* what() const noexcept override { return "a value is nested too deeply"; }
};

OtlpMember read_member(pbf_reader in, int depth);

OtlpValue read_value(pbf_reader in, int depth) {
  if (depth > kMaxOtlpDepth) throw TooDeep();
  OtlpValue out;
  while (in.next()) {
    switch (in.tag()) {
      case kValueString:
        out.is = in.get_string();
        break;
      case kValueBool:
        out.is = in.get_bool();
        break;
      case kValueInt:
        out.is = in.get_int64();
        break;
      case kValueDouble:
        out.is = in.get_double();
        break;
      case kValueArray: {
        OtlpValue::List list;
        pbf_reader values = in.get_message();
        while (values.next(kListValues))
          list.push_back(read_value(values.get_message(), depth + 1));
        out.is = std::move(list);
        break;
      }
      case kValueMap: {
        OtlpValue::Map map;
        pbf_reader values = in.get_message();
        while (values.next(kListValues))
          map.push_back(read_member(values.get_message(), depth + 1));
        out.is = std::move(map);
        break;
      }
      case kValueBytes:
        out.is = OtlpValue::Bytes{in.get_bytes()};
        break;
      default:
        in.skip();
    }
  }
  return out;
}

OtlpMember read_member(pbf_reader in, int depth) {
  OtlpMember out;
  while (in.next()) {
    if (in.tag() == kKeyValueKey) {
      out.key = in.get_string();
    } else if (in.tag() == kKeyValueValue) {
      out.value = read_value(in.get_message(), depth);
    } else {
      in.skip();
    }
  }
  return out;
}

OtlpScope read_scope(pbf_reader in) {
  OtlpScope out;
  while (in.next()) {
    switch (in.tag()) {
      case kScopeName:
        out.name = in.get_string();
        break;
      case kScopeVersion:
        out.version = in.get_string();
        break;
      case kScopeAttributes:
        out.attributes.push_back(read_member(in.get_message(), 0));
        break;
      case kScopeDropped:
        out.dropped_attributes = in.get_uint32();
        break;
      default:
        in.skip();
    }
  }
  return out;
}

std::string read_id(pbf_reader& in) {
  const protozero::data_view bytes = in.get_view();
  return hex_text({bytes.data(), bytes.size()});
}

OtlpRecord read_record(pbf_reader in) {
  OtlpRecord out;
  while (in.next()) {
    switch (in.tag()) {
      case kRecordTime:
        out.time = in.get_fixed64();
        break;
      case kRecordObservedTime:
        out.observed_time = in.get_fixed64();
        break;
      case kRecordSeverityNumber:
        out.severity_number = in.get_enum();
        break;
      case kRecordSeverityText:
        out.severity_text = in.get_string();
        break;
      case kRecordBody:
        out.body = read_value(in.get_message(), 0);
        break;
      case kRecordAttributes:
        out.attributes.push_back(read_member(in.get_message(), 0));
        break;
      case kRecordDropped:
        out.dropped_attributes = in.get_uint32();
        break;
      case kRecordFlags:
        out.flags = in.get_fixed32();
        break;
      case kRecordTraceId:
        out.trace_id = read_id(in);
        break;
      case kRecordSpanId:
        out.span_id = read_id(in);
        break;
      default:
        in.skip();
    }
  }
  return out;
}

// Fields may come in any order, so what describes is read before what it describes.
Status read_scope_logs(pbf_reader in, OtlpBatch& batch) {
  OtlpScope scope;
  for (pbf_reader first = in; first.next(kScopeLogsScope);) scope = read_scope(first.get_message());
  batch.scope(scope);
  while (in.next(kScopeLogsRecords)) {
    RETURN_IF_ERROR(batch.record(read_record(in.get_message())));
  }
  return {};
}

Status read_resource_logs(pbf_reader in, OtlpBatch& batch) {
  OtlpValue::Map attributes;
  for (pbf_reader first = in; first.next(kResourceLogsResource);) {
    pbf_reader resource = first.get_message();
    while (resource.next(kResourceAttributes)) {
      attributes.push_back(read_member(resource.get_message(), 0));
    }
  }
  batch.resource(attributes);
  while (in.next(kResourceLogsScopeLogs)) {
    RETURN_IF_ERROR(read_scope_logs(in.get_message(), batch));
  }
  return {};
}

}  // namespace

Result<Batch> decode_otlp_protobuf(std::string body, Timestamp now, const OtlpLimits& limits) {
  OtlpBatch batch(now, limits);
  try {
    pbf_reader in(body.data(), body.size());
    while (in.next()) {
      if (in.tag() == kRequestResourceLogs) {
        RETURN_IF_ERROR(read_resource_logs(in.get_message(), batch));
      } else {
        in.skip();
      }
    }
  } catch (const protozero::end_of_buffer_exception&) {
    return invalid("unexpected EOF");
  } catch (const protozero::exception& e) {
    return invalid(std::string("proto: ") + e.what());
  }
  return batch.take();
}

std::string encode_rpc_status(const std::string& message) {
  std::string out;
  protozero::pbf_writer(out).add_string(kStatusMessage, message);
  return out;
}

}  // namespace logsvc::wire
