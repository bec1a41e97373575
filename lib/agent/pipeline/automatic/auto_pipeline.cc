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
// Each service makes streams; further ones get the target's own.
constexpr size_t kMaxServices = 200;
constexpr size_t kMaxLoggers = 8;  // a logger's name may be anything
constexpr size_t kMaxServiceBytes = 64;

// Accepts letters and digits of any language, and the characters between them.
bool is_service_name(std::string_view s) {
  return !s.empty() && s.size() <= kMaxServiceBytes &&
         std::all_of(s.begin(), s.end(), [](unsigned char c) {
           return std::isalnum(c) || c >= 0x80 || c == '.' || c == '_' || c == '/' || c == '-';
         });
}

// Replaces invalid UTF-8 and NUL with U+FFFD.
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

AutoPipeline::AutoPipeline(AutoOptions options, std::shared_ptr<OutputLimits> limits,
                           AutoStages stages, StageObserver* observer)
    : options_(std::move(options)),
      output_(std::move(limits), options_.masker),
      stages_(std::move(stages)),
      observer_(observer),
      rules_(options_.first_line ? BlockRules(*options_.first_line) : BlockRules()) {}

void AutoPipeline::process(const InputLine& line, int64_t steady_ns, LineSink& sink) {
  entry_.steady_ns = steady_ns;
  if (!stages_.before && line.metadata.empty()) {
    read(line, {}, sink);
    return;
  }
  staged_.labels = options_.labels;
  if (!options_.service.empty()) set_label(staged_.labels, "service", options_.service);
  staged_.metadata.clear();
  for (const LabelView& one : line.metadata)
    staged_.metadata.push_back({std::string(one.name), std::string(one.value)});
  staged_.extracted.clear();
  staged_.extract_labels();
  staged_.timestamp = staged_.read_time = line.time;
  staged_.line.assign(line.text);
  staged_.sequence = line.sequence;
  staged_.steady_ns = steady_ns;
  if (!stages_.before) {
    process_staged(staged_, sink);
    return;
  }
  auto on = [&](PipelineEntry& entry) { process_staged(entry, sink); };
  stages_.before->process(staged_, Next(on));
}

void AutoPipeline::process_staged(PipelineEntry& entry, LineSink& sink) {
  StagedFields given{entry.labels, entry.metadata, entry.timestamp != entry.read_time};
  read({entry.sequence, entry.timestamp, entry.line}, std::move(given), sink);
}

void AutoPipeline::read(const InputLine& line, std::optional<StagedFields> given, LineSink& sink) {
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
    if (has_ansi(text)) {
      clean_ = strip_ansi(text);
      clean = clean_;
    }
  }
  if (!options_.keep_colours) text = clean;
  if (reading.form == LineReading::Form::kPlain && options_.join_blocks) {
    add_plain(text, clean, std::move(reading), line, std::move(given), sink);
    return;
  }
  flush(sink);
  emit(reading, line.time, text, line.sequence, given, sink);
}

void AutoPipeline::add_plain(std::string_view text, std::string_view clean, LineReading reading,
                             const InputLine& line, std::optional<StagedFields> given,
                             LineSink& sink) {
  const bool full = block_ && (block_->lines >= kMaxBlockLines ||
                               block_->text.size() + text.size() > kMaxBlockBytes);
  if (block_ && !full && rules_.goes_on(clean)) {
    block_->text += '\n';
    block_->text += text;
    ++block_->lines;
    block_->due_ns = entry_.steady_ns + kBlockWait;
    if (block_->first.level.empty() && rules_.says_level_next()) {
      block_->first.level = reading.level;
      block_->first.level_from = reading.level_from;
    }
    return;
  }
  flush(sink);
  rules_.begin(clean, reading.level);
  block_.emplace(Block{std::move(reading), line.time, std::string(text), 1, line.sequence,
                       entry_.steady_ns + kBlockWait, std::move(given)});
}

int64_t AutoPipeline::next_due() const {
  int64_t due = block_ ? block_->due_ns : kNever;
  for (const auto* chain : {stages_.before.get(), stages_.after.get()}) {
    if (chain) due = std::min(due, chain->next_due());
  }
  return due;
}

std::optional<uint64_t> AutoPipeline::oldest_held() const {
  std::optional<uint64_t> oldest;
  if (block_) oldest = block_->sequence;
  for (const auto* chain : {stages_.before.get(), stages_.after.get()}) {
    const auto held = chain ? chain->oldest_held() : std::nullopt;
    if (held && (!oldest || *held < *oldest)) oldest = held;
  }
  return oldest;
}

int64_t AutoPipeline::paused_until() const {
  int64_t until = output_.paused_until();
  for (const auto* chain : {stages_.before.get(), stages_.after.get()}) {
    if (chain) until = std::max(until, chain->paused_until());
  }
  return until;
}

