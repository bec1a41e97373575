// The stages that find labels in the line.
#include <algorithm>

#include "extract/json_fields.h"
#include "extract/json_paths.h"
#include "extract/json_string.h"
#include "extract/logfmt_fields.h"
#include "extract/pattern.h"
#include "gotext/regex/go_regex.h"
#include "logql/stages/pipeline.h"

namespace logsvc::logql {
namespace {

class JsonParser : public CompiledStage {
 public:
  bool process(Timestamp, std::string_view& line, LabelState& labels) override {
    if (labels.nothing_to_parse()) return true;
    bool rejected = false;
    const auto visit = [&](std::string_view key, std::string_view value) {
      const LabelState::Progress progress = labels.add_parsed(key, value);
      rejected = progress.rejected && !progress.complete;
      return !progress.rejected && !progress.complete;
    };
    const auto enter = [&](std::string_view key) { return labels.wants_inside(key); };
    const char* fault = fields_.read(line, visit, enter);
    if (fault) labels.set_parser_error("JSONParserErr", fault);
    return !rejected;
  }

 private:
  extract::JsonFields fields_;
};

class LogfmtParser : public CompiledStage {
 public:
  explicit LogfmtParser(const LogfmtStage& stage) : stage_(stage) {}
  bool process(Timestamp, std::string_view& line, LabelState& labels) override {
    if (labels.nothing_to_parse()) return true;
    bool rejected = false;
    const auto visit = [&](std::string_view key, std::string_view value) {
      if (value.empty() && !stage_.keep_empty) return true;
      value = with_blanks(value);
      const LabelState::Progress progress = labels.add_parsed(key, value);
      rejected = progress.rejected;
      return !progress.rejected && !progress.complete;
    };
    const std::string fault = fields_.read(line, stage_.strict, visit);
    if (fault.empty()) return !rejected;
    labels.set_parser_error("LogfmtParserErr", fault.c_str());
    return labels.passes_early(kErrorLabel);
  }

 private:
  // Invalid runes become blanks.
  std::string_view with_blanks(std::string_view value) {
    if (value.find("\xEF\xBF\xBD") == std::string_view::npos) return value;
    blanked_ = value;
    extract::blank_out_bad_runes(blanked_);
    return blanked_;
  }

  const LogfmtStage stage_;
  extract::LogfmtFields fields_;
  std::string blanked_;
};

// Implements json x="path", …: every x gets a label, empty if nothing was found.
class JsonExtractor : public CompiledStage {
 public:
  JsonExtractor(std::vector<Extraction> wanted, std::vector<extract::JsonPath> paths)
      : wanted_(std::move(wanted)), paths_(std::move(paths)) {}
  bool process(Timestamp, std::string_view& line, LabelState& labels) override {
    if (line.empty() || labels.nothing_to_parse()) return true;
    if (line[0] != '"' && line[0] != '{' && line[0] != '[') {
      labels.set_parser_error("JSONParserErr", nullptr);
      return true;
    }
    const char* fault = paths_.read(line, [&](size_t i, std::string_view value) {
      labels.set(labels.parsed_name(wanted_[i].name), value);
    });
    if (fault) labels.set_parser_error("JSONParserErr", fault);
    for (const Extraction& e : wanted_) {
      if (!labels.find(e.name)) labels.set(e.name, "");
    }
    return true;
  }

 private:
  const std::vector<Extraction> wanted_;
  extract::JsonPaths paths_;
};

// Implements logfmt x="key", …: the last pair of the key, or of the name itself, counts.
class LogfmtExtractor : public CompiledStage {
 public:
  explicit LogfmtExtractor(const LogfmtStage& stage) : stage_(stage) {}
  bool process(Timestamp, std::string_view& line, LabelState& labels) override {
    if (labels.nothing_to_parse()) return true;
    for (const Extraction& e : stage_.extractions) {
      if (labels.parsed_name(e.name) == e.name) labels.set(e.name, "");
    }
    const auto visit = [&](std::string_view key, std::string_view value) {
      if (!is_wanted(key) && (!labels.wants(key) || labels.seen(key))) return true;
      const std::string* name = label_of(key);
      if (!name) return true;
      if (value.find("\xEF\xBF\xBD") != std::string_view::npos) value = {};
      const std::string stored = labels.parsed_name(*name);
      // Beside a label of the stream, the first value ends the search.
      if (stored != *name && (labels.seen(stored) || !labels.wants(stored))) return false;
      labels.set(stored, value);
      return !labels.nothing_to_parse();
    };
    const std::string fault = fields_.read(line, stage_.strict, visit);
    if (!fault.empty()) labels.set_parser_error("LogfmtParserErr", fault.c_str());
    return true;
  }

 private:
  bool is_wanted(std::string_view key) const {
    return std::any_of(stage_.extractions.begin(), stage_.extractions.end(),
                       [&](const Extraction& e) { return e.name == key; });
  }
  const std::string* label_of(std::string_view key) const {
    for (const Extraction& e : stage_.extractions) {
      if (e.expression == key) return &e.name;
    }
    for (const Extraction& e : stage_.extractions) {
      if (e.name == key) return &e.name;
    }
    return nullptr;
  }
  const LogfmtStage stage_;
  extract::LogfmtFields fields_;
};

class RegexpParser : public CompiledStage {
 public:
  explicit RegexpParser(GoRegex regex) : regex_(std::move(regex)) {}
  bool process(Timestamp, std::string_view& line, LabelState& labels) override {
    if (!regex_.find(line, 0, groups_)) return true;
    for (size_t i = 0; i < groups_.size(); ++i) {
      const std::string& name = regex_.group_names()[i];
      if (!name.empty() && labels.add_parsed(name, groups_[i]).rejected) return false;
    }
    return true;
  }

