#include "server/query/response_json.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <span>

#include "base/json_text.h"
#include "server/query/answer_text.h"

namespace logsvc::server {
namespace {

constexpr size_t kStatsRoom = 8 << 10;  // for append_stats() and what stands around it

void append_time_seconds(std::string& out, int64_t ms) {
  char buffer[32];
  const int64_t whole = ms / 1000;
  const int64_t rest = std::abs(ms % 1000);
  if (ms < 0 && whole == 0) out += '-';
  out += std::to_string(whole);
  if (rest == 0) return;
  std::snprintf(buffer, sizeof buffer, ".%03d", static_cast<int>(rest));
  std::string_view fraction = buffer;
  while (fraction.back() == '0') fraction.remove_suffix(1);
  out += fraction;
}

void append_sample(std::string& out, const logql::Sample& sample) {
  out += '[';
  append_time_seconds(out, sample.timestamp_ms);
  out += ",\"" + format_sample_value(sample.value) + "\"]";
}

// Returns roughly what append_streams() adds.
size_t json_bytes(const logql::StreamsResult& data) {
  constexpr size_t kPerEntry = 40, kPerStream = 512;
  size_t out = 0;
  for (const auto& stream : data.streams) {
    out += kPerStream + kPerEntry * stream.entries.size();
    for (const auto& entry : stream.entries) out += entry.line.size() + entry.line.size() / 8;
  }
  return out;
}

// Returns the most that the labels take.
size_t label_room(const Labels& labels) {
  size_t out = 2;
  for (const Label& l : labels) out += json_room(l.name.size()) + json_room(l.value.size()) + 2;
  return out;
}

// Returns the most that append_json_entry() and append_legacy_json_stream() add for an entry.
size_t entry_room(const logql::ResultEntry& entry) {
  constexpr size_t kFrame = 128;
  return kFrame + json_room(entry.line.size()) + label_room(entry.metadata) +
         label_room(entry.parsed);
}

Status append_streams(AnswerText& to, const logql::StreamsResult& data, bool categorized) {
  RETURN_IF_ERROR(to.make_room(json_bytes(data)));
  std::string& out = to.text();
  out += '[';
  bool first = true;
  for (const auto& stream : data.streams) {
    RETURN_IF_ERROR(to.make_room(64 + label_room(stream.labels)));
    if (!first) out += ',';
    first = false;
    out += "{\"stream\":";
    append_json_labels(out, stream.labels);
    out += ",\"values\":[";
    for (size_t i = 0; i < stream.entries.size(); ++i) {
      RETURN_IF_ERROR(to.make_room(entry_room(stream.entries[i])));
      if (i) out += ',';
      append_json_entry(out, stream.entries[i], categorized);
    }
    out += "]}";
  }
  out += ']';
  return {};
}

void append_list(std::string& out, const std::vector<std::string>& values) {
  out += '[';
  for (size_t i = 0; i < values.size(); ++i) {
    if (i) out += ',';
    append_json_string(out, values[i], JsonEscapes::kNeeded);
  }
  out += ']';
}

Status append_series(AnswerText& to, const std::vector<logql::ResultSeries>& all, bool matrix) {
  constexpr size_t kPerSample = 48;  // a value of ordinary size and its time
  std::string& out = to.text();
  out += '[';
  for (size_t s = 0; s < all.size(); ++s) {
    RETURN_IF_ERROR(
        to.make_room(64 + label_room(all[s].labels) + kPerSample * all[s].samples.size()));
    if (s) out += ',';
    out += "{\"metric\":";
    append_json_labels(out, all[s].labels);
    out += matrix ? ",\"values\":[" : ",\"value\":";
    for (size_t i = 0; i < all[s].samples.size(); ++i) {
      if (i) out += ',';
      append_sample(out, all[s].samples[i]);
    }
    out += matrix ? "]}" : "}";
  }
  out += ']';
  return {};
}

void append_stats(std::string& out, const logql::QueryStats& s) {
  const double seconds = static_cast<double>(s.exec_time) / 1e9;
  const auto per_second = [&](uint64_t n) {
    return std::to_string(seconds > 0 ? static_cast<uint64_t>(static_cast<double>(n) / seconds)
                                      : 0);
  };
  const auto number = [](uint64_t n) { return std::to_string(n); };
  const std::string cache =
      "{\"entriesFound\":0,\"entriesRequested\":0,\"entriesStored\":0,\"bytesReceived\":0,"
      "\"bytesSent\":0,\"requests\":0,\"downloadTime\":0,\"queryLengthServed\":0}";
  const std::string store =
      "{\"totalChunksRef\":" + number(s.chunks_total) +
      ",\"totalChunksDownloaded\":" + number(s.chunks_read) +
      ",\"chunksDownloadTime\":0,\"queryReferencedStructuredMetadata\":false,\"chunk\":{"
      "\"headChunkBytes\":0,\"headChunkLines\":" +
      number(s.head_lines) + ",\"decompressedBytes\":" + number(s.bytes_processed) +
      ",\"decompressedLines\":" + number(s.lines_processed) +
      ",\"compressedBytes\":" + number(s.compressed_bytes) +
      ",\"totalDuplicates\":" + number(s.duplicates) +
      ",\"postFilterLines\":" + number(s.lines_after_filter) +
      ",\"headChunkStructuredMetadataBytes\":0,\"decompressedStructuredMetadataBytes\":0},"
      "\"chunkRefsFetchTime\":0,\"congestionControlLatency\":0,\"pipelineWrapperFilteredLines\":0}";
  out += "{\"summary\":{\"bytesProcessedPerSecond\":" + per_second(s.bytes_processed) +
         ",\"linesProcessedPerSecond\":" + per_second(s.lines_processed) +
         ",\"totalBytesProcessed\":" + number(s.bytes_processed) +
         ",\"totalLinesProcessed\":" + number(s.lines_processed) + ",\"execTime\":";
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, seconds, std::chars_format::fixed, 6);
  out.append(buffer, end.ptr);
  out +=
      ",\"queueTime\":0,\"subqueries\":0,\"totalEntriesReturned\":" + number(s.entries_returned) +
      ",\"splits\":0,\"shards\":0,\"totalPostFilterLines\":" + number(s.lines_after_filter) +
      ",\"totalStructuredMetadataBytesProcessed\":0},\"querier\":{\"store\":" + store +
      ",\"querierExecTime\":0},\"ingester\":{\"totalReached\":0,\"totalChunksMatched\":0,"
      "\"totalBatches\":0,\"totalLinesSent\":0,\"store\":" +
      store + "},\"cache\":{";
  bool first = true;
  for (const char* name : {"chunk", "index", "result", "statsResult", "volumeResult",
                           "seriesResult", "labelResult", "instantMetricResult"}) {
    if (!first) out += ',';
    first = false;
    out += std::string("\"") + name + "\":" + cache;
  }
  out += "},\"index\":{\"totalChunks\":" + number(s.chunks_total) +
         ",\"postFilterChunks\":" + number(s.chunks_read) +
         ",\"shardsDuration\":0,\"usedBloomFilters\":false,\"totalStreams\":0}}";
}

}  // namespace

