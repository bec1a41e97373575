// structured_metadata, structured_metadata_drop, tenant: set metadata and the tenant.
#include <algorithm>

#include "agent/pipeline/stages/stage_compiler.h"
#include "base/utf8.h"

namespace logsvc::agent {
namespace {

class MetadataStage : public Stage {
 public:
  using Names = std::vector<std::pair<std::string, std::string>>;  // name, source
  explicit MetadataStage(Names names) : names_(std::move(names)) {}

  // Uses an extracted value, otherwise the label of that name. A label that becomes metadata under
  // its own name is removed.
  bool run(PipelineEntry& entry) override {
    for (const auto& [name, source] : names_) {
      const std::string* label = find_label(entry.labels, source);
      if (entry.extracted.text(source, text_) && is_utf8(text_)) {
        set_label(entry.metadata, name, text_);
        if (label && *label == text_) erase_label(entry.labels, source);
      } else if (label) {
        set_label(entry.metadata, name, *label);
        erase_label(entry.labels, source);
      }
    }
    return true;
  }

 private:
  Names names_;
  std::string text_;
};

class MetadataDropStage : public Stage {
 public:
  explicit MetadataDropStage(std::vector<std::string> names) : names_(std::move(names)) {}
  bool run(PipelineEntry& entry) override {
    for (const std::string& name : names_) erase_label(entry.metadata, name);
    return true;
  }

 private:
  std::vector<std::string> names_;
};

class TenantStage : public Stage {
 public:
  enum class From { kLabel, kSource, kValue };
  TenantStage(From from, std::string text) : from_(from), text_(std::move(text)) {}
  bool run(PipelineEntry& entry) override {
    tenant_.clear();
    if (from_ == From::kValue) {
      tenant_ = text_;
    } else if (from_ == From::kSource) {
      if (!entry.extracted.text(text_, tenant_)) return true;
    } else if (const std::string* label = find_label(entry.labels, text_)) {
      tenant_ = *label;
    }
    if (!tenant_.empty()) set_label(entry.labels, kTenantLabel, tenant_);
    return true;
  }

 private:
  From from_;
  std::string text_;
  std::string tenant_;
};

}  // namespace

Result<StageFactory> compile_metadata(StageOptions& options, const config::YamlNode& node,
                                      StageContext&) {
  MetadataStage::Names names;
  for (auto& [name, source] : options.all_pairs()) {
    if (!is_label_name(name)) return options.fault("invalid label name: " + name);
    names.emplace_back(name, source && !source->empty() ? *source : name);
  }
  for (const auto& member : node.members) (void)options.node(member.first.text);
  RETURN_IF_ERROR(options.status());
  return factory_of(MetadataStage(std::move(names)));
}

Result<StageFactory> compile_metadata_drop(StageOptions& options, const config::YamlNode&,
                                           StageContext&) {
  std::vector<std::string> names = options.all_texts();
  RETURN_IF_ERROR(options.types());
  if (names.empty()) return options.fault("structured_metadata_drop stage config cannot be empty");
  return factory_of(MetadataDropStage(std::move(names)));
}

Result<StageFactory> compile_tenant(StageOptions& options, const config::YamlNode&, StageContext&) {
  const std::string label = options.text("label").value_or("");
  const std::string source = options.text("source").value_or("");
  const std::string value = options.text("value").value_or("");
  RETURN_IF_ERROR(options.status());
  const int given = !label.empty() + !source.empty() + !value.empty();
  if (given == 0) return options.fault("label, source or value config are required");
  if (given > 1) {
    return options.fault(
        "label, source and value are mutually exclusive: you should set source, value or label but "
        "not all");
  }
  using From = TenantStage::From;
  if (!label.empty()) return factory_of(TenantStage(From::kLabel, label));
  if (!source.empty()) return factory_of(TenantStage(From::kSource, source));
  return factory_of(TenantStage(From::kValue, value));
}

}  // namespace logsvc::agent
