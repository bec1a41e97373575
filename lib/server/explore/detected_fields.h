// Finds the fields of a sample of lines: structured metadata, what the query's stages parsed, and
// what `| json` or else `| logfmt` finds in the line. For Logs Drilldown.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "extract/json_fields.h"
#include "extract/logfmt_fields.h"
#include "logql/run/query_result.h"
#include "logql/run/query_run.h"

namespace logsvc::server {

struct DetectedField {
  std::string name;
  std::string type;
  std::set<std::string> values;
  std::vector<std::string> parsers;    // empty: structured metadata
  std::vector<std::string> json_path;  // for json only
};

// For one thread.
class FieldDetector {
 public:
  // Fields beyond the limit are left out.
  explicit FieldDetector(uint64_t max_fields) : max_fields_(max_fields) {}

  // Adds a stream of a result with categorised labels. Takes the memory from the run, and returns
  // its errors.
  Status add(const logql::ResultStream& stream, const logql::QueryRun& run = {});
  // Returns the fields in the order of their names, or the run's errors.
  Result<std::vector<DetectedField>> take(const Cancellation& cancellation = {});

 private:
  struct SeenField {
    DetectedField field;
    // The last line in which json found it, and its name there; the path is looked up once.
    std::shared_ptr<const std::string> json_line;
    std::string json_name;
  };
  using Parsed = std::map<std::string, std::string>;  // by name; the first of a name counts

  void add_entry(const Labels& stream_labels, const logql::ResultEntry& entry);
  // Parses the line's fields; those that a stream label hides get _extracted. nullptr if it has
  // neither format.
  const char* parse(const std::string& line, const Labels& stream_labels, Parsed& out);
  SeenField* field(const std::string& name);
  static void note(SeenField& seen, const std::string& value);

  const uint64_t max_fields_;
  std::map<std::string, SeenField> fields_;
  extract::JsonFields json_;
  extract::LogfmtFields logfmt_;
};

}  // namespace logsvc::server
