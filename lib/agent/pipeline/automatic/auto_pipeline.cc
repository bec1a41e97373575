#include "agent/pipeline/automatic/auto_pipeline.h"

#include <algorithm>
#include <cctype>

#include "base/utf8.h"
#include "gotext/ansi.h"

namespace logsvc::agent {
namespace {

constexpr Duration kBlockWait = 100 * kMillisecond;
constexpr size_t kMaxBlockLines = 256;
constexpr size_t kMaxBlockBytes = 256u << 10;
constexpr size_t kMaxLabelSets = 1000;  // 200 services at five levels; then the target's own
constexpr size_t kMaxServiceBytes = 64;

bool is_service_name(std::string_view s) {
  return !s.empty() && s.size() <= kMaxServiceBytes &&
         std::all_of(s.begin(), s.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '.' || c == '_' || c == '/' || c == '-';
         });
}

// Bytes that are no UTF-8, and NUL, become U+FFFD.
std::string_view repaired(std::string_view text, std::string& buffer) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  const bool has_nul = text.find('\0') != std::string_view::npos;
  if (!has_nul && is_utf8(text)) return text;
  buffer = repair_utf8(text);
  for (size_t at = buffer.find('\0'); at != std::string::npos; at = buffer.find('\0', at)) {
    buffer.replace(at, 1, "\xEF\xBF\xBD");
  }
  return buffer;
}

}  // namespace

AutoPipeline::AutoPipeline(AutoOptions options, std::shared_ptr<OutputLimits> limits)
    : options_(std::move(options)),
      output_(std::move(limits)),
      rules_(options_.first_line ? BlockRules(*options_.first_line) : BlockRules()) {}

void AutoPipeline::process(const InputLine& line, int64_t steady_ns, LineSink& sink) {
  entry_.steady_ns = steady_ns;
  std::string_view text = repaired(line.text, repaired_);
  std::string_view clean = text;
  if (has_ansi(text)) {
    clean_ = strip_ansi(text);
    clean = clean_;
  }
  LineReading reading = read_line(clean);
  if (reading.was_wrapped) {
    repaired_ = std::move(reading.unwrapped);
    text = clean = repaired_;
  }
  if (reading.form == LineReading::Form::kPlain && options_.join_blocks) {
    add_plain(text, clean, std::move(reading), line, steady_ns, sink);
    return;
  }
  flush(sink);
  emit(reading, reading.level, line.time, text, sink);
}

void AutoPipeline::add_plain(std::string_view text, std::string_view clean, LineReading reading,
                             const InputLine& line, int64_t steady_ns, LineSink& sink) {
  const bool full = block_ && (block_->lines >= kMaxBlockLines ||
                               block_->text.size() + text.size() > kMaxBlockBytes);
  if (block_ && !full && rules_.goes_on(clean)) {
    block_->text += '\n';
    block_->text += text;
    ++block_->lines;
    block_->due_ns = steady_ns + kBlockWait;
    return;
  }
  flush(sink);
  rules_.begin(clean);
  block_.emplace(Block{std::move(reading), line.time, std::string(text), 1, line.sequence,
                       steady_ns + kBlockWait});
}

void AutoPipeline::flush_due(int64_t steady_ns, LineSink& sink) {
  if (block_ && block_->due_ns <= steady_ns) flush(sink);
}

void AutoPipeline::flush(LineSink& sink) {
  if (!block_) return;
  const Block block = std::move(*block_);
  block_.reset();
  std::string_view level = block.first.level;
  if (level.empty() && rules_.has_stack()) level = "error";
  emit(block.first, level, block.time, block.text, sink);
}

void AutoPipeline::emit(const LineReading& reading, std::string_view level, Timestamp docker_time,
                        std::string_view text, LineSink& sink) {
  const EventTime when = clock_.find(reading.time, reading.time_is_number, docker_time);
  entry_.timestamp = when.time;
  entry_.labels = labels_for(reading.service, level);
  entry_.metadata = reading.metadata;
  if (when.refused) set_label(entry_.metadata, "event_time", reading.time);
  entry_.line.assign(text);
  output_.add(entry_, sink);
}

const Labels& AutoPipeline::labels_for(std::string_view service, std::string_view level) {
  if (!is_service_name(service) || label_sets_.size() >= kMaxLabelSets) service = {};
  key_.assign(level);
  key_ += '\0';
  key_ += service;
  const auto known = label_sets_.find(key_);
  if (known != label_sets_.end()) return known->second;
  Labels labels = options_.labels;
  if (!level.empty() && !find_label(labels, "level")) set_label(labels, "level", level);
  const std::string_view name = service.empty() ? std::string_view(options_.service) : service;
  if (!name.empty()) set_label(labels, "service", name);
  return label_sets_.emplace(key_, std::move(labels)).first->second;
}

AutoOptions container_options(const Labels& discovered, const std::string& host,
                              std::string& warning) {
  static constexpr std::string_view kLabel = "__meta_docker_container_label_";
  static constexpr std::string_view kOwnLabel = "logsvc_labels_";
  const auto value = [&](std::string_view name) {
    const std::string* found = find_label(discovered, name);
    return found ? *found : std::string();
  };
  AutoOptions out;
  const auto set = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) set_label(out.labels, name, text);
  };
  std::string container = value("__meta_docker_container_name");
  if (container.starts_with('/')) container.erase(0, 1);
  set("job", "docker");
  set("host", host);
  set("container", container);
  set("stream", value("__meta_docker_container_log_stream"));
  set("compose_project", value(std::string(kLabel) + "com_docker_compose_project"));
  out.service = value(std::string(kLabel) + "com_docker_compose_service");
  if (out.service.empty()) out.service = container;
  for (const Label& label : discovered) {
    if (!label.name.starts_with(kLabel)) continue;
    const std::string name = label.name.substr(kLabel.size());
    if (name.starts_with(kOwnLabel)) set(name.substr(kOwnLabel.size()), label.value);
  }
  const std::string rule = value(std::string(kLabel) + "logsvc_multiline");
  if (rule == "off" || rule == "false") {
    out.join_blocks = false;
  } else if (!rule.empty() && rule != "auto" && rule != "true") {
    auto regex = GoRegex::compile(rule);
    if (regex.ok()) {
      out.first_line = std::move(*regex);
    } else {
      warning = "logsvc.multiline: " + regex.error().message;
    }
  }
  return out;
}

}  // namespace logsvc::agent
