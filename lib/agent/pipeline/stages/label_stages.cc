// labels, static_labels, labeldrop, labelallow: set and remove labels.
#include <algorithm>

#include "agent/pipeline/stages/stage_compiler.h"
#include "base/utf8.h"

namespace logsvc::agent {
namespace {

using Names = std::vector<std::pair<std::string, std::string>>;  // label, source or value

class LabelsStage : public Stage {
 public:
  explicit LabelsStage(Names names) : names_(std::move(names)) {}
  bool run(PipelineEntry& entry) override {
    for (const auto& [label, source] : names_) {
      if (entry.extracted.text(source, text_) && is_utf8(text_)) {
        set_label(entry.labels, label, text_);
      }
    }
    return true;
  }

 private:
  Names names_;
  std::string text_;
};

class StaticLabelsStage : public Stage {
 public:
  explicit StaticLabelsStage(Names values) : values_(std::move(values)) {}
  bool run(PipelineEntry& entry) override {
    for (const auto& [label, value] : values_) set_label(entry.labels, label, value);
    return true;
  }

 private:
  Names values_;
};

class SelectLabelsStage : public Stage {
 public:
  SelectLabelsStage(std::vector<std::string> names, bool keep)
      : names_(std::move(names)), keep_(keep) {}
  bool run(PipelineEntry& entry) override {
    std::erase_if(entry.labels, [&](const Label& label) {
      const bool named = std::find(names_.begin(), names_.end(), label.name) != names_.end();
      return named != keep_;
    });
    return true;
  }

 private:
  std::vector<std::string> names_;
  bool keep_;
};

Result<StageFactory> compile_selection(StageOptions& options, const std::string& stage, bool keep) {
  std::vector<std::string> names = options.all_texts();
  RETURN_IF_ERROR(options.types());
  if (names.empty()) return options.fault(stage + " stage config cannot be empty");
  return factory_of(SelectLabelsStage(std::move(names), keep));
}

}  // namespace

Result<StageFactory> compile_labels(StageOptions& options, const config::YamlNode& node,
                                    StageContext&) {
  Names names;
  for (auto& [label, source] : options.all_pairs()) {
    if (!is_label_name(label)) return options.fault("invalid label name: " + label);
    names.emplace_back(label, source && !source->empty() ? *source : label);
  }
  // Every name is a known option.
  for (const auto& member : node.members) (void)options.node(member.first.text);
  RETURN_IF_ERROR(options.status());
  return factory_of(LabelsStage(std::move(names)));
}

Result<StageFactory> compile_static_labels(StageOptions& options, const config::YamlNode& node,
                                           StageContext&) {
  Names values;
  for (auto& [label, value] : options.all_pairs()) {
    if (value && !value->empty()) values.emplace_back(label, *value);
  }
  for (const auto& member : node.members) (void)options.node(member.first.text);
  RETURN_IF_ERROR(options.status());
  return factory_of(StaticLabelsStage(std::move(values)));
}

Result<StageFactory> compile_label_drop(StageOptions& options, const config::YamlNode&,
                                        StageContext&) {
  return compile_selection(options, "labeldrop", false);
}

Result<StageFactory> compile_label_allow(StageOptions& options, const config::YamlNode&,
                                         StageContext&) {
  return compile_selection(options, "labelallow", true);
}

}  // namespace logsvc::agent
