#include "wire/otlp.h"

#include <doctest/doctest.h>

#include <cmath>
#include <protozero/pbf_writer.hpp>

#include "support/batches.h"
#include "wire/otlp_value.h"

namespace logsvc::wire {
namespace {

using namespace logsvc::testing;
using protozero::pbf_writer;

constexpr Timestamp kNow = 1'800'000'000 * kSecond;

void add_text_member(pbf_writer& out, unsigned tag, const char* key, const char* text) {
  pbf_writer member(out, tag);
  member.add_string(1, key);
  pbf_writer value(member, 2);
  value.add_string(1, text);
}

// A request with one record that has every field.
std::string request() {
  std::string out;
  pbf_writer root(out);
  pbf_writer resource_logs(root, 1);
  {
    // The scope comes before the resource it belongs to: any order is allowed.
    pbf_writer scope_logs(resource_logs, 2);
    {
      pbf_writer record(scope_logs, 2);
      record.add_fixed64(1, 1'700'000'000'000'000'005);
      record.add_fixed64(11, 1'700'000'000'000'000'009);
      record.add_enum(2, 17);
      record.add_string(3, "ERROR");
      {
        pbf_writer body(record, 5);
        body.add_string(1, "it broke");
      }
      add_text_member(record, 6, "http.path", "/a");
      {
        pbf_writer member(record, 6);
        member.add_string(1, "m");
        pbf_writer value(member, 2);
        pbf_writer map(value, 6);
        pbf_writer inner(map, 1);
        inner.add_string(1, "x");
        pbf_writer number(inner, 2);
        number.add_int64(3, 7);
      }
      record.add_uint32(7, 2);
      record.add_fixed32(8, 1);
      record.add_bytes(9, "\x01\xAB", 2);
      record.add_bytes(10, "\xFF", 1);
    }
    pbf_writer scope(scope_logs, 1);
    scope.add_string(1, "lib");
    scope.add_string(2, "1.0");
  }
  pbf_writer resource(resource_logs, 1);
  add_text_member(resource, 1, "service.name", "shop");
  add_text_member(resource, 1, "host.name", "h1");
  return out;
}

const Labels kMetadata = {{"dropped_attributes_count", "2"},
                          {"flags", "1"},
                          {"host_name", "h1"},
                          {"http_path", "/a"},
                          {"m_x", "7"},
                          {"observed_timestamp", "1700000000000000009"},
                          {"scope_name", "lib"},
                          {"scope_version", "1.0"},
                          {"severity_number", "17"},
                          {"severity_text", "ERROR"},
                          {"span_id", "ff"},
                          {"trace_id", "01ab"}};

std::string nested(int depth) {
  std::string opened, closed;
  for (int i = 0; i < depth; ++i) {
    opened += R"({"arrayValue":{"values":[)";
    closed += "]}}";
  }
  return R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":)" + opened +
         R"({"stringValue":"x"})" + closed + "}]}]}]}";
}

}  // namespace

TEST_SUITE_BEGIN("wire");

TEST_CASE("an OTLP record in protobuf becomes an entry with labels and metadata") {
  const auto batch = decode_otlp_protobuf(request(), kNow, {});
  REQUIRE(batch.ok());
  REQUIRE(batch->streams.size() == 1);
  CHECK(batch->streams[0].labels.to_string() == "{service_name=\"shop\"}");
  REQUIRE(batch->streams[0].entries.size() == 1);
  const Line line = to_line(batch->streams[0].entries[0]);
  CHECK(line == Line{1'700'000'000'000'000'005, "it broke", kMetadata});
}

TEST_CASE("the same record as OTLP/JSON") {
  const auto batch = decode_otlp_json(R"({"resourceLogs":[{"resource":{"attributes":[
      {"key":"service.name","value":{"stringValue":"shop"}},
      {"key":"host.name","value":{"stringValue":"h1"}}]},
      "scopeLogs":[{"scope":{"name":"lib","version":"1.0"},"logRecords":[{
        "timeUnixNano":"1700000000000000005","observedTimeUnixNano":1700000000000000009,
        "severityNumber":17,"severityText":"ERROR","body":{"stringValue":"it broke"},
        "attributes":[{"key":"http.path","value":{"stringValue":"/a"}},
          {"key":"m","value":{"kvlistValue":{"values":[{"key":"x","value":{"intValue":"7"}}]}}}],
        "droppedAttributesCount":2,"flags":1,"traceId":"01AB","spanId":"ff"}]}]}]})",
                                      kNow, {});
  REQUIRE(batch.ok());
  CHECK(batch->streams[0].labels.to_string() == "{service_name=\"shop\"}");
  CHECK(to_line(batch->streams[0].entries[0]) ==
        Line{1'700'000'000'000'000'005, "it broke", kMetadata});
}

