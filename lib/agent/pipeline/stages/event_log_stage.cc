// eventlogmessage: reads `Key: value` lines of a Windows event's text.
#include "agent/pipeline/stages/stage_compiler.h"

namespace logsvc::agent {
namespace {

struct EventLogConfig {
  std::string source = "message";
  bool drop_invalid = false;
  bool overwrite = false;
};

std::string sanitised(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool digit = c >= '0' && c <= '9';
    if (digit && out.empty()) out += '_';
    out += letter || digit ? c : '_';
  }
  return out.empty() ? "_" : out;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

class EventLogStage : public Stage {
 public:
  explicit EventLogStage(EventLogConfig config) : config_(std::move(config)) {}
  bool run(PipelineEntry& entry) override {
    if (!entry.extracted.text(config_.source, text_)) return true;
    for (size_t at = 0; at <= text_.size();) {
      size_t end = text_.find("\r\n", at);
      if (end == std::string::npos) end = text_.size();
      read_line(std::string_view(text_).substr(at, end - at), entry.extracted);
      at = end + 2;
    }
    return true;
  }

 private:
  void read_line(std::string_view line, Extracted& extracted) const {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    std::string key(line.substr(0, colon));
    if (!is_label_name(key)) {
      if (config_.drop_invalid) return;
      key = sanitised(key);
    }
    if (extracted.has(key) && !config_.overwrite) key += "_extracted";
    extracted.set_text(key, trimmed(line.substr(colon + 1)));
  }

  EventLogConfig config_;
  std::string text_;
};

}  // namespace

Result<StageFactory> compile_event_log(StageOptions& options, const config::YamlNode&,
                                       StageContext&) {
  EventLogConfig config;
  config.source = options.text("source").value_or("message");
  config.drop_invalid = options.flag("drop_invalid_labels", false);
  config.overwrite = options.flag("overwrite_existing", false);
  RETURN_IF_ERROR(options.status());
  if (!is_label_name(config.source)) {
    return options.fault("invalid label name: " + config.source);
  }
  return factory_of(EventLogStage(std::move(config)));
}

}  // namespace logsvc::agent
