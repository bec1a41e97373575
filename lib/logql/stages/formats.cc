// The stages that rewrite lines and labels: line_format, label_format, decolorize, drop, keep.
#include <re2/re2.h>

#include <algorithm>

#include "logql/stages/pipeline.h"
#include "logql/stages/template.h"

namespace logsvc::logql {
namespace {

class LineFormatter : public CompiledStage {
 public:
  explicit LineFormatter(Template t) : template_(std::move(t)) {}
  bool process(Timestamp timestamp, std::string_view& line, LabelState& labels) override {
    next_.clear();
    template_.render(timestamp, line, labels, next_);
    line_.swap(next_);
    line = line_;
    return true;
  }

 private:
  const Template template_;
  std::string line_, next_;
};

class LabelFormatter : public CompiledStage {
 public:
  struct Format {
    LabelFormat format;
    Template text;
  };
  explicit LabelFormatter(std::vector<Format> formats) : formats_(std::move(formats)) {}
  bool process(Timestamp timestamp, std::string_view& line, LabelState& labels) override {
    // Templates see the labels as they were at the first of them.
    std::vector<std::string> rendered(formats_.size());
    bool taken = false;
    for (size_t i = 0; i < formats_.size(); ++i) {
      const LabelFormat& f = formats_[i].format;
      if (!f.rename) {
        if (!taken) {
          for (size_t j = i; j < formats_.size(); ++j) {
            if (!formats_[j].format.rename) {
              formats_[j].text.render(timestamp, line, labels, rendered[j]);
            }
          }
          taken = true;
        }
        labels.set(f.name, rendered[i]);
      } else if (const std::string_view* value = labels.find(f.source)) {
        const std::string copy(*value);
        labels.set(f.name, copy);
        labels.remove(f.source);
      }
    }
    return true;
  }

 private:
  const std::vector<Format> formats_;
};

class Decolorizer : public CompiledStage {
 public:
  Decolorizer()
      : regex_(
            "[\\x{1B}\\x{9B}][[\\]()#;?]*(?:(?:(?:[a-zA-Z\\d]*(?:;[a-zA-Z\\d]*)*)?\\x07)|"
            "(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PRZcf-ntqry=><~]))") {}
  bool process(Timestamp, std::string_view& line, LabelState&) override {
    if (line.find('\x1B') == std::string_view::npos &&
        line.find("\xC2\x9B") == std::string_view::npos) {
      return true;
    }
    std::string next(line);
    re2::RE2::GlobalReplace(&next, regex_, "");
    line_.swap(next);
    line = line_;
    return true;
  }

 private:
  const re2::RE2 regex_;
  std::string line_;
};

// A pick without a matcher takes the name whatever its value.
bool picked(const std::vector<LabelPick>& picks, const std::string& name, std::string_view value) {
  return std::any_of(picks.begin(), picks.end(), [&](const LabelPick& p) {
    return p.name == name && (!p.matcher || p.matcher->matches(value));
  });
}

class Dropper : public CompiledStage {
 public:
  explicit Dropper(std::vector<LabelPick> picks) : picks_(std::move(picks)) {}
  bool process(Timestamp, std::string_view&, LabelState& labels) override {
    for (const LabelPick& p : picks_) {
      if (p.name == kErrorLabel) {
        if (!p.matcher || p.matcher->matches(labels.error())) labels.clear_error();
      } else if (!p.matcher || p.matcher->matches(labels.get(p.name))) {
        labels.remove(p.name);
      }
    }
    return true;
  }

 private:
  const std::vector<LabelPick> picks_;
};

class Keeper : public CompiledStage {
 public:
  explicit Keeper(std::vector<LabelPick> picks) : picks_(std::move(picks)) {}
  bool process(Timestamp, std::string_view&, LabelState& labels) override {
    for (const std::string& name : labels.names()) {
      if (!picked(picks_, name, labels.get(name))) labels.remove(name);
    }
    return true;
  }

 private:
  const std::vector<LabelPick> picks_;
};

}  // namespace

Result<std::unique_ptr<CompiledStage>> compile_line_format(const LineFormatStage& stage) {
  auto text = Template::parse(stage.text);
  if (!text.ok()) {
    return invalid("parse error : stage '| line_format " + quote(stage.text) +
                   "' : " + text.error().message);
  }
  return std::unique_ptr<CompiledStage>(new LineFormatter(std::move(*text)));
}

Result<std::unique_ptr<CompiledStage>> compile_label_format(const LabelFormatStage& stage) {
  std::vector<LabelFormatter::Format> formats;
  for (const LabelFormat& f : stage.formats) {
    if (f.name == kErrorLabel) {
      return invalid("parse error : stage '| label_format' : __error__ cannot be formatted");
    }
    LabelFormatter::Format out{f, {}};
    if (!f.rename) {
      auto text = Template::parse(f.source);
      if (!text.ok()) {
        return invalid("parse error : stage '| label_format " + f.name + "=" + quote(f.source) +
                       "' : " + text.error().message);
      }
      out.text = std::move(*text);
    }
    formats.push_back(std::move(out));
  }
  return std::unique_ptr<CompiledStage>(new LabelFormatter(std::move(formats)));
}

std::unique_ptr<CompiledStage> compile_decolorize() { return std::make_unique<Decolorizer>(); }
std::unique_ptr<CompiledStage> compile_drop(const DropStage& stage) {
  return std::make_unique<Dropper>(stage.picks);
}
std::unique_ptr<CompiledStage> compile_keep(const KeepStage& stage) {
  return std::make_unique<Keeper>(stage.picks);
}

}  // namespace logsvc::logql