TEST_CASE("OTLP/JSON in the names of the proto, with enums by name and ids in base64") {
  const auto batch = decode_otlp_json(R"({"resource_logs":[{"scope_logs":[{"log_records":[{
        "time_unix_nano":"1700000000000000005","observed_time_unix_nano":1700000000000000009,
        "severity_number":"SEVERITY_NUMBER_ERROR","severity_text":"ERROR",
        "body":{"string_value":"it broke"},
        "attributes":[{"key":"http.path","value":{"string_value":"/a"}},
          {"key":"m","value":{"kvlist_value":{"values":[{"key":"x","value":{"int_value":"7"}}]}}}],
        "dropped_attributes_count":2,"flags":1,"trace_id":"AQIDBAUGBwgJCgsMDQ4PEA==","span_id":"ff"}],
        "scope":{"name":"lib","version":"1.0"}}],
      "resource":{"attributes":[
        {"key":"service.name","value":{"string_value":"shop"}},
        {"key":"host.name","value":{"string_value":"h1"}}]}}]})",
                                      kNow, {});
  REQUIRE_MESSAGE(batch.ok(), (batch.ok() ? "" : batch.error().message));
  CHECK(batch->streams[0].labels.to_string() == "{service_name=\"shop\"}");
  Labels metadata = kMetadata;
  metadata.back().value = "0102030405060708090a0b0c0d0e0f10";
  CHECK(to_line(batch->streams[0].entries[0]) ==
        Line{1'700'000'000'000'000'005, "it broke", metadata});
}

TEST_CASE("what has the wrong type or name in OTLP/JSON is refused by its place") {
  const auto fault = [](const std::string& record) {
    const auto batch = decode_otlp_json(
        R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{},)" + record + "]}]}]}", kNow, {});
    if (batch.ok()) return std::string();
    const std::string place = "resourceLogs[0].scopeLogs[0].logRecords[1]";
    CHECK_MESSAGE(batch.error().message.starts_with(place), batch.error().message);
    return batch.error().message.substr(std::min(place.size(), batch.error().message.size()));
  };
  CHECK(fault(R"({"timeUnixNano":true})") ==
        ".timeUnixNano: expected a whole number of 64 bits, found true");
  CHECK(fault(R"({"timeUnixNano":"12x"})").find("found \"12x\"") != std::string::npos);
  CHECK(fault(R"({"timeUnixNano":-1})").find("timeUnixNano") != std::string::npos);
  CHECK(fault(R"({"severityNumber":"LOUD"})").find("severityNumber") != std::string::npos);
  CHECK(fault(R"({"severityText":5})") == ".severityText: expected a string, found 5");
  CHECK(fault(R"({"body":"text"})") == ".body: expected an object, found \"text\"");
  CHECK(fault(R"({"body":{"strValue":"x"}})") ==
        ".body: expected a value such as {\"stringValue\":\"…\"}, found only \"strValue\"");
  CHECK(fault(R"({"body":{"stringValue":["x"]}})") ==
        ".body.stringValue: expected a string, found a list");
  CHECK(fault(R"({"body":{"arrayValue":{"values":{"a":1}}}})").find("expected a list") !=
        std::string::npos);
  CHECK(fault(R"({"attributes":{"a":"b"}})") == ".attributes: expected a list, found an object");
  CHECK(fault(R"({"attributes":[{"name":"a","value":{"intValue":1}}]})") ==
        ".attributes[0]: expected \"key\", found only \"name\"");
  CHECK(fault(R"({"traceId":"not hexadecimal"})").find("traceId") != std::string::npos);
  CHECK(fault("5") == ": expected an object, found 5");
  CHECK(fault(R"({"timeUnixNano":null,"body":null,"attributes":null,"eventName":"e"})").empty());
  const auto misspelt = decode_otlp_json(R"({"resourceLog":[{}]})", kNow, {});
  CHECK(misspelt.error().message == "the body: expected resourceLogs, found only \"resourceLog\"");
}

TEST_CASE("times: the record's, the observed one, now") {
  const auto time_of = [](const std::string& fields) {
    const auto batch = decode_otlp_json(
        R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{)" + fields + "}]}]}]}", kNow, {});
    return batch->streams[0].entries[0].timestamp;
  };
  CHECK(time_of(R"("timeUnixNano":5,"observedTimeUnixNano":6)") == 5);
  CHECK(time_of(R"("observedTimeUnixNano":"6")") == 6);
  CHECK(time_of("") == kNow);
  CHECK(time_of(R"("timeUnixNano":"18446744073709551615")") ==
        std::numeric_limits<Timestamp>::max());
}

TEST_CASE("without service.name the first attribute that may names the service") {
  const auto labels = [](const std::string& attributes, const OtlpLimits& limits) {
    const auto batch = decode_otlp_json(
        R"({"resourceLogs":[{"resource":{"attributes":[)" + attributes + "]}}]}", kNow, limits);
    return batch->streams[0].labels.to_string();
  };
  const auto attribute = [](const std::string& key, const std::string& value) {
    return R"({"key":")" + key + R"(","value":{"stringValue":")" + value + R"("}})";
  };
  const std::string job = attribute("k8s.job.name", "j"),
                    container = attribute("container.name", "c");
  const std::vector<std::string_view> naming = {"container_name", "k8s_job_name"};
  OtlpLimits limits;
  limits.service_labels = naming;
  CHECK(labels(job + "," + container, limits) ==
        R"({container_name="c", k8s_job_name="j", service_name="j"})");
  CHECK(labels(container + "," + job + "," + attribute("service.name", "s"), limits) ==
        R"({container_name="c", k8s_job_name="j", service_name="s"})");
  CHECK(labels(attribute("service.name", "") + "," + container, limits) ==
        R"({container_name="c", service_name="c"})");
  CHECK(labels(job + "," + container, {}) == R"({container_name="c", k8s_job_name="j"})");
}

