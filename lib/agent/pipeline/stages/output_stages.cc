// output, pack, decolorize: set what the line becomes.
#include <algorithm>
#include <map>

#include "agent/pipeline/stages/stage_compiler.h"
#include "base/json_text.h"
#include "gotext/ansi.h"

namespace logsvc::agent {
namespace {

class OutputStage : public Stage {
 public:
  explicit OutputStage(std::string source) : source_(std::move(source)) {}
  bool run(PipelineEntry& entry) override {
    if (entry.extracted.text(source_, text_)) entry.line = text_;
    return true;
  }

 private:
  std::string source_;
  std::string text_;
};

// Writes {"label":"value",…,"_entry":"the line"}.
class PackStage : public Stage {
 public:
  PackStage(std::vector<std::string> names, bool ingest_timestamp)
      : names_(std::move(names)), ingest_timestamp_(ingest_timestamp) {}
  bool run(PipelineEntry& entry) override {
    std::map<std::string, std::string> packed;
    std::string text;
    // Labels are found among the extracted values; those that a stage has set since then are not.
    for (const std::string& name : names_) {
      if (!entry.extracted.text(name, text)) continue;
      packed[name] = text;
      erase_label(entry.labels, name);
    }
    std::string out = "{";
    for (const auto& [name, value] : packed) {
      append_json_string(out, name, JsonEscapes::kGo);
      out += ':';
      append_json_string(out, value, JsonEscapes::kGo);
      out += ',';
    }
    out += "\"_entry\":";
    append_json_string(out, entry.line, JsonEscapes::kGo);
    out += '}';
    entry.line = std::move(out);
    // Uses the time of reading, not the current time: a line that is read again gives the same
    // entry.
    if (ingest_timestamp_) entry.timestamp = entry.read_time;
    return true;
  }

 private:
  std::vector<std::string> names_;
  bool ingest_timestamp_;
};

class DecolorizeStage : public Stage {
 public:
  bool run(PipelineEntry& entry) override {
    if (has_ansi(entry.line)) entry.line = strip_ansi(entry.line);
    return true;
  }
};

}  // namespace

Result<StageFactory> compile_output(StageOptions& options, const config::YamlNode&, StageContext&) {
  const auto source = options.text("source");
  RETURN_IF_ERROR(options.status());
  if (!source || source->empty()) {
    return options.fault("output source value is required if output is specified");
  }
  return factory_of(OutputStage(*source));
}

Result<StageFactory> compile_pack(StageOptions& options, const config::YamlNode&, StageContext&) {
  std::vector<std::string> names = options.texts("labels");
  const bool ingest_timestamp = options.flag("ingest_timestamp", true);
  RETURN_IF_ERROR(options.status());
  return factory_of(PackStage(std::move(names), ingest_timestamp));
}

Result<StageFactory> compile_decolorize(StageOptions& options, const config::YamlNode& node,
                                        StageContext&) {
  if (node.is_map()) RETURN_IF_ERROR(options.status());  // other types are ignored
  return factory_of(DecolorizeStage());
}

}  // namespace logsvc::agent