void append_json_labels(std::string& out, const Labels& labels) {
  out += '{';
  for (size_t i = 0; i < labels.size(); ++i) {
    if (i) out += ',';
    append_json_string(out, labels[i].name, JsonEscapes::kNeeded);
    out += ':';
    append_json_string(out, labels[i].value, JsonEscapes::kNeeded);
  }
  out += '}';
}

void append_json_entry(std::string& out, const logql::ResultEntry& entry, bool categorized) {
  out += "[\"" + std::to_string(entry.timestamp) + "\",";
  append_json_string(out, entry.line, JsonEscapes::kHtml);
  if (categorized) {
    out += ",{";
    if (!entry.metadata.empty()) {
      out += "\"structuredMetadata\":";
      append_json_labels(out, entry.metadata);
    }
    if (!entry.parsed.empty()) {
      if (!entry.metadata.empty()) out += ',';
      out += "\"parsed\":";
      append_json_labels(out, entry.parsed);
    }
    out += '}';
  }
  out += ']';
}

// Appends {"labels":"{…}","entries":[{"ts":"RFC 3339","line":"…"}]}.
void append_legacy_json_stream(std::string& out, const Labels& labels,
                               std::span<const logql::ResultEntry> entries) {
  out += "{\"labels\":";
  append_json_string(out, format_labels(labels), JsonEscapes::kHtml);
  out += ",\"entries\":[";
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i) out += ',';
    out += "{\"ts\":\"" + format_rfc3339(entries[i].timestamp) + "\",\"line\":";
    append_json_string(out, entries[i].line, JsonEscapes::kHtml);
    out += '}';
  }
  out += "]}";
}

