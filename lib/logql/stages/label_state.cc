#include "logql/stages/label_state.h"

#include <algorithm>

#include "logql/stages/parser_hints.h"

namespace logsvc::logql {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

void sort_labels(Labels& labels) {
  std::sort(labels.begin(), labels.end(),
            [](const Label& a, const Label& b) { return a.name < b.name; });
}

}  // namespace

void LabelState::reset(const LabelSet& base, std::span<const LabelView> metadata) {
  base_ = &base;
  metadata_.clear();
  parsed_.clear();
  seen_.clear();
  removed_.clear();
  error_.clear();
  error_details_.clear();
  for (const LabelView& pair : metadata) {
    if (pair.name == kErrorLabel) {
      error_ = pair.value;
    } else if (pair.name == kErrorDetailsLabel) {
      error_details_ = pair.value;
    } else {
      std::string name(pair.name);
      if (base.has(name)) name += "_extracted";
      metadata_.push_back({std::move(name), std::string(pair.value), {}});
    }
  }
}

const LabelState::Named* LabelState::in(const std::vector<Named>& list, std::string_view name) {
  for (const Named& n : list) {
    if (n.name == name) {
      n.view = n.value;
      return &n;
    }
  }
  return nullptr;
}

bool LabelState::is_removed(std::string_view name) const { return contains(removed_, name); }

const std::string_view* LabelState::find(std::string_view name) const {
  if (const Named* n = in(metadata_, name)) return &n->view;
  if (const Named* n = in(parsed_, name)) return &n->view;
  if (is_removed(name)) return nullptr;
  for (const Label& label : base_->labels()) {
    if (label.name == name) {
      base_view_ = label.value;
      return &base_view_;
    }
  }
  return nullptr;
}

void LabelState::set(std::string_view name, std::string_view value) {
  std::erase_if(metadata_, [&](const Named& n) { return n.name == name; });
  if (!contains(seen_, name)) seen_.emplace_back(name);
  for (Named& n : parsed_) {
    if (n.name == name) {
      n.value = value;
      return;
    }
  }
  parsed_.push_back({std::string(name), std::string(value), {}});
}

bool LabelState::is_of_stream(std::string_view name) const {
  return base_->has(name) && !is_removed(name) && !in(metadata_, name) && !in(parsed_, name);
}

std::string LabelState::parsed_name(std::string_view name) const {
  std::string out(name);
  if (base_->has(name) || in(metadata_, name)) out += "_extracted";
  return out;
}

bool LabelState::seen(std::string_view name) const { return contains(seen_, name); }

bool LabelState::wants(std::string_view name) const {
  return !hints_ || hints_->required.empty() || contains(hints_->required, name);
}

bool LabelState::wants_inside(std::string_view name) const {
  return !hints_ || hints_->required.empty() ||
         std::any_of(hints_->required.begin(), hints_->required.end(),
                     [&](const std::string& r) { return r.starts_with(name); });
}

bool LabelState::all_found() const {
  return hints_ && !hints_->required.empty() &&
         std::all_of(hints_->required.begin(), hints_->required.end(),
                     [&](const std::string& r) { return seen(r); });
}

bool LabelState::nothing_to_parse() const { return hints_ && (hints_->no_labels || all_found()); }

bool LabelState::passes_early(std::string_view name) {
  if (!hints_) return true;
  for (const ParserHints::Early& early : hints_->early) {
    if (early.name == name) return early.condition->holds(*this);
  }
  return true;
}

LabelState::Progress LabelState::set_parsed(std::string_view name, std::string_view value) {
  set(name, value);
  const bool rejected = !passes_early(name);
  return {rejected, all_found()};
}

LabelState::Progress LabelState::add_parsed(std::string_view name, std::string_view value) {
  const std::string key = parsed_name(name);
  if (!wants(key) || seen(key)) return {};
  return set_parsed(key, value);
}

void LabelState::remove(std::string_view name) {
  std::erase_if(metadata_, [&](const Named& n) { return n.name == name; });
  std::erase_if(parsed_, [&](const Named& n) { return n.name == name; });
  if (!is_removed(name)) removed_.emplace_back(name);
}

void LabelState::set_error(std::string_view error, std::string_view details) {
  error_ = error;
  error_details_ = details;
}

void LabelState::set_parser_error(std::string_view error, const char* details) {
  error_ = error;
  if (details) error_details_ = details;
  if (hints_ && hints_->preserve_error) set(kPreserveErrorLabel, "true");
}

Labels LabelState::grouped(const std::vector<std::string>& names, bool without) const {
  Labels out;
  if (!without) {
    for (const std::string& name : names) {
      if (is_removed(name)) continue;
      if (const std::string_view* value = find(name)) out.push_back({name, std::string(*value)});
    }
    return out;
  }
  for (const Label& label : base_->labels()) {
    if (!is_removed(label.name) && !in(metadata_, label.name) && !in(parsed_, label.name) &&
        !contains(names, label.name)) {
      out.push_back(label);
    }
  }
  for (const auto* list : {&metadata_, &parsed_}) {
    for (const Named& n : *list) {
      if (!contains(names, n.name)) out.push_back({n.name, n.value});
    }
  }
  sort_labels(out);
  return out;
}

Labels LabelState::result() const {
  Labels out;
  for (const Label& label : base_->labels()) {
    if (!is_removed(label.name) && !in(metadata_, label.name) && !in(parsed_, label.name)) {
      out.push_back(label);
    }
  }
  for (const Named& n : metadata_) {
    if (!in(parsed_, n.name)) out.push_back({n.name, n.value});
  }
  for (const Named& n : parsed_) out.push_back({n.name, n.value});
  if (!error_.empty()) out.push_back({std::string(kErrorLabel), error_});
  if (!error_details_.empty()) out.push_back({std::string(kErrorDetailsLabel), error_details_});
  sort_labels(out);
  return out;
}

void LabelState::categorized(Labels& stream, Labels& metadata, Labels& parsed) const {
  stream.clear();
  metadata.clear();
  parsed.clear();
  for (const Label& label : base_->labels()) {
    if (!is_removed(label.name) && !in(metadata_, label.name) && !in(parsed_, label.name)) {
      stream.push_back(label);
    }
  }
  for (const Named& n : metadata_) {
    if (!in(parsed_, n.name)) metadata.push_back({n.name, n.value});
  }
  for (const Named& n : parsed_) parsed.push_back({n.name, n.value});
  if (!error_.empty()) parsed.push_back({std::string(kErrorLabel), error_});
  if (!error_details_.empty()) parsed.push_back({std::string(kErrorDetailsLabel), error_details_});
  sort_labels(metadata);
  sort_labels(parsed);
}

size_t LabelState::parsed_bytes() const {
  size_t out = 0;
  for (const Named& n : parsed_) out += n.value.size();
  return out;
}

std::vector<std::string> LabelState::names() const {
  std::vector<std::string> out;
  for (const Label& label : base_->labels()) {
    if (!is_removed(label.name)) out.push_back(label.name);
  }
  for (const Named& n : metadata_) out.push_back(n.name);
  for (const Named& n : parsed_) {
    if (n.name != kPreserveErrorLabel) out.push_back(n.name);
  }
  return out;
}

}  // namespace logsvc::logql
