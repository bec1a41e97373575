// docker and cri: the envelopes that container engines put around lines, unwrapped by other stages.
#include <map>

#include "agent/pipeline/stages/nested_stage.h"
#include "agent/pipeline/stages/stage_compiler.h"

namespace logsvc::agent {
namespace {

constexpr const char* kDockerStages =
    "- json: {expressions: {output: log, stream: stream, timestamp: time}}\n"
    "- labels: {stream: }\n"
    "- timestamp: {source: timestamp, format: RFC3339Nano}\n"
    "- output: {source: output}\n";

constexpr const char* kCriStages =
    "- regex: {expression: '^(?s)(?P<time>\\S+?) (?P<stream>stdout|stderr) (?P<flags>\\S+?) "
    "(?P<content>.*)$'}\n"
    "- labels: {stream: }\n"
    "- timestamp: {source: time, format: RFC3339Nano}\n"
    "- output: {source: content}\n";

struct CriConfig {
  int64_t max_partial_lines = 100;  // label sets with an open line
  uint64_t max_line_bytes = 0;      // 0: no limit
  bool truncate = false;
};

// Joins what cri's flag P says is a part of a line. An open line a label set.
class CriStage : public NestedStage {
 public:
  CriStage(std::unique_ptr<StageChain> chain, const CriConfig& config)
      : NestedStage(std::move(chain)), config_(config) {}

  void process(PipelineEntry& entry, const Next& next) override {
    auto join = [&](PipelineEntry& e) { add(e, next); };
    NestedStage::process(entry, Next(join));
  }
  // An open line without an end is not lost.
  void flush_all(const Next& next) override {
    auto join = [&](PipelineEntry& e) { add(e, next); };
    NestedStage::flush_all(Next(join));
    release(next);
  }
  std::optional<uint64_t> oldest_held() const override {
    std::optional<uint64_t> out = NestedStage::oldest_held();
    for (const auto& [labels, entry] : open_) {
      if (!out || entry.sequence < *out) out = entry.sequence;
    }
    return out;
  }

 private:
  void add(PipelineEntry& entry, const Next& next) {
    std::string flags;
    const bool partial = entry.extracted.text("flags", flags) && flags == "P";
    const auto known = open_.find(entry.labels);
    if (known != open_.end()) {
      entry.line.insert(0, known->second.line);
      entry.sequence = known->second.sequence;
    }
    if (partial || known != open_.end()) cut(entry);
    if (!partial) {
      if (known != open_.end()) open_.erase(known);
      return next(entry);
    }
    if (known == open_.end() && static_cast<int64_t>(open_.size()) >= config_.max_partial_lines) {
      release(next);
    }
    open_[entry.labels] = entry;
  }
  void release(const Next& next) {
    for (auto& [labels, entry] : open_) next(entry);
    open_.clear();
  }
  void cut(PipelineEntry& entry) const {
    if (config_.truncate && config_.max_line_bytes > 0 &&
        entry.line.size() > config_.max_line_bytes) {
      entry.line.resize(config_.max_line_bytes);
    }
  }

  const CriConfig config_;
  std::map<Labels, PipelineEntry> open_;
};

}  // namespace

Result<StageFactory> compile_docker(StageOptions& options, const config::YamlNode& node,
                                    StageContext& context) {
  if (node.is_map()) RETURN_IF_ERROR(options.status());  // other things are not looked at
  ASSIGN_OR_RETURN(StageProgram program, compile_stage_text(kDockerStages, context));
  auto shared = std::make_shared<const StageProgram>(std::move(program));
  return StageFactory([shared](StageObserver* observer, int depth) {
    return std::make_unique<NestedStage>(shared->instantiate(observer, depth));
  });
}

Result<StageFactory> compile_cri(StageOptions& options, const config::YamlNode&,
                                 StageContext& context) {
  CriConfig config;
  config.max_partial_lines = options.integer("max_partial_lines", 100);
  if (config.max_partial_lines <= 0) config.max_partial_lines = 100;
  const int64_t bytes = options.integer("max_partial_line_size", 0);
  config.max_line_bytes = bytes > 0 ? static_cast<uint64_t>(bytes) : 0;
  config.truncate = options.flag("max_partial_line_size_truncate", false);
  RETURN_IF_ERROR(options.status());
  ASSIGN_OR_RETURN(StageProgram program, compile_stage_text(kCriStages, context));
  auto shared = std::make_shared<const StageProgram>(std::move(program));
  return StageFactory([shared, config](StageObserver* observer, int depth) {
    return std::make_unique<CriStage>(shared->instantiate(observer, depth), config);
  });
}

}  // namespace logsvc::agent
