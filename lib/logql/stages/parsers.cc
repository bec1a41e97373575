// The stages that find labels in the line: json, logfmt, regexp.
#include <re2/re2.h>

#include "extract/json_fields.h"
#include "extract/logfmt_fields.h"
#include "logql/stages/pipeline.h"

namespace logsvc::logql {
namespace {

class JsonParser : public CompiledStage {
 public:
  bool process(Timestamp, std::string_view& line, LabelState& labels) override {
    const char* fault = fields_.read(line, [&](std::string_view key, std::string_view value) {
      labels.add_parsed(key, value);
      return true;
    });
    if (fault) labels.set_error("JSONParserErr", fault);
    return true;
  }

 private:
  extract::JsonFields fields_;
};

class LogfmtParser : public CompiledStage {
 public:
  explicit LogfmtParser(const LogfmtStage& stage) : stage_(stage) {}
  bool process(Timestamp, std::string_view& line, LabelState& labels) override {
    const std::string fault =
        fields_.read(line, stage_.strict, [&](std::string_view key, std::string_view value) {
          if (!value.empty() || stage_.keep_empty) labels.add_parsed(key, value);
          return true;
        });
    if (!fault.empty()) labels.set_error("LogfmtParserErr", fault);
    return true;
  }

 private:
  const LogfmtStage stage_;
  extract::LogfmtFields fields_;
};

class RegexpParser : public CompiledStage {
 public:
  explicit RegexpParser(std::unique_ptr<re2::RE2> regex)
      : regex_(std::move(regex)),
        groups_(static_cast<size_t>(regex_->NumberOfCapturingGroups()) + 1) {
    for (const auto& [number, name] : regex_->CapturingGroupNames())
      names_.emplace_back(number, name);
  }
  bool process(Timestamp, std::string_view& line, LabelState& labels) override {
    const re2::StringPiece text(line.data(), line.size());
    if (!regex_->Match(text, 0, text.size(), re2::RE2::UNANCHORED, groups_.data(),
                       static_cast<int>(groups_.size()))) {
      return true;
    }
    for (const auto& [number, name] : names_) {
      const re2::StringPiece& group = groups_[static_cast<size_t>(number)];
      labels.add_parsed(name, {group.data(), group.size()});
    }
    return true;
  }

 private:
  const std::unique_ptr<re2::RE2> regex_;
  std::vector<std::pair<int, std::string>> names_;
  std::vector<re2::StringPiece> groups_;
};

}  // namespace

std::unique_ptr<CompiledStage> compile_json() { return std::make_unique<JsonParser>(); }

std::unique_ptr<CompiledStage> compile_logfmt(const LogfmtStage& stage) {
  return std::make_unique<LogfmtParser>(stage);
}

Result<std::unique_ptr<CompiledStage>> compile_regexp(const RegexpStage& stage) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto regex = std::make_unique<re2::RE2>(stage.expression, options);
  if (!regex->ok())
    return invalid("parse error : invalid regexp parser: " + go_regexp_error(*regex));
  return std::unique_ptr<CompiledStage>(new RegexpParser(std::move(regex)));
}

}  // namespace logsvc::logql
