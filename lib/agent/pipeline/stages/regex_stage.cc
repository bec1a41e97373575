// regex: extracts the named groups of the first match.
#include "agent/pipeline/stages/stage_compiler.h"
#include "gotext/regex/go_regex.h"

namespace logsvc::agent {
namespace {

class RegexStage : public Stage {
 public:
  RegexStage(GoRegex regex, std::string source)
      : regex_(std::move(regex)), source_(std::move(source)) {}

  bool run(PipelineEntry& entry) override {
    if (source_.empty()) {
      text_ = entry.line;
    } else if (!entry.extracted.text(source_, text_)) {
      return true;
    }
    if (!regex_.find(text_, 0, groups_)) return true;
    const auto& names = regex_.group_names();
    for (size_t i = 1; i < names.size() && i < groups_.size(); ++i) {
      if (!names[i].empty()) entry.extracted.set_text(names[i], groups_[i]);
    }
    return true;
  }

 private:
  GoRegex regex_;
  std::string source_;  // empty: the line
  std::string text_;
  GoRegex::Groups groups_;
};

}  // namespace

Result<StageFactory> compile_regex(StageOptions& options, const config::YamlNode&, StageContext&) {
  const auto expression = options.text("expression");
  const auto source = options.text("source");
  RETURN_IF_ERROR(options.status());
  if (!expression || expression->empty()) return options.fault("expression is required");
  if (source && source->empty()) return options.fault("empty source");
  auto regex = GoRegex::compile(*expression);
  if (!regex.ok()) {
    return options.fault("could not compile regular expression: " + regex.error().message);
  }
  return factory_of(RegexStage(std::move(*regex), source.value_or("")));
}

}  // namespace logsvc::agent
