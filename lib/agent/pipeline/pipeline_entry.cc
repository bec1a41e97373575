#include "agent/pipeline/pipeline_entry.h"

#include <algorithm>

#include "base/json_number.h"

namespace logsvc::agent {
namespace {

auto place_of(Labels& labels, std::string_view name) {
  return std::lower_bound(labels.begin(), labels.end(), name,
                          [](const Label& l, std::string_view n) { return l.name < n; });
}

}  // namespace

bool value_text(const ExtractedValue& value, std::string& out) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    out = *text;
  } else if (const auto* number = std::get_if<ExtractedNumber>(&value)) {
    out.clear();
    append_fixed_number(number->value, out);
  } else if (const auto* boolean = std::get_if<bool>(&value)) {
    out = *boolean ? "true" : "false";
  } else {
    return false;
  }
  return true;
}

const ExtractedValue* Extracted::find(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool Extracted::text(std::string_view name, std::string& out) const {
  const ExtractedValue* value = find(name);
  return value && value_text(*value, out);
}

void Extracted::set(std::string_view name, ExtractedValue value) {
  for (auto& [key, old] : values_) {
    if (key != name) continue;
    old = std::move(value);
    return;
  }
  values_.emplace_back(std::string(name), std::move(value));
}

void Extracted::set_text(std::string_view name, std::string_view text) {
  for (auto& [key, old] : values_) {
    if (key != name) continue;
    if (auto* known = std::get_if<std::string>(&old)) {
      known->assign(text);
    } else {
      old = std::string(text);
    }
    return;
  }
  values_.emplace_back(std::string(name), std::string(text));
}

void Extracted::erase(std::string_view name) {
  std::erase_if(values_, [&](const auto& value) { return value.first == name; });
}

void set_label(Labels& labels, std::string_view name, std::string_view value) {
  const auto at = place_of(labels, name);
  if (at != labels.end() && at->name == name) {
    at->value.assign(value);
  } else {
    labels.insert(at, Label{std::string(name), std::string(value)});
  }
}

void erase_label(Labels& labels, std::string_view name) {
  const auto at = place_of(labels, name);
  if (at != labels.end() && at->name == name) labels.erase(at);
}

void PipelineEntry::extract_labels() {
  for (const Label& label : labels) extracted.set_text(label.name, label.value);
}

}  // namespace logsvc::agent
