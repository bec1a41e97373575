// match: runs stages on the lines that a selector matches, or drops these lines.
#include "agent/pipeline/selector.h"
#include "agent/pipeline/stages/nested_stage.h"
#include "agent/pipeline/stages/stage_compiler.h"

namespace logsvc::agent {
namespace {

// Other lines pass unchanged in their place: order is kept, which Promtail does not promise.
class MatchKeepStage : public NestedStage {
 public:
  MatchKeepStage(std::shared_ptr<const Selector> selector, std::unique_ptr<StageChain> chain)
      : NestedStage(std::move(chain)), selector_(std::move(selector)) {}
  void process(PipelineEntry& entry, const Next& next) override {
    if (!selector_->matches(entry.labels, entry.line)) return next(entry);
    NestedStage::process(entry, next);
  }

 private:
  std::shared_ptr<const Selector> selector_;
};

class MatchDropStage : public Stage {
 public:
  MatchDropStage(std::shared_ptr<const Selector> selector, Counter& dropped)
      : selector_(std::move(selector)), dropped_(&dropped) {}
  bool run(PipelineEntry& entry) override {
    if (!selector_->matches(entry.labels, entry.line)) return true;
    dropped_->add();
    return false;
  }

 private:
  std::shared_ptr<const Selector> selector_;
  Counter* dropped_;
};

}  // namespace

Result<StageFactory> compile_match(StageOptions& options, const config::YamlNode&,
                                   StageContext& context) {
  const std::string text = options.text("selector").value_or("");
  const std::string action = options.text("action").value_or("keep");
  const config::YamlNode* stages = options.node("stages");
  const auto reason = options.text("drop_counter_reason");
  (void)options.text("pipeline_name");
  RETURN_IF_ERROR(options.status());
  if (text.empty()) return options.fault("selector statement required for match stage");
  if (action != "keep" && action != "drop") {
    return options.fault("match stage action should be 'keep' or 'drop'");
  }
  const bool any = stages && !stages->items.empty();
  if (action == "keep" && !any) {
    return options.fault(
        "match stage requires at least one additional stage to be defined in '- stages'");
  }
  if (action == "drop" && any) {
    return options.fault("match stage configured to drop entries cannot contains stages");
  }
  auto parsed = Selector::parse(text);
  if (!parsed.ok()) {
    return options.fault("invalid selector syntax for match stage: " + parsed.error().message);
  }
  auto selector = std::make_shared<const Selector>(std::move(*parsed));
  if (action == "drop") {
    return factory_of(MatchDropStage(
        selector, dropped_lines(context, reason && !reason->empty() ? *reason : "match_stage")));
  }
  ASSIGN_OR_RETURN(StageProgram program, compile_stages(*stages, context));
  auto shared = std::make_shared<const StageProgram>(std::move(program));
  return StageFactory([selector, shared](StageObserver* observer, int depth) {
    return std::make_unique<MatchKeepStage>(selector, shared->instantiate(observer, depth));
  });
}

}  // namespace logsvc::agent
