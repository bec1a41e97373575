#include "logql/stages/parser_hints.h"

#include <algorithm>

#include "gotext/template/template.h"

namespace logsvc::logql {
namespace {

bool is_leg(const LabelFilter& f) {
  return f.kind != LabelFilter::Kind::kAnd && f.kind != LabelFilter::Kind::kOr;
}

void read_by(const LabelFilter& f, std::vector<std::string>& names) {
  if (!is_leg(f)) {
    read_by(*f.left, names);
    read_by(*f.right, names);
  } else if (!always_holds(f)) {
    names.push_back(f.name);
  }
}

void read_by_template(const char* name, const std::string& text, std::vector<std::string>& names) {
  const auto parsed = tmpl::Template::parse(name, text);
  if (!parsed.ok()) return;
  names.insert(names.end(), parsed->fields().begin(), parsed->fields().end());
}

// Adds the names of the labels that the stage reads.
void read_by(const Stage& stage, std::vector<std::string>& names) {
  if (const auto* filter = std::get_if<std::unique_ptr<LabelFilter>>(&stage)) {
    read_by(**filter, names);
  } else if (const auto* line = std::get_if<LineFormatStage>(&stage)) {
    read_by_template("line", line->text, names);
  } else if (const auto* label = std::get_if<LabelFormatStage>(&stage)) {
    for (const LabelFormat& f : label->formats) {
      if (f.rename) {
        names.push_back(f.source);
      } else {
        read_by_template("label", f.source, names);
      }
    }
  }
}

Status add_early(const LabelFilter& f, std::vector<ParserHints::Early>& early) {
  if (!is_leg(f) || always_holds(f)) return {};
  ASSIGN_OR_RETURN(auto condition, compile_condition(f));
  early.push_back({f.name, std::move(condition)});
  return {};
}

// Returns each name once, and also without the suffix that it gets beside a label of the stream.
std::vector<std::string> without_suffixes(const std::vector<std::string>& names) {
  constexpr std::string_view kSuffix = "_extracted";
  std::vector<std::string> out;
  const auto add = [&](std::string name) {
    if (!name.empty() && std::find(out.begin(), out.end(), name) == out.end()) {
      out.push_back(std::move(name));
    }
  };
  for (const std::string& name : names) {
    add(name);
    if (name.ends_with(kSuffix)) add(name.substr(0, name.size() - kSuffix.size()));
  }
  return out;
}

}  // namespace

Result<ParserHints> make_parser_hints(const std::vector<const Stage*>& stages,
                                      const SampleUse* use) {
  ParserHints out;
  for (const Stage* stage : stages) {
    const auto* filter = std::get_if<std::unique_ptr<LabelFilter>>(stage);
    if (filter) RETURN_IF_ERROR(add_early(**filter, out.early));
  }
  if (!use) return out;
  std::vector<std::string> names;
  for (const Stage* stage : stages) read_by(*stage, names);
  if (use->after_unwrap) {
    for (const auto& filter : *use->after_unwrap) read_by(*filter, names);
    if (use->after_unwrap->size() == 1) {
      RETURN_IF_ERROR(add_early(*use->after_unwrap->front(), out.early));
    }
  }
  names.insert(names.end(), use->groups.begin(), use->groups.end());
  names.push_back(use->unwrap);
  names = without_suffixes(names);
  const bool grouped = !use->groups.empty() && !use->without;
  if (!use->one_series && !grouped) return out;
  if (use->one_series && names.empty()) return ParserHints{true, {}, false, {}};
  if (!use->one_series) out.early.clear();
  out.preserve_error = std::find(names.begin(), names.end(), kErrorLabel) != names.end();
  out.required = std::move(names);
  return out;
}

}  // namespace logsvc::logql
