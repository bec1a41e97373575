// logfmt: extracts values by key; the last occurrence of a key wins.
#include "agent/pipeline/stages/stage_compiler.h"
#include "extract/logfmt_fields.h"

namespace logsvc::agent {
namespace {

struct LogfmtConfig {
  std::vector<std::pair<std::string, std::string>> name_and_key;
  std::string source;  // empty: the line
};

class LogfmtStage : public Stage {
 public:
  explicit LogfmtStage(std::shared_ptr<const LogfmtConfig> config) : config_(std::move(config)) {}

  bool run(PipelineEntry& entry) override {
    if (config_->source.empty()) {
      text_ = entry.line;
    } else if (!entry.extracted.text(config_->source, text_)) {
      return true;
    }
    // The fields before an error have been read.
    (void)fields_.read(text_, true, [&](std::string_view, std::string_view value) {
      for (const auto& [name, key] : config_->name_and_key) {
        if (fields_.raw_key() == key) entry.extracted.set_text(name, value);
      }
      return true;
    });
    return true;
  }

 private:
  std::shared_ptr<const LogfmtConfig> config_;
  extract::LogfmtFields fields_;
  std::string text_;
};

}  // namespace

Result<StageFactory> compile_logfmt(StageOptions& options, const config::YamlNode&, StageContext&) {
  auto config = std::make_shared<LogfmtConfig>();
  for (const auto& [name, key] : options.pairs("mapping")) {
    config->name_and_key.emplace_back(name, key && !key->empty() ? *key : name);
  }
  const auto source = options.text("source");
  RETURN_IF_ERROR(options.status());
  if (config->name_and_key.empty()) return options.fault("logfmt mapping is required");
  if (source && source->empty()) return options.fault("empty source");
  config->source = source.value_or("");
  return factory_of(LogfmtStage(std::move(config)));
}

}  // namespace logsvc::agent