void AutoPipeline::flush_due(int64_t steady_ns, LineSink& sink) {
  if (next_due() > steady_ns) return;
  entry_.steady_ns = steady_ns;
  auto on = [&](PipelineEntry& entry) { process_staged(entry, sink); };
  if (stages_.before) stages_.before->flush_due(steady_ns, Next(on));
  if (block_ && block_->due_ns <= steady_ns) flush(sink);
  auto out = [&](PipelineEntry& entry) { output_.add(entry, sink); };
  if (stages_.after) stages_.after->flush_due(steady_ns, Next(out));
}

void AutoPipeline::flush_all(LineSink& sink) {
  auto on = [&](PipelineEntry& entry) { process_staged(entry, sink); };
  if (stages_.before) stages_.before->flush_all(Next(on));
  flush(sink);
  auto out = [&](PipelineEntry& entry) { output_.add(entry, sink); };
  if (stages_.after) stages_.after->flush_all(Next(out));
}

void AutoPipeline::flush(LineSink& sink) {
  if (!block_) return;
  Block block = std::move(*block_);
  block_.reset();
  if (block.lines > 1 && block.text.starts_with('{')) {
    const bool coloured = has_ansi(block.text);
    if (auto object = read_object(coloured ? strip_ansi(block.text) : block.text))
      block.first = std::move(*object);
  }
  if (block.first.level.empty() && rules_.has_stack()) {
    block.first.level = "error";
    block.first.level_from = "stack trace";
  }
  emit(block.first, block.time, block.text, block.sequence, block.given, sink);
}

void AutoPipeline::emit(const LineReading& reading, Timestamp arrival, std::string_view text,
                        uint64_t sequence, const std::optional<StagedFields>& given,
                        LineSink& sink) {
  if (observer_) {
    PipelineEntry was;
    was.labels = given ? given->labels : options_.labels;
    was.timestamp = arrival;
    was.line.assign(text);
    observer_->before("auto", 0, was);
  }
  const EventTime when = given && given->has_time
                             ? EventTime{arrival, false, false}
                             : clock_.find(reading.time, reading.time_is_number, arrival);
  entry_.timestamp = when.time;
  entry_.read_time = arrival;
  entry_.sequence = sequence;
  entry_.metadata = reading.metadata;
  if (when.refused) set_label(entry_.metadata, "event_time", reading.time);
  if (given) {
    entry_.labels = labels_beside(given->labels, reading);
    for (const Label& one : given->metadata) set_label(entry_.metadata, one.name, one.value);
  } else {
    entry_.labels = labels_for(reading);
  }
  entry_.line.assign(text);
  if (options_.explain || observer_) explain(reading, when);
  if (observer_) observer_->after("auto", 0, &entry_);
  if (!stages_.after) {
    output_.add(entry_, sink);
    return;
  }
  entry_.extracted.clear();
  entry_.extract_labels();
  auto out = [&](PipelineEntry& entry) { output_.add(entry, sink); };
  stages_.after->process(entry_, Next(out));
}

// Adds metadata if the operator asks for it, and for --inspect.
void AutoPipeline::explain(const LineReading& reading, const EventTime& when) {
  entry_.extracted.clear();
  const auto say = [&](const char* name, std::string_view from) {
    if (from.empty()) return;
    if (options_.explain) set_label(entry_.metadata, name, from);
    if (observer_) entry_.extracted.set_text(name, from);
  };
  say("level_from", reading.level_from);
  say("service_from", reading.service_from);
  say("time_from", when.is_said ? reading.time_from : std::string_view("arrival"));
  if (observer_ && clock_.zone_offset())
    entry_.extracted.set_text("local_time_is_ahead_by", format_duration(*clock_.zone_offset()));
}

std::string_view AutoPipeline::service_of(const LineReading& reading) {
  const std::string& name = reading.service;
  if (!is_service_name(name)) return {};
  auto& known = reading.service_is_logger ? loggers_ : services_;
  const size_t most = reading.service_is_logger ? kMaxLoggers : kMaxServices;
  if (known.contains(name)) return name;
  if (known.size() >= most) return {};
  return *known.insert(name).first;
}

const Labels& AutoPipeline::labels_for(const LineReading& reading) {
  const std::string_view level = reading.level.empty() ? options_.level : reading.level;
  const auto key_of = [&](std::string_view service) -> const std::string& {
    key_.assign(level);
    key_ += '\0';
    return key_ += service;
  };
  if (const auto known = label_sets_.find(key_of(reading.service)); known != label_sets_.end())
    return known->second;
  const std::string_view service = service_of(reading);
  const auto [place, is_new] = label_sets_.try_emplace(key_of(service));
  if (is_new) place->second = labels_beside(options_.labels, reading);
  return place->second;
}

Labels AutoPipeline::labels_beside(const Labels& given, const LineReading& reading) {
  Labels out = given;
  const std::string_view level = reading.level.empty() ? options_.level : reading.level;
  if (!level.empty() && !find_label(out, "level")) set_label(out, "level", level);
  const std::string* set = find_label(out, "service");
  if (set && *set != options_.service) return out;
  const std::string_view service = service_of(reading);
  const std::string_view name = service.empty() ? std::string_view(options_.service) : service;
  if (!name.empty()) set_label(out, "service", name);
  return out;
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