std::string format_sample_value(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char buffer[400];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed);
  return {buffer, end.ptr};
}

void append_warnings(std::string& out, std::span<const std::string> warnings) {
  if (warnings.empty()) return;
  out += ",\"warnings\":[";
  for (size_t i = 0; i < warnings.size(); ++i) {
    if (i) out += ',';
    append_json_string(out, warnings[i], JsonEscapes::kNeeded);
  }
  out += ']';
}

Result<std::string> query_response(const logql::QueryResult& result,
                                   const std::vector<std::string>& flags,
                                   const logql::QueryRun& run) {
  AnswerText answer(run);
  std::string& out = answer.text();
  out = "{\"status\":\"success\"";
  append_warnings(out, result.warnings);
  out += ",\"data\":{\"resultType\":";
  if (const auto* streams = std::get_if<logql::StreamsResult>(&result.data)) {
    out += "\"streams\",";
    if (!flags.empty()) {
      out += "\"encodingFlags\":[";
      for (size_t i = 0; i < flags.size(); ++i) {
        if (i) out += ',';
        append_json_string(out, flags[i], JsonEscapes::kNeeded);
      }
      out += "],";
    }
    out += "\"result\":";
    RETURN_IF_ERROR(append_streams(answer, *streams, result.categorized));
  } else if (const auto* matrix = std::get_if<logql::MatrixResult>(&result.data)) {
    out += "\"matrix\",\"result\":";
    RETURN_IF_ERROR(append_series(answer, matrix->series, true));
  } else if (const auto* vector = std::get_if<logql::VectorResult>(&result.data)) {
    out += "\"vector\",\"result\":";
    RETURN_IF_ERROR(append_series(answer, vector->series, false));
  } else {
    out += "\"scalar\",\"result\":";
    append_sample(out, std::get<logql::ScalarResult>(result.data).sample);
  }
  RETURN_IF_ERROR(answer.make_room(kStatsRoom));
  out += ",\"stats\":";
  append_stats(out, result.stats);
  out += "}}";
  if (std::holds_alternative<logql::StreamsResult>(result.data)) out += '\n';
  return answer.take();
}

std::string list_response(const std::vector<std::string>& values) {
  if (values.empty()) return "{\"status\":\"success\"}\n";
  std::string out = "{\"status\":\"success\",\"data\":";
  append_list(out, values);
  return out + "}\n";
}

std::string legacy_list_response(const std::vector<std::string>& values) {
  std::string out = "{\"values\":";
  append_list(out, values);
  return out + "}\n";
}

Result<std::string> legacy_query_response(const logql::QueryResult& result,
                                          const logql::QueryRun& run) {
  AnswerText answer(run);
  std::string& out = answer.text();
  out = "{\"streams\":[";
  const auto& streams = std::get<logql::StreamsResult>(result.data).streams;
  for (size_t s = 0; s < streams.size(); ++s) {
    size_t room = 64 + json_room(2 * label_room(streams[s].labels));
    for (const auto& entry : streams[s].entries) room += entry_room(entry);
    RETURN_IF_ERROR(answer.make_room(room));
    if (s) out += ',';
    append_legacy_json_stream(out, streams[s].labels, streams[s].entries);
  }
  RETURN_IF_ERROR(answer.make_room(kStatsRoom));
  out += "],\"stats\":";
  append_stats(out, result.stats);
  append_warnings(out, result.warnings);
  out += "}\n";
  return answer.take();
}

Result<std::string> series_response(const std::vector<LabelSet>& series,
                                    const logql::QueryRun& run) {
  AnswerText answer(run);
  std::string& out = answer.text();
  out = "{\"status\":\"success\",\"data\":[";
  for (size_t i = 0; i < series.size(); ++i) {
    RETURN_IF_ERROR(answer.make_room(label_room(series[i].labels()) + 8));
    if (i) out += ',';
    append_json_labels(out, series[i].labels());
  }
  out += "]}\n";
  return answer.take();
}

}  // namespace logsvc::server
