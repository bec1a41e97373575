// Query results as Loki's JSON, to the letter: key order, escapes, number forms.
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

// {"a":"1",…}
void append_json_labels(std::string& out, const Labels& labels);
// Shortest decimal without exponent; NaN, +Inf, -Inf.
std::string format_sample_value(double value);

// What is missing in an answer, and why: ,"warnings":["…"], or nothing if it is whole.
void append_warnings(std::string& out, std::span<const std::string> warnings);

// flags: what the request's X-Loki-Response-Encoding-Flags header listed, echoed.
// The answers of queries hold their memory in the run; errors are the run's.
Result<std::string> query_response(const logql::QueryResult& result,
                                   const std::vector<std::string>& flags,
                                   const logql::QueryRun& run);
// {"status":"success","data":["a",…]}; without data if there are none, as Loki answers.
std::string list_response(const std::vector<std::string>& values);
// Answers of the older /api/prom paths.
std::string legacy_list_response(const std::vector<std::string>& values);
Result<std::string> legacy_query_response(const logql::QueryResult& result,
                                          const logql::QueryRun& run);
Result<std::string> series_response(const std::vector<LabelSet>& series,
                                    const logql::QueryRun& run);

// ["ns","line"], or with its metadata and parsed fields apart.
void append_json_entry(std::string& out, const logql::ResultEntry& entry, bool categorized);
// A stream as the older paths have it.
void append_legacy_json_stream(std::string& out, const Labels& labels,
                               std::span<const logql::ResultEntry> entries);

}  // namespace logsvc::server
