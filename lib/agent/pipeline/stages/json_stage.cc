// json: extracts values of a JSON object by JMESPath.
#include "agent/pipeline/stages/stage_compiler.h"
#include "gotext/jmespath/expression.h"

namespace logsvc::agent {
namespace {

using extract::JsonTree;

struct WantedField {
  std::string name;
  std::string member;  // set if the expression is just this name
  jmespath::Expression expression;
};

struct JsonConfig {
  std::vector<WantedField> wanted;
  std::string source;  // empty: the line
  bool drop_malformed = false;
};

bool is_plain_name(const std::string& text) {
  return is_label_name(text);  // JMESPath accepts it without quotes
}

ExtractedValue extracted_from(const jmespath::Value& value) {
  switch (value.type()) {
    case jmespath::Type::kNull:
      return {};
    case jmespath::Type::kBoolean:
      return value.boolean();
    case jmespath::Type::kNumber:
      return ExtractedNumber{value.number(), std::string(value.written())};
    case jmespath::Type::kString:
      return value.string();
    default:
      break;
  }
  std::string out;
  value.append_json(out);
  return out;
}

class JsonStage : public Stage {
 public:
  explicit JsonStage(std::shared_ptr<const JsonConfig> config) : config_(std::move(config)) {}

  bool run(PipelineEntry& entry) override {
    std::string_view text = entry.line;
    if (!config_->source.empty()) {
      if (!entry.extracted.text(config_->source, source_)) return true;
      text = source_;
    }
    if (!tree_.parse(text) ||
        (tree_.kind(0) != JsonTree::Kind::kObject && tree_.kind(0) != JsonTree::Kind::kNull)) {
      return !config_->drop_malformed;
    }
    for (const WantedField& wanted : config_->wanted) set(entry.extracted, wanted);
    return true;
  }

 private:
  void set(Extracted& extracted, const WantedField& wanted) {
    if (wanted.member.empty()) {
      const auto found =
          wanted.expression.search(jmespath::Value(jmespath::Value::Place{&tree_, 0}));
      if (found.ok()) extracted.set(wanted.name, extracted_from(*found));
      return;
    }
    const bool object = tree_.kind(0) == JsonTree::Kind::kObject;
    const JsonTree::Index member = object ? tree_.member(0, wanted.member) : 0;
    if (member != 0 && tree_.kind(member) == JsonTree::Kind::kString) {
      text_.clear();
      tree_.append_string(member, text_);
      extracted.set_text(wanted.name, text_);
    } else {
      extracted.set(wanted.name,
                    member == 0
                        ? ExtractedValue()
                        : extracted_from(jmespath::Value(jmespath::Value::Place{&tree_, member})));
    }
  }

  std::shared_ptr<const JsonConfig> config_;
  JsonTree tree_;
  std::string source_, text_;
};

}  // namespace

Result<StageFactory> compile_json(StageOptions& options, const config::YamlNode&, StageContext&) {
  auto config = std::make_shared<JsonConfig>();
  const auto expressions = options.pairs("expressions");
  const auto source = options.text("source");
  config->drop_malformed = options.flag("drop_malformed", false);
  RETURN_IF_ERROR(options.status());
  if (expressions.empty()) return options.fault("JMES expression is required");
  if (source && source->empty()) return options.fault("empty source");
  config->source = source.value_or("");
  for (const auto& [name, text] : expressions) {
    WantedField wanted{name, "", {}};
    const std::string expression = text && !text->empty() ? *text : name;
    auto parsed = jmespath::Expression::parse(expression);
    if (!parsed.ok()) {
      return options.fault("could not compile JMES expression: " + parsed.error().message);
    }
    if (is_plain_name(expression)) wanted.member = expression;
    wanted.expression = std::move(*parsed);
    config->wanted.push_back(std::move(wanted));
  }
  return factory_of(JsonStage(std::move(config)));
}

}  // namespace logsvc::agent
