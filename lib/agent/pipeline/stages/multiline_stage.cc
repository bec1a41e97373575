// multiline: joins lines from one that matches firstline up to the next. Each label set has one
// block.
#include <algorithm>
#include <map>

#include "agent/pipeline/stages/stage_compiler.h"
#include "gotext/regex/go_regex.h"

namespace logsvc::agent {
namespace {

constexpr size_t kMaxLabelSets = 10'000;
constexpr size_t kMaxBlockBytes = 16u << 20;

struct MultilineConfig {
  GoRegex first_line;
  int64_t max_lines = 128;
  Duration max_wait = 3 * kSecond;
};

class MultilineStage : public Stage {
 public:
  explicit MultilineStage(std::shared_ptr<const MultilineConfig> config)
      : config_(std::move(config)) {}

  bool passes_on() const override { return true; }
  bool run(PipelineEntry&) override { return true; }  // process() is called instead

  void process(PipelineEntry& entry, const Next& next) override {
    const bool starts = config_->first_line.matches(entry.line);
    auto found = blocks_.find(entry.labels);
    if (found == blocks_.end()) {
      if (!starts) return next(entry);  // no block has begun yet
      forget_idle();
      found = blocks_.emplace(entry.labels, Block()).first;
    }
    Block& block = found->second;
    if (starts) {
      flush(block, next);
      block.first = entry;
    }
    if (block.lines == 0) block.sequence = entry.sequence;
    if (!block.text.empty()) block.text += '\n';
    block.text += entry.line;
    ++block.lines;
    block.due_ns = entry.steady_ns + config_->max_wait;
    if (block.lines == config_->max_lines || block.text.size() > kMaxBlockBytes) {
      flush(block, next);
    }
  }

  void flush_due(int64_t steady_ns, const Next& next) override {
    for (auto& [labels, block] : blocks_) {
      if (block.lines > 0 && block.due_ns <= steady_ns) flush(block, next);
    }
  }
  void flush_all(const Next& next) override {
    // Flushes in the order in which blocks began.
    std::vector<Block*> open;
    for (auto& [labels, block] : blocks_) {
      if (block.lines > 0) open.push_back(&block);
    }
    std::sort(open.begin(), open.end(),
              [](const Block* a, const Block* b) { return a->sequence < b->sequence; });
    for (Block* block : open) flush(*block, next);
  }
  int64_t next_due() const override {
    int64_t out = kNever;
    for (const auto& [labels, block] : blocks_) {
      if (block.lines > 0) out = std::min(out, block.due_ns);
    }
    return out;
  }
  std::optional<uint64_t> oldest_held() const override {
    std::optional<uint64_t> out;
    for (const auto& [labels, block] : blocks_) {
      if (block.lines > 0 && (!out || block.sequence < *out)) out = block.sequence;
    }
    return out;
  }

 private:
  struct Block {
    PipelineEntry first;  // gives time, labels and values, also to lines after a flush
    std::string text;
    int64_t lines = 0;
    uint64_t sequence = 0;  // the first line's in text
    int64_t due_ns = 0;
  };

  static void flush(Block& block, const Next& next) {
    if (block.lines == 0) return;
    const bool empty = block.text.empty();
    PipelineEntry out = block.first;
    out.line = std::move(block.text);
    out.sequence = block.sequence;
    block.text.clear();
    block.lines = 0;
    if (!empty) next(out);
  }
  void forget_idle() {
    if (blocks_.size() < kMaxLabelSets) return;
    std::erase_if(blocks_, [](const auto& block) { return block.second.lines == 0; });
  }

  std::shared_ptr<const MultilineConfig> config_;
  std::map<Labels, Block> blocks_;
};

}  // namespace

Result<StageFactory> compile_multiline(StageOptions& options, const config::YamlNode&,
                                       StageContext&) {
  const auto first = options.text("firstline");
  const int64_t lines = options.integer("max_lines", 128);
  const auto wait = options.text("max_wait_time");
  RETURN_IF_ERROR(options.status());
  if (!first) {
    return options.fault("multiline stage config must define `firstline` regular expression");
  }
  auto regex = GoRegex::compile(*first);
  if (!regex.ok()) {
    return options.fault("multiline stage first line regex compilation error: " +
                         regex.error().message);
  }
  auto config = std::make_shared<MultilineConfig>();
  config->first_line = std::move(*regex);
  config->max_lines = lines;
  if (wait) {
    const auto parsed = parse_go_duration(*wait);
    if (!parsed.ok()) {
      return options.fault("multiline stage `max_wait_time` parse error: time: invalid duration " +
                           quote(*wait));
    }
    config->max_wait = *parsed;
  }
  return factory_of(MultilineStage(std::move(config)));
}

}  // namespace logsvc::agent
