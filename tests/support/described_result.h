// Writes the answer of a query as text, for tests that compare two ways to it.
#pragma once

#include <sstream>
#include <string>

#include "logql/engine.h"

namespace logsvc::testing {

inline std::string describe(const Result<logql::QueryResult>& result) {
  if (!result.ok()) return "error " + std::to_string(static_cast<int>(result.error().code));
  std::ostringstream out;
  out.precision(12);
  const auto samples = [&](const std::vector<logql::ResultSeries>& series) {
    for (const logql::ResultSeries& s : series) {
      out << format_labels(s.labels) << "\n";
      for (const logql::Sample& sample : s.samples) {
        out << "  " << sample.timestamp_ms << " " << sample.value << "\n";
      }
    }
  };
  if (const auto* streams = std::get_if<logql::StreamsResult>(&result->data)) {
    for (const logql::ResultStream& s : streams->streams) {
      out << format_labels(s.labels) << "\n";
      for (const logql::ResultEntry& e : s.entries) {
        out << "  " << e.timestamp << " " << e.line << format_labels(e.metadata)
            << format_labels(e.parsed) << "\n";
      }
    }
  } else if (const auto* matrix = std::get_if<logql::MatrixResult>(&result->data)) {
    samples(matrix->series);
  } else if (const auto* vector = std::get_if<logql::VectorResult>(&result->data)) {
    samples(vector->series);
  }
  for (const std::string& warning : result->warnings) out << "warning " << warning << "\n";
  return out.str();
}

}  // namespace logsvc::testing