TEST_CASE("a trace of zeros is none") {
  const auto batch = decode_otlp_json(
      R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":5,
        "traceId":"00000000000000000000000000000000","spanId":"00000000000000a0"}]}]}]})",
      kNow, {});
  REQUIRE(batch.ok());
  CHECK(to_line(batch->streams[0].entries[0]) == Line{5, "", {{"span_id", "00000000000000a0"}}});
}

TEST_CASE("texts of values") {
  const auto text = [](const char* value) {
    const auto batch =
        decode_otlp_json(std::string(R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":)") +
                             value + "}]}]}]}",
                         kNow, {});
    return std::string(batch->streams[0].entries[0].line);
  };
  CHECK(text(R"({"boolValue":true})") == "true");
  CHECK(text(R"({"doubleValue":1.5})") == "1.5");
  CHECK(text(R"({"doubleValue":3})") == "3");
  CHECK(text(R"({"intValue":-3})") == "-3");
  CHECK(text(R"({"arrayValue":{"values":[{"stringValue":"a\"b"},{"intValue":1},{}]}})") ==
        R"(["a\"b",1,null])");
  CHECK(text(R"({"kvlistValue":{"values":[{"key":"b","value":{"boolValue":false}},
      {"key":"a","value":{"doubleValue":1e30}}]}})") == R"({"a":1e+30,"b":false})");
  CHECK(text("{}").empty());
  CHECK(text(R"({"kvlistValue":{"values":[{"key":"a","value":{"intValue":"1"}},
      {"key":"a","value":{"boolValue":true}},{"key":"b","value":{"intValue":2}}]}})") ==
        R"({"a":true,"b":2})");
  CHECK(text(R"({"doubleValue":"NaN"})") == "NaN");
  CHECK(text(R"({"stringValue":"cut \ud83d"})") == "cut \uFFFD");
  CHECK(text(R"({"doubleValue":1e-9})") == "1e-9");
  CHECK(to_text({INFINITY}) == "Infinity");
  CHECK(text(R"({"arrayValue":{"values":[{"stringValue":"\t\r\n\b\f\u0001<"}]}})") ==
        R"(["\t\r\n\b\f\u0001<"])");
  CHECK(to_text({OtlpValue::Bytes{"\xFF\x01"}}) == "/wE=");
}

TEST_CASE("an OTLP request cut at any byte is refused or read, never worse") {
  const std::string whole = request();
  for (size_t cut = 0; cut < whole.size(); ++cut) {
    const auto batch = decode_otlp_protobuf(whole.substr(0, cut), kNow, {});
    if (!batch.ok()) CHECK(batch.error().code == ErrorCode::kInvalid);
  }
}

TEST_CASE("deep nesting and repeated attributes are bounded") {
  CHECK(decode_otlp_json(nested(20), kNow, {}).ok());
  CHECK(decode_otlp_json(nested(100), kNow, {}).error().message == "a value is nested too deeply");
  CHECK(decode_otlp_json(nested(100'000), kNow, {}).error().code == ErrorCode::kInvalid);
  std::string value, body;
  for (int i = 0; i < 10'000; ++i) {
    std::string deeper;
    pbf_writer(deeper).add_message(5, [&] {
      std::string list;
      pbf_writer(list).add_message(1, value);
      return list;
    }());
    value = std::move(deeper);
    if (value.size() > 100'000) break;
  }
  {
    pbf_writer root(body);
    pbf_writer resource_logs(root, 1);
    pbf_writer scope_logs(resource_logs, 2);
    pbf_writer record(scope_logs, 2);
    record.add_message(5, value);
  }
  CHECK(decode_otlp_protobuf(body, kNow, {}).error().code == ErrorCode::kInvalid);
  std::string many = R"({"resourceLogs":[{"resource":{"attributes":[)";
  for (int i = 0; i < 1000; ++i) {
    many += (i ? "," : "") + std::string(R"({"key":"k)") + std::to_string(i) +
            R"(","value":{"stringValue":"v"}})";
  }
  many += R"(]},"scopeLogs":[{"logRecords":[{})";
  for (int i = 0; i < 1000; ++i) many += ",{}";
  many += "]}]}]}";
  CHECK(decode_otlp_json(many, kNow, {.max_batch_bytes = 1 << 20}).error().code ==
        ErrorCode::kTooLarge);
}

TEST_CASE("errors are a google.rpc.Status") {
  CHECK(encode_rpc_status("bad") ==
        "\x12\x03"
        "bad");
}

TEST_SUITE_END();

}  // namespace logsvc::wire
