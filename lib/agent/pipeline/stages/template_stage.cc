// template: runs a Go template over extracted values; its output becomes one of them.
#include "agent/pipeline/stages/stage_compiler.h"
#include "agent/pipeline/stages/template_data.h"
#include "gotext/template/collections.h"

namespace logsvc::agent {
namespace {

class TemplateStage : public Stage {
 public:
  TemplateStage(tmpl::Template parsed, std::string source)
      : template_(std::move(parsed)), source_(std::move(source)) {}

  bool run(PipelineEntry& entry) override {
    tmpl::Map data = template_data(entry.extracted);
    if (const auto own = data.find(source_); own != data.end()) {
      const tmpl::Value value = own->second;
      data.insert_or_assign("Value", value);
    }
    data.insert_or_assign("Entry", tmpl::Value(entry.line));
    out_.clear();
    if (!template_.render(tmpl::map_of(std::move(data)), out_).ok()) return true;
    if (out_.empty()) {
      entry.extracted.erase(source_);
    } else {
      entry.extracted.set_text(source_, out_);
    }
    return true;
  }

 private:
  tmpl::Template template_;
  std::string source_;
  std::string out_;
};

}  // namespace

Result<StageFactory> compile_template(StageOptions& options, const config::YamlNode&,
                                      StageContext&) {
  const auto source = options.text("source");
  const auto text = options.text("template");
  RETURN_IF_ERROR(options.status());
  if (!source || source->empty()) return options.fault("template source value is required");
  auto parsed =
      tmpl::Template::parse("pipeline_template", text.value_or(""), tmpl::Dialect::kPromtail);
  if (!parsed.ok()) return options.fault(parsed.error().message);
  return factory_of(TemplateStage(std::move(*parsed), *source));
}

}  // namespace logsvc::agent
