// replace: rewrites what capture groups found through a template, in the line or an extracted
// value.
#include <map>

#include "agent/pipeline/stages/stage_compiler.h"
#include "agent/pipeline/stages/template_data.h"
#include "gotext/regex/go_regex.h"
#include "gotext/template/collections.h"

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
    GoRegex::Groups first;
    if (!replacement_ || !regex_.find(input_, 0, first)) return true;
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
  // Replaces in input_. Returns false if the template fails.
  bool replace_all(const PipelineEntry& entry, std::string& out) {
    tmpl::Map data = template_data(entry.extracted);
    size_t copied = 0;
    bool fine = true;
    regex_.for_each_match(input_, [&](const GoRegex::Groups& groups) {
      for (size_t i = 1; fine && i < groups.size(); ++i) {
        if (groups[i].data()) fine = replace_group(groups[i], data, copied, out);
      }
      return fine;
    });
    if (fine) out.append(input_, copied);
    return fine;
  }
  // copied: how much of input_ is in out. A group inside a replaced one is skipped.
  bool replace_group(std::string_view group, tmpl::Map& data, size_t& copied, std::string& out) {
    const std::string captured(group);
    data.insert_or_assign("Value", tmpl::Value(captured));
    std::string text;
    if (!replacement_->render(tmpl::map_of(data), text).ok()) {
      return false;
    }
    const auto start = static_cast<size_t>(group.data() - input_.data());
    if (copied <= start) {
      out.append(input_, copied, start - copied);
      out += text;
      copied = start + captured.size();
    }
    replaced_[captured] = std::move(text);
    return true;
  }

  GoRegex regex_;
  std::optional<tmpl::Template> replacement_;
  std::string source_;  // empty: the line
  std::string input_;
  std::map<std::string, std::string> replaced_;  // maps captured text to its replacement
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
    options.problems().warn(node, "replace stage: changes nothing: " + parsed.error().message);
  }
  return factory_of(ReplaceStage(std::move(*regex),
                                 parsed.ok() ? std::optional(std::move(*parsed)) : std::nullopt,
                                 source.value_or("")));
}

}  // namespace logsvc::agent
