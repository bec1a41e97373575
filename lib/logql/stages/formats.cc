// The stages that rewrite lines and labels: line_format, label_format, decolorize, drop, keep.
#include <algorithm>
#include <memory>
#include <optional>

#include "gotext/ansi.h"
#include "gotext/template/template.h"
#include "logql/stages/pipeline.h"

namespace logsvc::logql {
namespace {

constexpr size_t kMostLabelBytes = 16u << 20;  // per entry

class LineFormatter : public CompiledStage {
 public:
  explicit LineFormatter(tmpl::Template t) : template_(std::move(t)) {}
  bool process(Timestamp timestamp, std::string_view& line, LabelState& labels) override {
    next_.clear();
    if (template_.single_field()) {
      next_ = labels.get(*template_.single_field());
    } else {
      const auto data = std::make_shared<const Labels>(labels.result());
      const Status status = template_.render(timestamp, line, data, next_);
      if (!status.ok()) {
        labels.set_error("TemplateFormatErr", status.error().message);
        return true;
      }
    }
    line_.swap(next_);
    line = line_;
    return true;
  }

 private:
  tmpl::Template template_;
  std::string line_, next_;
};

class LabelFormatter : public CompiledStage {
 public:
  struct Format {
    LabelFormat format;
    std::optional<tmpl::Template> text;  // nullopt: it renames
  };
  explicit LabelFormatter(std::vector<Format> formats) : formats_(std::move(formats)) {}
  bool process(Timestamp timestamp, std::string_view& line, LabelState& labels) override {
    // Templates see the labels as they were at the first of them.
    std::shared_ptr<const Labels> data;
    for (Format& f : formats_) {
      if (!f.text) {
        rename(f.format, labels);
        continue;
      }
      if (!data) data = std::make_shared<const Labels>(labels.result());
      value_.clear();
      Status status = f.text->render(timestamp, line, data, value_);
      if (status.ok() && labels.parsed_bytes() + value_.size() > kMostLabelBytes) {
        status = invalid("the labels are too long");
      }
      if (status.ok()) {
        labels.set(f.format.name, value_);
      } else {
        labels.set_error("TemplateFormatErr", status.error().message);
      }
    }
    return true;
  }

 private:
  static void rename(const LabelFormat& format, LabelState& labels) {
    const std::string_view* value = labels.find(format.source);
    if (!value) return;
    const std::string copy(*value);
    labels.set(format.name, copy);
    labels.remove(format.source);
  }
  std::vector<Format> formats_;
  std::string value_;
};

class Decolorizer : public CompiledStage {
 public:
  bool process(Timestamp, std::string_view& line, LabelState&) override {
    if (!has_ansi(line)) return true;
    line_ = strip_ansi(line);
    line = line_;
    return true;
  }

 private:
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
      } else if (p.name == kErrorDetailsLabel) {
        if (!p.matcher || p.matcher->matches(labels.error_details())) labels.clear_error_details();
      } else if (p.matcher ? p.matcher->matches(labels.get(p.name))
                           : labels.find(p.name) != nullptr) {
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

Result<std::unique_ptr<CompiledStage>> compile_line_format(const LineFormatStage& stage,
                                                           const Cancellation& cancellation) {
  auto text = tmpl::Template::parse("line", stage.text);
  if (!text.ok()) return invalid("invalid line template: " + text.error().message);
  text->stop_on(cancellation);
  return std::unique_ptr<CompiledStage>(new LineFormatter(std::move(*text)));
}

Result<std::unique_ptr<CompiledStage>> compile_label_format(const LabelFormatStage& stage,
                                                            const Cancellation& cancellation) {
  std::vector<LabelFormatter::Format> formats;
  for (const LabelFormat& f : stage.formats) {
    if (f.name == kErrorLabel) return invalid("__error__ cannot be formatted");
    const bool twice = std::any_of(formats.begin(), formats.end(),
                                   [&](const auto& other) { return other.format.name == f.name; });
    if (twice) {
      return invalid("multiple label name '" + f.name +
                     "' not allowed in a single format operation");
    }
    LabelFormatter::Format out{f, {}};
    if (!f.rename) {
      auto text = tmpl::Template::parse("label", f.source);
      if (!text.ok()) {
        return invalid("invalid template for label '" + f.name + "': " + text.error().message);
      }
      text->stop_on(cancellation);
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
