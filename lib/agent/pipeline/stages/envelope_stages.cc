// docker and cri: unwrap the envelopes that container engines put around lines, using other stages.
#include <algorithm>
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

// dockerd cuts lines at this many bytes; a piece that is not the last has no line end.
constexpr size_t kDockerPieceBytes = 16384;
constexpr size_t kMaxJoinedBytes = 1u << 20;
constexpr Duration kDockerWait = 10 * kSecond;

// Unwraps lines, and joins the pieces of long lines in files of Docker's driver json-file, which
// Promtail leaves as they are. Each label set has one open line.
class DockerStage : public NestedStage {
 public:
  explicit DockerStage(std::unique_ptr<StageChain> chain) : NestedStage(std::move(chain)) {}

  void process(PipelineEntry& entry, const Next& next) override {
    auto join = [&](PipelineEntry& e) { add(e, next); };
    NestedStage::process(entry, Next(join));
  }
  void flush_due(int64_t steady_ns, const Next& next) override {
    release(next, [&](const Open& o) { return o.due_ns <= steady_ns; });
  }
  void flush_all(const Next& next) override {
    release(next, [](const Open&) { return true; });
  }
  int64_t next_due() const override {
    int64_t out = kNever;
    for (const auto& [labels, open] : open_) out = std::min(out, open.due_ns);
    return out;
  }
  std::optional<uint64_t> oldest_held() const override {
    std::optional<uint64_t> out;
    for (const auto& [labels, open] : open_) {
      if (!out || open.entry.sequence < *out) out = open.entry.sequence;
    }
    return out;
  }

 private:
  struct Open {
    PipelineEntry entry;
    int64_t due_ns = 0;
  };

  static bool is_piece(const PipelineEntry& entry) {
    if (entry.line.size() < kDockerPieceBytes || entry.line.ends_with('\n')) return false;
    const std::string* path = find_label(entry.labels, "filename");
    return path && path->find("-json.log") != std::string::npos;
  }
  void add(PipelineEntry& entry, const Next& next) {
    const bool piece = is_piece(entry);
    const auto known = open_.find(entry.labels);
    if (known == open_.end()) {
      if (!piece) return next(entry);
      open_[entry.labels] = {entry, entry.steady_ns + kDockerWait};
      return;
    }
    // All pieces of a line have the time of the first.
    Open& open = known->second;
    const bool goes_on = entry.timestamp == open.entry.timestamp;
    if (goes_on) {
      open.entry.line += entry.line;
      open.due_ns = entry.steady_ns + kDockerWait;
      if (piece && open.entry.line.size() < kMaxJoinedBytes) return;
    }
    pass(std::move(open.entry), next);
    open_.erase(known);
    if (!goes_on) add(entry, next);
  }
  static void pass(PipelineEntry entry, const Next& next) {
    entry.extracted.set_text("output", entry.line);
    next(entry);
  }
  template <typename Wanted>
  void release(const Next& next, Wanted wanted) {
    for (auto it = open_.begin(); it != open_.end();) {
      if (wanted(it->second)) {
        pass(std::move(it->second.entry), next);
        it = open_.erase(it);
      } else {
        ++it;
      }
    }
  }

  std::map<Labels, Open> open_;
};

struct CriConfig {
  int64_t max_partial_lines = 100;  // label sets with an open line
  uint64_t max_line_bytes = 0;      // 0: no limit
  bool truncate = false;
};

// Joins parts of a line, which cri marks with the flag P. Each label set has one open line.
class CriStage : public NestedStage {
 public:
  CriStage(std::unique_ptr<StageChain> chain, const CriConfig& config)
      : NestedStage(std::move(chain)), config_(config) {}

  void process(PipelineEntry& entry, const Next& next) override {
    auto join = [&](PipelineEntry& e) { add(e, next); };
    NestedStage::process(entry, Next(join));
  }
  // An open line without an end must not be lost.
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
  if (node.is_map()) RETURN_IF_ERROR(options.status());  // other types are ignored
  ASSIGN_OR_RETURN(StageProgram program, compile_stage_text(kDockerStages, context));
  auto shared = std::make_shared<const StageProgram>(std::move(program));
  return StageFactory([shared](StageObserver* observer, int depth) {
    return std::make_unique<DockerStage>(shared->instantiate(observer, depth));
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
