// replace: what capture groups found, through a template, in the line or an extracted value.
#include <map>

#include "agent/pipeline/stages/stage_compiler.h"
#include "agent/pipeline/stages/template_data.h"
#include "gotext/regex/go_regex.h"

namespace logsvc::agent {
namespace {

class ReplaceStage : public Stage {
 public:
  // A template that does not parse changes nothing, as in Promtail.
  ReplaceStage(GoRegex regex, std::optional<tmpl::Template> replacement, std::string source)
      : regex_(std::move(regex)),
        replacement_(std::move(replacement)),
        source_(std::move(source)) {}

  bool run(PipelineEntry& entry) override {
    if (source_.empty()) {
      input_ = entry.line;
    } else if (!entry.extracted.text(source_, input_)) {
      return true;
    }
    if (!replacement_ || !regex_.find(input_, 0, groups_)) return true;
    const GoRegex::Groups first = groups_;
    replaced_.clear();
    std::string out;
    if (!replace_all(entry, out)) return true;
    if (source_.empty()) {
      entry.line = out;
    } else {
      entry.extracted.set_text(source_, out);
    }
    const auto& names = regex_.group_names();
    for (size_t i = 1; i < names.size() && i < first.size(); ++i) {
      if (names[i].empty()) continue;
      const auto found = replaced_.find(std::string(first[i]));
      if (found != replaced_.end()) entry.extracted.set_text(names[i], found->second);
    }
    return true;
  }

 private:
  // groups_ is the first match. False if the template fails.
  bool replace_all(const PipelineEntry& entry, std::string& out) {
    tmpl::Map data = template_data(entry.extracted);
    size_t copied = 0;
    while (true) {
      for (size_t i = 1; i < groups_.size(); ++i) {
        if (!groups_[i].data()) continue;
        const std::string captured(groups_[i]);
        data.insert_or_assign("Value", tmpl::Value(captured));
        std::string text;
        if (!replacement_->render(tmpl::Value(std::make_shared<const tmpl::Map>(data)), text)
                 .ok()) {
          return false;
        }
        const auto start = static_cast<size_t>(groups_[i].data() - input_.data());
        if (copied <= start) {
          out.append(input_, copied, start - copied);
          out += text;
          copied = start + captured.size();
        }
        replaced_[captured] = std::move(text);
      }
      const auto end = static_cast<size_t>(groups_[0].data() - input_.data()) + groups_[0].size();
      const size_t from = groups_[0].empty() ? end + 1 : end;
      if (from > input_.size() || !regex_.find(input_, from, groups_)) break;
    }
    out.append(input_, copied);
    return true;
  }

  GoRegex regex_;
  std::optional<tmpl::Template> replacement_;
  std::string source_;  // empty: the line
  std::string input_;
  GoRegex::Groups groups_;
  std::map<std::string, std::string> replaced_;  // captured text → what stands there now
};

}  // namespace

Result<StageFactory> compile_replace(StageOptions& options, const config::YamlNode& node,
                                     StageContext&) {
  const auto expression = options.text("expression");
  const auto source = options.text("source");
  const auto replacement = options.text("replace");
  RETURN_IF_ERROR(options.status());
  if (!expression || expression->empty()) return options.fault("expression is required");
  if (source && source->empty()) return options.fault("empty source");
  auto regex = GoRegex::compile(*expression);
  if (!regex.ok()) {
    return options.fault("could not compile regular expression: " + regex.error().message);
  }
  auto parsed = tmpl::Template::parse("pipeline_template", replacement.value_or(""),
                                      tmpl::Dialect::kPromtail);
  if (!parsed.ok()) {
    options.findings().warn(node, "replace stage: changes nothing: " + parsed.error().message);
  }
  return factory_of(ReplaceStage(std::move(*regex),
                                 parsed.ok() ? std::optional(std::move(*parsed)) : std::nullopt,
                                 source.value_or("")));
}

}  // namespace logsvc::agent
