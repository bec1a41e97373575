// Writes query results as Loki's JSON, to the letter: key order, escapes, number forms.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "logql/run/query_result.h"
#include "logql/run/query_run.h"
#include "model/label_set.h"

namespace logsvc::server {

// Appends {"a":"1",…}.
void append_json_labels(std::string& out, const Labels& labels);
// Writes the shortest decimal without exponent; NaN, +Inf, -Inf.
std::string format_sample_value(double value);

// Appends ,"warnings":["…"] with what is missing in an answer, and why; nothing if it is complete.
void append_warnings(std::string& out, std::span<const std::string> warnings);

// flags is what the request's X-Loki-Response-Encoding-Flags header listed; it is echoed. The
// answers of queries hold their memory in the run; errors are the run's.
Result<std::string> query_response(const logql::QueryResult& result,
                                   const std::vector<std::string>& flags,
                                   const logql::QueryRun& run);
// Writes {"status":"success","data":["a",…]}; without data if there are none, as Loki answers.
std::string list_response(const std::vector<std::string>& values);
// Writes answers of the older /api/prom paths.
std::string legacy_list_response(const std::vector<std::string>& values);
Result<std::string> legacy_query_response(const logql::QueryResult& result,
                                          const logql::QueryRun& run);
Result<std::string> series_response(const std::vector<LabelSet>& series,
                                    const logql::QueryRun& run);

// Appends ["ns","line"], or with its metadata and parsed fields apart.
void append_json_entry(std::string& out, const logql::ResultEntry& entry, bool categorized);
// Appends a stream as the older paths have it.
void append_legacy_json_stream(std::string& out, const Labels& labels,
                               std::span<const logql::ResultEntry> entries);

}  // namespace logsvc::server