 private:
  const GoRegex regex_;
  GoRegex::Groups groups_;
};

class PatternParser : public CompiledStage {
 public:
  explicit PatternParser(extract::Pattern pattern) : pattern_(std::move(pattern)) {}
  bool process(Timestamp, std::string_view& line, LabelState& labels) override {
    if (labels.nothing_to_parse()) return true;
    bool rejected = false;
    pattern_.captures(line, [&](const std::string& name, std::string_view value) {
      rejected = labels.add_parsed(name, value).rejected;
      return !rejected;
    });
    return !rejected;
  }

 private:
  const extract::Pattern pattern_;
};

// Makes labels of the members of a packed line; its _entry becomes the line.
class Unpacker : public CompiledStage {
 public:
  bool process(Timestamp, std::string_view& line, LabelState& labels) override {
    if (line.empty() || labels.nothing_to_parse()) return true;
    if (line[0] != '{') {
      labels.set_parser_error("JSONParserErr", "expecting json object(6), but it is not");
      return true;
    }
    found_.clear();
    bool packed = false;
    const auto enter = [](std::string_view) { return false; };
    const char* fault = fields_.read(
        line,
        [&](std::string_view, std::string_view value) {
          if (!fields_.value_is_string()) return true;
          if (fields_.raw_key() == "_entry") {
            packed = true;
            entry_ = value;
            return true;
          }
          // It is looked for among labels as it is written, and stored under a usable name.
          const std::string name = labels.parsed_name(fields_.raw_key());
          if (labels.wants(name) && !labels.seen(name)) {
            found_.push_back({usable(name), std::string(value)});
          }
          return true;
        },
        enter);
    if (fault) {
      labels.set_parser_error("JSONParserErr", fault);
      return true;
    }
    if (!packed) return true;
    for (const Label& l : found_) {
      if (labels.set_parsed(l.name, l.value).rejected) return false;
    }
    line_ = entry_;
    line = line_;
    return true;
  }

 private:
  static std::string usable(std::string_view name) {
    constexpr std::string_view kBlanks = " \t\r\n\v\f";
    name.remove_prefix(std::min(name.find_first_not_of(kBlanks), name.size()));
    name = name.substr(0, name.find_last_not_of(kBlanks) + 1);
    std::string out;
    extract::append_sanitised(out, name, true);
    return out;
  }

  extract::JsonFields fields_;
  Labels found_;
  std::string entry_, line_;
};

// A logfmt key is a bare word, or one in quotes.
Status check_logfmt_key(std::string_view key) {
  const auto word = [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
  };
  if (key.size() >= 2 && key.front() == '"' && key.back() == '"') return {};
  if (key.empty() || static_cast<unsigned char>(key[0]) >= 0x80) {
    return invalid("syntax error: unexpected $end, expecting STRING or KEY");
  }
  for (const char c : key) {
    if (c == ' ') return invalid("syntax error: unexpected KEY");
    if (!word(c)) return invalid(std::string("unexpected char ") + c);
  }
  return {};
}

// If several extractions go into one label, the last one counts, as in Loki's map of them.
LogfmtStage with_unique_names(const LogfmtStage& stage) {
  LogfmtStage out = stage;
  out.extractions.clear();
  for (const Extraction& e : stage.extractions) {
    std::erase_if(out.extractions, [&](const Extraction& other) { return other.name == e.name; });
    out.extractions.push_back(e);
  }
  return out;
}

Error expression_error(const Extraction& e, const Error& cause) {
  return invalid("cannot parse expression [" + e.expression + "]: " + cause.message);
}

}  // namespace

Result<std::unique_ptr<CompiledStage>> compile_json(const JsonStage& stage) {
  if (stage.extractions.empty()) return std::unique_ptr<CompiledStage>(new JsonParser());
  std::vector<extract::JsonPath> paths;
  for (const Extraction& e : stage.extractions) {
    auto path = extract::parse_json_path(e.expression);
    if (!path.ok()) return expression_error(e, path.error());
    paths.push_back(std::move(*path));
  }
  return std::unique_ptr<CompiledStage>(new JsonExtractor(stage.extractions, std::move(paths)));
}

Result<std::unique_ptr<CompiledStage>> compile_logfmt(const LogfmtStage& stage) {
  if (stage.extractions.empty()) return std::unique_ptr<CompiledStage>(new LogfmtParser(stage));
  for (const Extraction& e : stage.extractions) {
    const Status usable = check_logfmt_key(e.expression);
    if (!usable.ok()) return expression_error(e, usable.error());
  }
  return std::unique_ptr<CompiledStage>(new LogfmtExtractor(with_unique_names(stage)));
}

Result<std::unique_ptr<CompiledStage>> compile_regexp(const RegexpStage& stage) {
  ASSIGN_OR_RETURN(GoRegex regex, GoRegex::compile(stage.expression));
  return std::unique_ptr<CompiledStage>(new RegexpParser(std::move(regex)));
}

Result<std::unique_ptr<CompiledStage>> compile_pattern(const PatternStage& stage) {
  ASSIGN_OR_RETURN(extract::Pattern pattern, extract::Pattern::parse(stage.pattern));
  return std::unique_ptr<CompiledStage>(new PatternParser(std::move(pattern)));
}

std::unique_ptr<CompiledStage> compile_unpack() { return std::make_unique<Unpacker>(); }

}  // namespace logsvc::logql
